"""Which failures of a gateway are its own, so that the next one may do better, and which are the answer."""

from collections.abc import Iterable, Sequence

from routing.decision import Target
from telephony.call.call import Call, Leg

_ITS_OWN = frozenset({408, 500, 502, 503, 504})
"""SIP statuses of a gateway that does not get on; 408 and 503 also stand for no answer and no way there."""

_NO_CIRCUIT = frozenset({34, 38, 41, 42})
"""Q.850: no circuit, network out of order, temporary failure, congestion."""


def is_left(leg: Leg) -> bool:
    """Whether a gateway's leg ended for a reason of the gateway's own, or gave no sign of life in time."""
    if leg.confirming is not None:  # it got through
        return False
    return (
        leg.withdrawn == "no_response" or bool(leg.lost) or leg.status in _ITS_OWN or leg.cause in _NO_CIRCUIT
    )


def in_order(call: Call) -> Sequence[Target]:
    """The targets that are left to try. What a gateway has answered its trunk has answered.

    To 112 the trunk's others come after all that was not asked yet; a number outside is not asked for again.
    """
    assert call.decision is not None
    if any(target.is_mobile for target in call.pending):
        outside = {leg.target.member for leg in _ways_tried(call) if leg.target is not None}
        return [target for target in call.pending if not (target.is_mobile and target.member in outside)]
    if not (call.pending and call.pending[0].trunk):
        return call.pending
    tried = [call.legs[leg] for leg in call.round_legs]
    answered = {leg.target.trunk for leg in tried if leg.target is not None and not is_left(leg)}
    if not call.decision.emergency:
        return () if answered else call.pending
    return sorted(call.pending, key=lambda target: target.trunk in answered)


def first_ways(targets: Iterable[Target]) -> list[Target]:
    """Of the ways to a person outside only the first: the next is tried when that gets nowhere."""
    found: list[Target] = []
    outside: set[str] = set()
    for target in targets:
        if not target.is_mobile:
            found.append(target)
        elif target.member not in outside:
            outside.add(target.member)
            found.append(target)
    return found


def next_ways(call: Call) -> list[Target]:
    """The next way to each person outside whose gateway got nowhere, to be tried at once beside who rings."""
    pending = first_ways([target for target in call.pending if target.is_mobile])
    if not pending:
        return pending
    tried = _ways_tried(call)
    left = {leg.target.member for leg in tried if leg.target is not None and is_left(leg)}
    going_on = {leg.target.member for leg in tried if leg.target is not None and not is_left(leg)}
    return [target for target in pending if target.member in left - going_on]


def _ways_tried(call: Call) -> list[Leg]:
    tried = [call.legs[leg] for leg in call.round_legs]
    return [leg for leg in tried if leg.target is not None and leg.target.is_mobile]


def last_status(call: Call) -> int:
    """What the last trunk that was tried under the decision in force refused with, or 0."""
    tried = [call.legs[leg] for leg in call.legs if leg in call.round_legs]
    said = [leg.status for leg in tried if leg.target is not None and leg.target.trunk and leg.status]
    return said[-1] if said else 0
