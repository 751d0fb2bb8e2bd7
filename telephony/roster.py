"""What all members of groups are doing, kept up to date by what changes, so that nobody asks for all of them
at once.

Facts tell of whom something has changed. What passes with time and the plan (absences, another plan) is
found by looking at some of them in turn.
"""

from collections import deque
from collections.abc import Mapping
from datetime import datetime

from routing.tables import Tables
from telephony.desk.member_state import Member, State, member_of
from telephony.switchboard import Switchboard

ROUND = 200
"""Members who are looked at in turn at each look, which takes a millisecond: 10,000 within a minute."""


class Roster:
    """`look` about once a second, or more often."""

    def __init__(self, switchboard: Switchboard, tables: Tables) -> None:
        self._switchboard = switchboard
        self._members: dict[str, Member] = {}
        self._counts: dict[tuple[str, State], int] = {}
        self._gone: set[str] = set()
        self.load(tables)

    def load(self, tables: Tables) -> None:
        """Follow this plan from now on: at the next looks."""
        self._tables = tables
        self._turn: deque[str] = deque(tables.memberships)
        left = self._members.keys() - tables.memberships.keys()
        self._gone |= left
        for person in left:
            self._count(self._members.pop(person), -1)
        self._counts = {
            (group, state): count for (group, state), count in self._counts.items() if group in tables.groups
        }

    @property
    def members(self) -> Mapping[str, Member]:
        """By person, as each was at the last look."""
        return self._members

    @property
    def counts(self) -> Mapping[tuple[str, State], int]:
        """How many members of each group are doing what. What nobody has done yet is left out."""
        return self._counts

    def look(self, now: datetime) -> tuple[list[Member], list[str]]:
        """Those of whom something is another than at the last look, and those who are members no more."""
        people, phones = self._switchboard.house.moments.take_changed()
        rows = self._tables.phones
        people |= {rows[phone].person for phone in phones if phone in rows}
        if not self._turn:
            self._turn.extend(self._tables.memberships)
        people |= {self._turn.popleft() for _ in range(min(ROUND, len(self._turn)))}
        changed = [
            member
            for person in sorted(people & self._tables.memberships.keys())
            if (member := self._looked_at(person, now)) is not None
        ]
        gone, self._gone = sorted(self._gone - self._tables.memberships.keys()), set()
        return changed, gone

    def _looked_at(self, person: str, now: datetime) -> Member | None:
        """The member, if they are not as they were."""
        board, tables = self._switchboard, self._tables
        member = member_of(board.house, board.calls, tables, tables.people[person], now)
        before = self._members.get(person)
        if member == before:
            return None
        if before is not None:
            self._count(before, -1)
        self._count(member, 1)
        self._members[person] = member
        return member

    def _count(self, member: Member, by: int) -> None:
        for group in member.groups:
            place = group, member.state
            self._counts[place] = self._counts.get(place, 0) + by
