"""What figures show of a plan: which numbers and groups by name, whether they are open, who could answer.

A person's own number is never shown: it tells whose calls are counted, and some chose that nobody outside is
told of it (P11). Calls to all of them are counted together.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from routing.conditions import judge
from routing.decision import Branch, Origin, Question
from routing.hours import STOCKHOLM, holidays_known_days, is_open
from routing.opening import opening
from routing.outside import ways_out
from routing.override import Override
from routing.plan_menu import CENTRE_KEY
from routing.strategy import away_at
from routing.tables import OneOf, Route, Tables, ToGroup, ToMenu, ToNumber
from telephony.call.house import House

PERSONAL = "personal"
"""The label of people's own numbers."""


@dataclass(frozen=True, slots=True)
class Staff:
    """By group: how many members who are on duty and not away have a phone that is registered, and how many
    of these are free (P4); and how many are free, and reached outside alone: whether a mobile is on is told
    by nobody."""

    registered: Mapping[str, int]
    available: Mapping[str, int]
    unproven: Mapping[str, int]


class Chart:
    """One version of the plan, worked out for the figures once.

    labels: the label of every number of the plan. functions: by number, its function and the group that
    answers it when it is open, through other numbers ("" for anything else); with cases the last, for
    everybody. members: by group, how many. queues: the groups
    that have one.
    trunks: their names. registered_trunks: of those that have us register. gateways: those that are asked
    whether they are there, by trunk and in words.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.labels = {number: PERSONAL if row.personal else number for number, row in tables.numbers.items()}
        self.functions: dict[str, tuple[str, str]] = {}
        self._always: dict[str, Sequence[str]] = {}  # the groups of numbers without cases on their way
        for number, row in tables.numbers.items():
            if not row.personal:
                cases: list[OneOf] = []
                groups = _groups_of(tables, number, partial(_last, cases))
                self.functions[number] = row.function, _only(groups)
                if not cases:
                    self._always[number] = groups
        self.members = {key: len(group.members) for key, group in tables.groups.items()}
        self.queues = tuple(tables.queues)
        self.trunks = tuple(tables.trunks)
        self.gateways = {
            (trunk.name, str(row.address)): row
            for trunk in tables.trunks.values()
            if trunk.takes_calls and trunk.options
            for row in trunk.gateways
        }
        self.registered_trunks = tuple(tables.registered_users.values())
        self._groups = tables.memberships
        self._mobiles = [key for key, person in tables.people.items() if person.mobile]

    def open_numbers(self, overrides: Mapping[str, Override], now: datetime) -> dict[str, bool]:
        """Whether each number is open now."""
        rows = self._tables.numbers
        if overrides:
            return {number: opening(overrides, rows[number], now).open for number in self.functions}
        hours = {name: is_open(table, now).open for name, table in self._tables.calendars.items()}
        return {number: hours[rows[number].calendar.name] for number in self.functions}

    def groups_at(self, number: str, now: datetime) -> Sequence[str]:
        """The groups that answer a number to somebody outside who is on no list, by the cases that count now.

        Of a menu those behind its keys, but for Kontaktcenter's: the caller has the choice.
        """
        always = self._always.get(number)
        if always is not None:
            return always
        return _groups_of(self._tables, number, lambda one_of: _first(one_of, now))

    def holidays_known(self, now: datetime) -> dict[str, int]:
        """By calendar, for how many days from today on its holidays are known, as `holidays_known_days`."""
        today = now.astimezone(STOCKHOLM).date()
        return {name: holidays_known_days(table, today) for name, table in self._tables.calendars.items()}

    def staff(self, house: House, now: datetime) -> Staff:
        """Who could answer now. It looks at those who are there, not at everybody in the plan."""
        phones, people = self._tables.phones, self._tables.people
        lost = house.lost()
        there = {
            phones[phone].person for phone in house.registrations() if phone in phones and phone not in lost
        }
        there = {key for key in there if key in people and away_at(people[key], now) is None}
        free = [person for person in there if house.is_free(person)]
        return Staff(
            self._by_group(there, house),
            self._by_group(free, house),
            self._by_group(self._unproven(there, house, now), house),
        )

    def _unproven(self, there: Collection[str], house: House, now: datetime) -> list[str]:
        """Who can be reached outside alone, and is in no call; nobody while no channel is free for that."""
        people = self._tables.people
        present = [key for key in self._mobiles if key not in there and house.is_free(key)]
        present = [key for key in present if away_at(people[key], now) is None]
        ways, _ = ways_out(self._tables, "", 0.0, house) if present else ((), ())
        return present if ways else []

    def _by_group(self, people: Iterable[str], house: House) -> dict[str, int]:
        counts = dict.fromkeys(self.members, 0)
        for person in people:
            for group in self._groups.get(person, ()):
                counts[group] += house.on_duty(person, group)
        return counts


def _only(groups: Sequence[str]) -> str:
    return groups[0] if len(groups) == 1 else ""


def _groups_of(tables: Tables, number: str, pick: Callable[[OneOf], Route]) -> Sequence[str]:
    """Whom an open number leads to. The plan was checked: nothing in it goes round in a circle."""
    found: dict[str, None] = {}
    pending = [tables.numbers[number].routes[Branch.ARRIVED]]
    while pending:
        destination = pending.pop(0).destination
        match destination:
            case OneOf():
                pending.append(pick(destination))
            case ToNumber(onwards):
                pending.append(tables.numbers[onwards].routes[Branch.ARRIVED])
            case ToMenu(menu):
                keys = tables.menus[menu].keys
                pending += [route for key, route in keys.items() if key != CENTRE_KEY]
            case ToGroup(group):
                found[group] = None
            case _:
                pass
    return tuple(found)


def _last(passed: list[OneOf], one_of: OneOf) -> Route:
    passed.append(one_of)
    return one_of.cases[-1].route


def _first(one_of: OneOf, now: datetime) -> Route:
    return next(case.route for case in one_of.cases if judge(case, _ANYBODY, now).holds)


_ANYBODY = Question(dialled="", origin=Origin.TRUNK, origin_name="", caller="")
"""A call from outside, of somebody on no list who shows a number."""
