"""Who of invented staff is there: of each group as many as the load says, the first in the plan's order."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time

from routing.hours import STOCKHOLM
from routing.tables import GroupRow, Tables
from telephony.call.duty_facts import MemberFact, MemberLoggedIn, MemberLoggedOut
from telephony.simulate.load import Load, LoadInvalid


def duties_of(load: Load, tables: Tables, start: datetime) -> list[MemberFact]:
    """The log-outs at the `start` of the day, and who logs in and out in its course. Raises LoadInvalid."""
    facts: list[MemberFact] = []
    for group, numbers in load.staff.items():
        row = tables.groups.get(group)
        if row is None:
            known = ", ".join(sorted(tables.groups)) or "none"
            raise LoadInvalid(f"staff.{group}: the plan has no such group, but: {known}")
        if max(numbers.values()) > len(row.members):
            raise LoadInvalid(f"staff.{group}: has {len(row.members)} members, so at most as many are there")
        facts += _of_group(row, numbers, load.date, start)
    return facts


def _of_group(
    group: GroupRow, numbers: Mapping[str, int], day: date, start: datetime
) -> Iterator[MemberFact]:
    members = [person.key for person in group.members]
    for member in members:
        yield MemberLoggedOut(at=start, member=member, by="", group=group.key)
    there = 0
    for half_hour in sorted(numbers):
        at = datetime.combine(day, time.fromisoformat(half_hour), STOCKHOLM).astimezone(UTC)
        then = numbers[half_hour]
        for member in members[there:then]:
            yield MemberLoggedIn(at=at, member=member, by="", group=group.key)
        for member in members[then:there]:
            yield MemberLoggedOut(at=at, member=member, by="", group=group.key)
        there = then
