"""What figures show of a plan: which numbers and groups by name, whether they are open, who could answer.

A person's own number is never shown: it tells whose calls are counted, and some chose that nobody outside is
told of it (P11). Calls to all of them are counted together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.decision import Branch
from routing.hours import holidays_known_days
from routing.opening import opening
from routing.override import Override
from routing.tables import Tables, ToGroup, ToNumber
from telephony.call.house import House

PERSONAL = "personal"
"""The label of people's own numbers."""


@dataclass(frozen=True, slots=True)
class Staff:
    """By group: how many members have a phone that is registered, and how many of these are free (P4)."""

    registered: Mapping[str, int]
    available: Mapping[str, int]


class Chart:
    """One version of the plan, worked out for the figures once.

    labels: the label of every number of the plan. functions: by number, its function and the group that
    answers it when it is open, through other numbers ("" for anything else). members: by group, how many.
    trunks: their names. registered_trunks: of those that have us register. gateways: those that are asked
    whether they are there, by trunk and in words.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.labels = {number: PERSONAL if row.personal else number for number, row in tables.numbers.items()}
        self.functions = {
            number: (row.function, _group_of(tables, number))
            for number, row in tables.numbers.items()
            if not row.personal
        }
        self.members = {key: len(group.members) for key, group in tables.groups.items()}
        self.trunks = tuple(tables.trunks)
        self.gateways = {
            (trunk.name, str(row.address)): row
            for trunk in tables.trunks.values()
            if trunk.takes_calls and trunk.options
            for row in trunk.gateways
        }
        self.registered_trunks = tuple(tables.registered_users.values())
        self._groups: dict[str, list[str]] = {}  # by person
        for key, group in tables.groups.items():
            for person in group.members:
                self._groups.setdefault(person.key, []).append(key)

    def open_numbers(self, overrides: Mapping[str, Override], now: datetime) -> dict[str, bool]:
        """Whether each number is open now."""
        rows = self._tables.numbers
        return {number: opening(overrides, rows[number], now).open for number in self.functions}

    def holidays_known(self, now: datetime) -> dict[str, int]:
        """By calendar, for how many days from today on its holidays are known, as `holidays_known_days`."""
        return {name: holidays_known_days(table, now) for name, table in self._tables.calendars.items()}

    def staff(self, house: House) -> Staff:
        """Who could answer now. It looks at those who are there, not at everybody in the plan."""
        phones = self._tables.phones
        lost = house.lost()
        there = {
            phones[phone].person for phone in house.registrations() if phone in phones and phone not in lost
        }
        free = [person for person in there if house.is_free(person)]
        return Staff(self._by_group(there), self._by_group(free))

    def _by_group(self, people: Iterable[str]) -> dict[str, int]:
        counts = dict.fromkeys(self.members, 0)
        for person in people:
            for group in self._groups.get(person, ()):
                counts[group] += 1
        return counts


def _group_of(tables: Tables, number: str) -> str:
    destination = tables.numbers[number].routes[Branch.ARRIVED].destination
    while isinstance(destination, ToNumber):  # the plan was checked: its numbers go round in no circle
        destination = tables.numbers[destination.number].routes[Branch.ARRIVED].destination
    return destination.group if isinstance(destination, ToGroup) else ""
