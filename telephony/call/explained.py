"""A call of the past explained: what was decided then, and what the plan of today would do with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.decide import decide
from routing.decision import Decision, Question
from routing.situation import Everybody
from routing.spoken import first_of
from routing.tables import Tables
from telephony.call.facts import CallArrived, Fact, RouteDecided
from telephony.call.transfer_facts import TransferDecided


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it is in the journal, and when. `transfer`: it was about handing the call on."""

    at: datetime
    decision: Decision
    transfer: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """What was decided in a call, in order, and what the plan of today would decide of it as it arrives.

    `same`: today's plan would begin as the one then did. Today everybody is supposed to be there, and nothing
    opened or closed by hand, so calls that met an empty office differ too.
    """

    decisions: tuple[Decided, ...]
    today: Decision
    same: bool


def explain_call(facts: Iterable[Fact], tables: Tables) -> Explained | None:
    """Explain a call from its facts, by these tables of today; None when its arrival is not among them."""
    arrived: CallArrived | None = None
    decided = []
    for fact in facts:
        match fact:
            case CallArrived():
                arrived = fact
            case RouteDecided():
                decided.append(Decided(fact.at, fact.decision, transfer=False))
            case TransferDecided():
                decided.append(Decided(fact.at, fact.decision, transfer=True))
            case _:
                pass
    if arrived is None:
        return None
    question = Question(arrived.dialled, arrived.origin, arrived.origin_name, arrived.caller)
    today = decide(tables, question, Everybody(), arrived.at)
    first = decided[0].decision if decided else None
    return Explained(tuple(decided), today, first is not None and _what(first) == _what(today))


def _what(decision: Decision) -> tuple[object, ...]:
    """What matters to who calls: not who happened to be there."""
    return (
        decision.kind,
        decision.number,
        decision.group,
        first_of(decision.prompt),  # that another day is told is no other way
        decision.status,
        decision.outcome,
        decision.outside,
    )
