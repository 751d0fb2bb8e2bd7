"""Whether the condition of a case holds, and why: who calls, and the clock.

No reason tells who calls: a hidden number is in no question, and of a list only its name is said.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from routing.decision import CallerKind, Origin, Question, Reason
from routing.hours import is_open
from routing.tables import CalendarTable, CallersRow, Case, Condition


class Verdict(NamedTuple):
    """Whether a case is taken, and every reason."""

    holds: bool
    reasons: tuple[Reason, ...]


def judge(case: Case, question: Question, now: datetime) -> Verdict:
    """Whether this case counts for this call at an aware time. Raises NaiveTime.

    What holds is looked at in the order of the plan's words, and no further than the first that does not.
    """
    if case.condition is None:
        return Verdict(True, (Reason("case", case.where, "taken: it has no condition"),))
    said: list[str] = []
    entries: list[Reason] = []
    for holds, words, entry in _parts(case.condition, question, now):
        entries += [entry] if entry else []
        if not holds:
            return Verdict(False, (*entries, Reason("case", case.where, f"passed over: {words}")))
        said.append(words)
    return Verdict(True, (*entries, Reason("case", case.where, f"taken: {', '.join(said)}")))


def _parts(
    condition: Condition, question: Question, now: datetime
) -> Iterator[tuple[bool, str, Reason | None]]:
    """Each condition: whether it holds, how it is, and the entry of a calendar that says so."""
    if condition.caller is not None:
        yield *_caller(condition.caller, condition.callers, question), None
    for calendar, wanted in ((condition.open, True), (condition.closed, False)):
        if calendar is not None:
            yield _hours(calendar, wanted, now)


def _caller(kind: CallerKind, callers: CallersRow | None, question: Question) -> tuple[bool, str]:
    if question.origin is Origin.PHONE:
        return kind is CallerKind.INTERNAL, "the caller is at a phone of ours"
    if kind is CallerKind.HIDDEN:
        hides = question.caller is None
        return hides, "the caller shows no number" if hides else "the caller shows a number"
    if kind is CallerKind.LISTED and callers is not None:
        number = question.caller
        listed = number is not None and (number in callers.numbers or number.startswith(callers.series))
        return listed, f"the caller is {'' if listed else 'not '}on the list {callers.name}"
    return kind is CallerKind.EXTERNAL, "the caller is outside"


def _hours(calendar: CalendarTable, wanted: bool, now: datetime) -> tuple[bool, str, Reason]:
    found = is_open(calendar, now)
    state = "open" if found.open else "closed"
    return found.open is wanted, f"{calendar.name} is {state}", found.entry
