"""Where a call goes that somebody hands on (P7): what `decide` would say to a call of theirs, and no further.

No branch of the target's is followed: a caller whose transfer leads nowhere comes back to the one who
transferred, and then to Kontaktcenter.
"""

from dataclasses import replace
from datetime import datetime

from routing.decide import BUSY_HERE, UNAVAILABLE, decide
from routing.decision import Branch, Decision, Kind, Origin, Question, Reason, Strategy, Target
from routing.outside import FORBIDDEN
from routing.situation import Situation
from routing.tables import Tables

_NOBODY = {Kind.ANNOUNCE: "an announcement", Kind.MENU: "a menu", Kind.VOICEMAIL: "a voicemail"}


def transfer_target(
    tables: Tables, number: str, phone: str, situation: Situation, now: datetime, draw: float = 0.0
) -> Decision:
    """Whom to ring for a transfer to `number` by this phone account; else a decision that rejects it. `draw`
    is random in [0, 1), for gateways of one priority.

    The phone transfers only where it may call. Nobody is put into a queue: who transfers hears that all are
    busy, and may try elsewhere. An announcement, a menu or a voicemail is no person to hand
    anybody to, and 112 speaks with who needs it: that one dials.
    """
    question = Question(
        dialled=number, origin=Origin.PHONE, origin_name=phone, caller=None, draw=draw, may_wait=False
    )
    decision = decide(tables, question, situation, now)
    branches = {mark.partition("/")[2] for mark in decision.visited} - {""}
    if decision.emergency:
        return _refused(decision, FORBIDDEN, "112 is dialled, not transferred to")
    if branches:
        return _refused(decision, BUSY_HERE if Branch.BUSY in branches else UNAVAILABLE, "nobody to take it")
    if decision.kind in _NOBODY:
        return _refused(decision, UNAVAILABLE, f"there is only {_NOBODY[decision.kind]} now")
    return decision


def transfer_return(tables: Tables, target: Target, number: str) -> Decision:
    """Ring the one who transferred to `number` again, on the same phone, shown as a call that comes back."""
    row = tables.numbers.get(number)
    seconds = tables.return_ring_seconds
    text = f"nobody took the transfer: back to {target.member}, rings for {seconds:g} s"
    return Decision(
        kind=Kind.RING,
        number=row.number if row else "",
        function=f"Åter {row.function}" if row else "Åter",
        strategy=Strategy.ALL,
        targets=(target,),
        ring_seconds=seconds,
        plan_version=tables.version,
        reasons=(Reason("transfer", "municipality.return_ring_seconds", text),),
    )


def _refused(decision: Decision, status: int, why: str) -> Decision:
    reason = Reason("transfer", "numbers", why)
    return replace(
        decision,
        kind=Kind.REJECT,
        targets=(),
        menu=None,
        voicemail="",
        status=status,
        reasons=(*decision.reasons, reason),
    )
