"""What is another by two plans, for an admin: each place of the document, numbers, members, and the minutes
that come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from routing.coming import CalendarChange, Changes, calendar_changes, days_from
from routing.coming_words import HoursTold, told_hours
from routing.compile import compile_plan
from routing.diff import Change, ChangeKind, diff
from routing.errors import PlanRefused
from routing.plan import Plan
from routing.problem import Problem
from routing.tables import Condition, GroupRow, NumberRow, OneOf, Route, Tables


@dataclass(frozen=True, slots=True)
class NumberChange:
    """A number that is new, gone, or goes another way. `words` begin with the branch, such as "no answer"."""

    number: str
    function: str
    kind: ChangeKind
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group that is new or gone, or that people (keys of the plan) join or leave."""

    group: str
    name: str
    kind: ChangeKind
    joined: tuple[str, ...]
    left: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class ComingHours:
    """The hours that change from `start` to before `end` (UTC): whose (all of them), and by how many pairs of
    calendars, in how many spans. `told` is for people, `changes` have the spans; both are the first ones."""

    start: datetime
    end: datetime
    numbers: tuple[str, ...]
    calendars: int
    spans: int
    told: tuple[HoursTold, ...]
    changes: tuple[CalendarChange, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """A plan with its tables; None and the `errors` when the check finds such."""

    plan: Plan
    tables: Tables | None
    errors: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is another by the tables of two plans, in the order of the later plan, what is gone last."""

    numbers: tuple[NumberChange, ...]
    groups: tuple[GroupChange, ...]
    hours: ComingHours


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """All that two plans have another. `tables` is None when one of them cannot be used for its `errors`."""

    changes: tuple[Change, ...]
    tables: Comparison | None
    errors: tuple[Problem, ...]


def side_of(plan: Plan) -> Side:
    """The plan, compiled if it can be."""
    try:
        return Side(plan, compile_plan(plan))
    except PlanRefused as refused:
        return Side(plan, None, refused.problems)


def compare_plans(before: Side, after: Side, now: datetime) -> PlanComparison:
    """All that the later plan makes another, its hours from an aware time on. Raises NaiveTime."""
    changes = diff(before.plan, after.plan)
    if before.tables is None or after.tables is None:
        return PlanComparison(changes, None, (*before.errors, *after.errors))
    return PlanComparison(changes, compare(before.tables, after.tables, now), ())


def compare(before: Tables, after: Tables, now: datetime) -> Comparison:
    """What the later plan makes another, its hours from an aware time on. Raises NaiveTime."""
    days = days_from(now)
    changes = Changes(before, after, days)
    hours = ComingHours(
        start=datetime.fromtimestamp(days.start, UTC),
        end=datetime.fromtimestamp(days.end, UTC),
        numbers=tuple([number for pair in changes.pairs for number in pair.numbers]),
        calendars=len(changes.pairs),
        spans=sum(pair.amount.runs for pair in changes.pairs),
        told=tuple(told_hours(changes, after.numbers)),
        changes=tuple(calendar_changes(changes)),
    )
    return Comparison(tuple(_numbers(before, after)), tuple(_groups(before, after)), hours)


def _numbers(before: Tables, after: Tables) -> Iterator[NumberChange]:
    """Those that are the municipality's: people's own are told with the people."""
    old, new = (
        {number: row for number, row in tables.numbers.items() if not row.personal}
        for tables in (before, after)
    )
    for number, row in new.items():
        was = old.get(number)
        if was is None:
            words = tuple([f"{name} {way}" for name, way in _said_of(row).items()])
            yield NumberChange(number, row.function, ChangeKind.ADDED, words)
        elif words := tuple(_differences(was, row)):
            yield NumberChange(number, row.function, ChangeKind.CHANGED, words)
    for number, row in old.items():
        if number not in new:
            yield NumberChange(number, row.function, ChangeKind.REMOVED, ())


def _differences(before: NumberRow, after: NumberRow) -> Iterator[str]:
    old, new = _said_of(before), _said_of(after)
    for name in [*new, *(name for name in old if name not in new)]:
        was, now = old.get(name, "nothing"), new.get(name, "nothing")
        if was != now:
            yield f"{name} {now} instead of {was}"


def _said_of(row: NumberRow) -> dict[str, str]:
    """All that a number has but its hours: what it is called, and each way on in the words of the tables."""
    said = {"function:": row.function, "calendar:": row.calendar.name}
    if row.protected:
        said["protected:"] = "yes"
    for route in (*row.routes.values(), row.closed):
        said[f"{route.reason.text.partition(': ')[0].replace('_', ' ')}:"] = _way(route)
    return said


def _way(route: Route) -> str:
    """Where it leads, in the words of the tables; of several cases each with what has to hold for it."""
    if isinstance(route.destination, OneOf):
        return ", else ".join(
            f"{_way(case.route)}{_when(case.condition)}" for case in route.destination.cases
        )
    return route.reason.text.partition(": ")[2]


def _when(condition: Condition | None) -> str:
    if condition is None:
        return ""
    parts = [f"{condition.caller} callers" if condition.caller else ""]
    parts += [f"of {condition.callers.name}" if condition.callers else ""]
    parts += [f"while {condition.open.name} is open" if condition.open else ""]
    parts += [f"while {condition.closed.name} is closed" if condition.closed else ""]
    return f" ({' '.join(part for part in parts if part)})"


def _groups(before: Tables, after: Tables) -> Iterator[GroupChange]:
    for key, row in after.groups.items():
        was = before.groups.get(key)
        joined = [member for member in row.members if was is None or member.key not in _keys(was)]
        left = [member for member in was.members if member.key not in _keys(row)] if was else []
        words = [f"{member.name} joins" for member in joined] + [f"{member.name} leaves" for member in left]
        if words or was is None:
            yield GroupChange(
                key,
                row.name,
                ChangeKind.CHANGED if was else ChangeKind.ADDED,
                tuple([member.key for member in joined]),
                tuple([member.key for member in left]),
                ", ".join(words),
            )
    for key, row in before.groups.items():
        if key not in after.groups:
            yield GroupChange(key, row.name, ChangeKind.REMOVED, (), tuple(_keys(row)), "")


def _keys(group: GroupRow) -> list[str]:
    return [member.key for member in group.members]
