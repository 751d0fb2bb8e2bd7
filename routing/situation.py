"""What decide needs to know about this very moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from routing.override import Override
from routing.places import Found, Named, Place, default_port


class Situation(Protocol):
    """Presence and overrides, as the house knows them when a call is decided. Each is a quick look-up."""

    def is_registered(self, phone: str) -> bool:
        """Whether this phone account has at least one live registration."""

    def is_free(self, member: str) -> bool:
        """Whether this person is in no call and is being offered none."""

    def is_up(self, gateway: Place) -> bool:
        """Whether nothing tells that this gateway, which has answered before, does so no more."""

    def channels(self, trunk: str) -> int:
        """How many calls the trunk has now, both ways."""

    def places(self, named: Named) -> Sequence[Found]:
        """What DNS says of this name, by priority; nothing when that is not known."""

    def takes_part(self, member: str, group: str) -> bool:
        """Whether this person answers calls of this group now: not paused, nor logged out of it."""

    def on_duty(self, member: str, group: str) -> bool:
        """Whether calls of this group are offered to this person at this moment: they take part, and are not
        left alone for a moment after a call or a missed one."""

    def waiting(self, group: str) -> int:
        """How many callers wait in the queue of this group."""

    def idle_since(self, member: str) -> datetime | None:
        """When this person's last talk ended (UTC); None when none is in sight."""

    def answered_today(self, member: str, now: datetime) -> int:
        """How many calls this person has answered on the day of `now`, in local time."""

    def offered_first(self, group: str) -> str:
        """Whom the last call to this group was offered first, or ""."""

    def overrides(self) -> Mapping[str, Override]:
        """What was opened or closed by hand, by number or `opening.ALL_NUMBERS`. Some may have ended."""


class Everybody:
    """The situation that is supposed where nobody looks: every phone is registered, nobody is in a call.

    Only what was opened or closed by hand is as given.
    """

    def __init__(self, overrides: Mapping[str, Override] | None = None) -> None:
        self._overrides = dict(overrides or {})

    def is_registered(self, phone: str) -> bool:
        """Everybody is there."""
        return True

    def is_free(self, member: str) -> bool:
        """And free."""
        return True

    def is_up(self, gateway: Place) -> bool:
        """And all gateways answer."""
        return True

    def channels(self, trunk: str) -> int:
        """Nobody calls."""
        return 0

    def places(self, named: Named) -> Sequence[Found]:
        """DNS is not asked: the name stands for what it would say."""
        place = named.at(named.name, named.port or default_port(named.transport))
        return (Found(0, 0, (place,)),)

    def takes_part(self, member: str, group: str) -> bool:
        """Everybody takes part."""
        return True

    def on_duty(self, member: str, group: str) -> bool:
        """And is ready."""
        return True

    def waiting(self, group: str) -> int:
        """Nobody waits."""
        return 0

    def idle_since(self, member: str) -> datetime | None:
        """Nobody has had a call yet."""
        return None

    def answered_today(self, member: str, now: datetime) -> int:
        """Nor answered any."""
        return 0

    def offered_first(self, group: str) -> str:
        """Nor been offered one."""
        return ""

    def overrides(self) -> Mapping[str, Override]:
        """What was given."""
        return self._overrides
