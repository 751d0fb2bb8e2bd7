"""Calls to the public network: who may make them, and by which trunks they go.

A phone calls only numbers of the classes that its person, or else everybody, is allowed. Trunks are tried in
the order of the plan, each by its gateways in turn. What a trunk answers is the answer: a number that is busy
is not asked for by the next one.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from routing.decision import (
    OUTCOMES,
    OUTSIDE_MARK,
    Branch,
    Decision,
    Kind,
    Origin,
    Question,
    Reason,
    Strategy,
    Target,
)
from routing.gateways import in_turn, without_address
from routing.numbers import NumberClass, classify
from routing.situation import Situation
from routing.tables import Tables, TrunkRow

FORBIDDEN = 403
NOT_FOUND = 404
SERVICE_UNAVAILABLE = 503

FAILED = "failed"

OUTSIDE_RING_SECONDS = 120.0
"""Networks end a call that nobody answers after one to two minutes; none is rung for ever."""

FIRST_RESPONSE_SECONDS = 4.0
"""A gateway that gives no sign of life by then is left for the next one."""

_STATUS = {Branch.BUSY: 486, Branch.NO_ANSWER: 480}  # of all else SERVICE_UNAVAILABLE
_CHANNELS = "channels"
_NONE_TAKEN: Mapping[str, int] = MappingProxyType({})
_NOT_TO_BE_SHOWN = frozenset({401, 407})  # said to us, not to who calls


def no_number(tables: Tables, question: Question, situation: Situation) -> Decision:
    """No number of the plan: a phone may call outside, where it is allowed to; all else is 404.

    A number of our own series is never called there: it would come back.
    """
    number_class = classify(question.dialled)
    ours = question.dialled.startswith(tables.own_series)
    if question.origin is Origin.PHONE and number_class is not NumberClass.UNKNOWN and not ours:
        return call_outside(tables, question, number_class, situation)
    text = "not a number of the plan that can be reached from there"
    return Decision(
        kind=Kind.REJECT,
        status=NOT_FOUND,
        outcome=FAILED,
        plan_version=tables.version,
        reasons=(Reason("number", "numbers", text),),
    )


def call_outside(
    tables: Tables, question: Question, number_class: NumberClass, situation: Situation
) -> Decision:
    """A phone has dialled a number of the public network."""
    phone = tables.phones.get(question.origin_name)
    allowed, where = tables.outside, "municipality.outside"
    if phone is not None:
        allowed, where = phone.outside, phone.outside_where
    if number_class not in allowed and not question.calls_back:
        may = ", ".join([*sorted(allowed), "numbers of the plan"])
        text = f"an outside number ({number_class}); allowed are {may}, and 112"
        return _refused(tables, question, FORBIDDEN, Reason("barring", where, text))
    targets, reasons = ways_out(tables, question.dialled, question.draw, situation)
    # Without the number, which the log is not to tell: it is a private one as often as not
    barring = Reason("barring", where, f"an outside number ({number_class}), which is allowed")
    if not targets:
        outcome = OUTCOMES[why_no_way(reasons)]
        return _refused(tables, question, SERVICE_UNAVAILABLE, barring, *reasons, outcome=outcome)
    return Decision(
        kind=Kind.RING,
        strategy=Strategy.LINEAR,
        targets=targets,
        ring_seconds=OUTSIDE_RING_SECONDS,
        first_response_seconds=FIRST_RESPONSE_SECONDS,
        plan_version=tables.version,
        visited=(OUTSIDE_MARK + question.dialled,),
        reasons=(barring, *reasons),
    )


def end_outside(tables: Tables, question: Question) -> Decision:
    """What was called outside led nowhere: the caller is told what the network said."""
    said = question.status if question.status >= 400 and question.status not in _NOT_TO_BE_SHOWN else 0
    text = f"{question.branch.value.replace('_', ' ')} outside" + (f": {said}" if said else "")
    reason = Reason("outside", "trunks", text)
    return _refused(
        tables,
        question,
        said or _STATUS.get(question.branch, SERVICE_UNAVAILABLE),
        reason,
        outcome=OUTCOMES.get(question.branch, FAILED),
    )


def ways_out(
    tables: Tables, number: str, draw: float, situation: Situation, taken: Mapping[str, int] = _NONE_TAKEN
) -> tuple[tuple[Target, ...], list[Reason]]:
    """Every way to a number outside, those that do not answer after the others; and what is to be said of
    trunks that are passed over. `taken`: how many channels of each trunk others of this decision have."""
    reasons: list[Reason] = []
    ways = []
    for trunk in tables.outside_trunks:
        if _is_full(trunk, situation, taken):
            where = f"trunks.{trunk.name}.channels"
            reasons.append(Reason(_CHANNELS, where, "all that calls out may have are taken"))
            continue
        unknown = without_address(trunk.gateways, situation)
        reasons += [Reason("gateway", row.where, f"no address of {row.address} is known") for row in unknown]
        ways += [(trunk, way) for way in in_turn(trunk.gateways, draw, situation)]
    if not tables.outside_trunks:
        reasons.append(Reason("outside", "trunks", "no trunk takes calls to the public network"))
    down = [way for _, way in ways if not situation.is_up(way.address)]
    reasons += [Reason("gateway", way.where, "it does not answer: tried after the others") for way in down]
    ways.sort(key=lambda at: at[1] in down)
    targets = tuple(
        [Target(way.member, trunk=at.name, number=number, gateway=way.address) for at, way in ways]
    )
    if targets:
        names = ", ".join(dict.fromkeys(target.trunk for target in targets))
        reasons.insert(0, Reason("outside", "trunks", f"to the public network by {names}"))
    return targets, reasons


def why_no_way(reasons: Sequence[Reason]) -> Branch:
    """What it is, by the reasons of `ways_out`, that there is no way: full where a trunk is, else a fault."""
    return Branch.FULL if any(reason.rule == _CHANNELS for reason in reasons) else Branch.ERROR


def _is_full(trunk: TrunkRow, situation: Situation, taken: Mapping[str, int]) -> bool:
    if trunk.channels_out is None:
        return False
    return situation.channels(trunk.name) + taken.get(trunk.name, 0) >= trunk.channels_out


def _refused(
    tables: Tables, question: Question, status: int, *reasons: Reason, outcome: str = FAILED
) -> Decision:
    return Decision(
        kind=Kind.REJECT,
        status=status,
        outcome=outcome,
        plan_version=tables.version,
        visited=(OUTSIDE_MARK + question.dialled,),
        reasons=reasons,
    )
