"""Members of groups, as the admin API asks for them (`admin.ports.MemberRoom`, `LiveRoom`)."""

from collections.abc import Sequence
from itertools import islice

from routing.tables import PersonRow
from telephony.admin.errors import NotAllowed
from telephony.admin.values import Live, LiveListener
from telephony.administration.desk import Desk, found
from telephony.desk.member_change import Change, Refused, change
from telephony.desk.member_state import Member, State, member_of


class LiveMemberRoom(Desk):
    """Asks the house, and records what a change is made of."""

    async def members(
        self, after: str, limit: int, *, group: str | None = None, state: State | None = None
    ) -> Sequence[Member]:
        """Members by their key in the plan."""
        if group is not None:
            found(self.tables.groups.get(group), f"group {group} in the plan")
        keys = sorted(
            key
            for key, groups in self.tables.memberships.items()
            if key > after and (group is None or group in groups)
        )
        rows = (self._member(self.tables.people[key]) for key in keys)
        return list(islice((row for row in rows if state in (None, row.state)), limit))

    async def member(self, person: str) -> Member:
        """One of them."""
        return self._member(self._row(person))

    async def change_member(self, asked: Change) -> Member:
        """Make it so, and give what they are doing afterwards."""
        row = self._row(asked.person)
        facts = change(self.switchboard.house, self.tables, asked, self.now())
        if isinstance(facts, Refused):
            raise NotAllowed(f"/{facts.what}", facts.why)
        for fact in facts:
            self.record(fact)
        return self._member(row)

    async def live(self) -> Live:
        """What goes on now."""
        return self.floor.live()

    async def listen(self) -> LiveListener:
        """Hear of it as it changes. Raises Busy."""
        return self.floor.listen()

    def _row(self, person: str) -> PersonRow:
        is_member = person in self.tables.memberships
        return found(
            self.tables.people.get(person) if is_member else None, f"member {person} of a group in the plan"
        )

    def _member(self, row: PersonRow) -> Member:
        return member_of(self.switchboard.house, self.switchboard.calls, self.tables, row, self.now())
