"""What may be wrong with absences: empty, overlapping or past ones, and groups that nobody is left in."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from routing.plan import Group, Plan
from routing.plan_absence import Absence
from routing.problem import Problem, error, warning

HORIZON_DAYS = 400
"""As far ahead as openings are looked for: a year and a month."""

_NAMED_DAYS = 3


def check_absences(plan: Plan, today: date | None) -> Iterator[Problem]:
    """The problems of absences. Without `today` (local) nothing is said of the past and of days to come."""
    for key, person in plan.people.items():
        yield from _absences(f"people.{key}.absences", person.absences, today)
    if today is not None:
        for key, group in plan.groups.items():
            yield from _group(f"groups.{key}.members", group, plan, today)


def _absences(path: str, absences: Sequence[Absence], today: date | None) -> Iterator[Problem]:
    before: list[Absence] = []
    for index, absence in enumerate(absences):
        where = f"{path}[{index}]"
        if absence.last is not None and absence.last < absence.first:
            yield error(where, f"is empty: {absence.last} is before {absence.first}", "Swap from and to")
            continue
        if today is not None and absence.last is not None and absence.last < today:
            yield warning(where, f"{absence.last} is in the past", "Remove it: it will not return")
        for other in before:
            if absence.first <= _last(other) and other.first <= _last(absence):
                yield warning(where, f"overlaps the absence from {other.first}", "Make one of them")
        before.append(absence)


def _group(path: str, group: Group, plan: Plan, today: date) -> Iterator[Problem]:
    """Days on which every member who could be rung is away."""
    members = [plan.people[member] for member in group.members if member in plan.people]
    members = [person for person in members if person.phones or person.mobile]
    if not members or not all(person.absences for person in members):
        return
    days = sorted(set.intersection(*[_days(person.absences, today) for person in members]))
    if len(days) == HORIZON_DAYS:
        yield error(path, "every member is away for good", "Give a member who is there, or end an absence")
    elif days:
        named = ", ".join(map(str, days[:_NAMED_DAYS]))
        more = f" and {len(days) - _NAMED_DAYS} more days" if len(days) > _NAMED_DAYS else ""
        yield warning(
            path,
            f"every member is away on {named}{more}",
            "Add somebody who is there, or see that it is meant",
        )


def _days(absences: Sequence[Absence], today: date) -> set[date]:
    """The days from today to the horizon on which somebody is away."""
    end = today + timedelta(days=HORIZON_DAYS - 1)
    found = set[date]()
    for absence in absences:
        first, last = max(absence.first, today), min(_last(absence), end)
        found.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return found


def _last(absence: Absence) -> date:
    return date.max if absence.last is None else absence.last
