"""Who of the members takes part in answering, folded by the house. Who has said nothing does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

ALL_GROUPS = ""
"""In place of a group: all of them."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Why somebody has a pause, and since when (UTC)."""

    reason: str
    since: datetime


class RestKind(StrEnum):
    """Why somebody is left alone for a moment."""

    WRAP_UP = "wrap_up"  # to write down what a call was about
    MISSED = "missed"  # an offer was not taken, and they may be away from the phone


@dataclass(frozen=True, slots=True)
class Rest:
    """Somebody is left alone from `since` to `until` (UTC)."""

    kind: RestKind
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Duties:
    """All of it as a value, to be carried into a new segment of the journal: pauses by member, by member
    since when they are logged out of which group, who rests, and how many offers in a row each has missed.
    """

    paused: dict[str, Pause]
    logged_out: dict[str, dict[str, datetime]]
    resting: dict[str, Rest] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)


class Duty:
    """The fold. It has as many entries as there are members who are not simply available."""

    def __init__(self) -> None:
        self._paused: dict[str, Pause] = {}
        self._logged_out: dict[str, dict[str, datetime]] = {}
        self._resting: dict[str, Rest] = {}
        self._missed: dict[str, int] = {}
        self._wrap_ups: dict[str, tuple[str, timedelta]] = {}  # leg that talks -> member, and for how long
        self._due: dict[str, timedelta] = {}  # member who has more legs -> how long, once these are over

    def is_on(self, member: str, group: str) -> bool:
        """Whether calls of this group are offered to the member now."""
        return member not in self._resting and self.takes_part(member, group)

    def takes_part(self, member: str, group: str) -> bool:
        """Whether the member answers calls of this group, if not at this very moment."""
        return member not in self._paused and self.logged_out_since(member, group) is None

    def pause(self, member: str) -> Pause | None:
        """The member's pause, if there is one."""
        return self._paused.get(member)

    def rest(self, member: str) -> Rest | None:
        """Why and until when the member is left alone for a moment, if they are."""
        return self._resting.get(member)

    def missed(self, member: str) -> int:
        """How many offers the member has missed since the last call that they answered."""
        return self._missed.get(member, 0)

    def logged_out_since(self, member: str, group: str) -> datetime | None:
        """Since when the member is logged out of this group, or of all."""
        groups = self._logged_out.get(member)
        return (groups.get(ALL_GROUPS) or groups.get(group)) if groups else None

    def log_out(self, member: str, group: str, at: datetime) -> None:
        """The member leaves this group, or all."""
        self._logged_out.setdefault(member, {}).setdefault(group, at)

    def log_in(self, member: str, group: str) -> None:
        """The member takes part in this group again, or in all."""
        groups = self._logged_out.get(member, {})
        if group == ALL_GROUPS:
            groups.clear()
        groups.pop(group, None)
        if not groups:
            self._logged_out.pop(member, None)

    def begin_pause(self, member: str, reason: str, at: datetime) -> None:
        """The member has a pause, from now on if they had none."""
        before = self._paused.get(member)
        self._paused[member] = Pause(reason, before.since if before else at)
        self._missed.pop(member, None)

    def end_pause(self, member: str) -> None:
        """It is over."""
        self._paused.pop(member, None)

    def begin_rest(self, member: str, rest: Rest) -> None:
        """The member is left alone for a moment."""
        self._resting[member] = rest

    def end_rest(self, member: str) -> None:
        """That is over."""
        self._resting.pop(member, None)

    def miss(self, member: str) -> None:
        """The member has not taken an offer."""
        self._missed[member] = self._missed.get(member, 0) + 1

    def answer(self, member: str, leg: str, wrap_up: timedelta) -> None:
        """The member has answered on this leg, and has so much time to write down what the call was about."""
        self._missed.pop(member, None)
        if wrap_up:
            self._wrap_ups[leg] = (member, wrap_up)

    def leg_over(self, leg: str) -> None:
        """This leg is over: whoever talked on it may have something to write down, once they are free."""
        if leg in self._wrap_ups:
            member, wrap_up = self._wrap_ups.pop(leg)
            self._due[member] = max(wrap_up, self._due.get(member, wrap_up))

    def freed(self, member: str, at: datetime) -> None:
        """The last leg of the member's is over."""
        wrap_up = self._due.pop(member, None)
        if wrap_up is not None:
            self._resting[member] = Rest(RestKind.WRAP_UP, at, at + wrap_up)

    def carry(self) -> Duties:
        """All of it."""
        logged_out = {member: dict(groups) for member, groups in self._logged_out.items()}
        return Duties(dict(self._paused), logged_out, dict(self._resting), dict(self._missed))

    def carried(self, duties: Duties) -> None:
        """It is these, and no others."""
        self._paused = dict(duties.paused)
        self._logged_out = {member: dict(groups) for member, groups in duties.logged_out.items()}
        self._resting, self._missed = dict(duties.resting), dict(duties.missed)

    def resting(self) -> Mapping[str, Rest]:
        """Who is left alone for a moment."""
        return self._resting

    def shift(self, step: timedelta) -> None:
        """The machine's clock was set."""
        self._paused = {who: Pause(pause.reason, pause.since + step) for who, pause in self._paused.items()}
        self._resting = {
            who: Rest(rest.kind, rest.since + step, rest.until + step) for who, rest in self._resting.items()
        }
        self._logged_out = {
            who: {group: since + step for group, since in groups.items()}
            for who, groups in self._logged_out.items()
        }
