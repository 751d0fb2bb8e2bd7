"""What hunting by turns needs to know of members: since when they are idle, how much they have answered, and
whom a group's last call was offered first. It is folded by the house, and for it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routing.hours import STOCKHOLM

KEPT = timedelta(days=7)
"""How long it is remembered since when somebody is idle: without a call in a week one is first anyhow."""


@dataclass(frozen=True, slots=True)
class Turns:
    """All of it as a value, to be carried into a new segment of the journal.

    `idle_since` (UTC) and `answered`, the calls of the day `day` of local time, are by member; `first` is the
    member by group.
    """

    idle_since: dict[str, datetime]
    day: date
    answered: dict[str, int]
    first: dict[str, str]


class Hunts:
    """The fold. Members and groups are those of the plan, so it has as many entries at most, and those of the
    plans before until the next segment."""

    def __init__(self) -> None:
        self._idle_since: dict[str, datetime] = {}
        self._day = date.min
        self._answered: dict[str, int] = {}
        self._first: dict[str, str] = {}
        self._talking: dict[str, str] = {}  # leg -> member

    def idle_since(self, member: str) -> datetime | None:
        """When the member's last talk ended."""
        return self._idle_since.get(member)

    def answered_on(self, member: str, now: datetime) -> int:
        """How many calls the member has answered on the day of `now`."""
        return self._answered.get(member, 0) if _day_of(now) == self._day else 0

    def first_of(self, group: str) -> str:
        """Whom the last call of the group was offered first, or ""."""
        return self._first.get(group, "")

    def offered(self, group: str, first: str) -> None:
        """A call of the group is offered, to this member first."""
        self._first[group] = first

    def answered(self, leg: str, member: str, at: datetime) -> None:
        """The member has answered, on this leg."""
        day = _day_of(at)
        if day != self._day:
            self._day, self._answered = day, {}
        self._answered[member] = self._answered.get(member, 0) + 1
        self._talking[leg] = member

    def ended(self, leg: str, at: datetime) -> None:
        """This leg is over."""
        member = self._talking.pop(leg, None)
        if member is not None:
            self._idle_since[member] = at

    def carry(self, now: datetime) -> Turns:
        """What still matters, for a new segment."""
        idle = {member: since for member, since in self._idle_since.items() if now - since < KEPT}
        is_today = _day_of(now) == self._day
        return Turns(idle, _day_of(now), dict(self._answered) if is_today else {}, dict(self._first))

    def carried(self, turns: Turns) -> None:
        """It begins with these. Who talks now is told by the facts of the calls."""
        self._idle_since, self._day = dict(turns.idle_since), turns.day
        self._answered, self._first = dict(turns.answered), dict(turns.first)

    def shift(self, step: timedelta) -> None:
        """The machine's clock was set."""
        self._idle_since = {member: since + step for member, since in self._idle_since.items()}


def _day_of(at: datetime) -> date:
    return at.astimezone(STOCKHOLM).date()
