"""What decide needs to know about this very moment."""

from collections.abc import Mapping
from typing import Protocol

from routing.override import Override


class Situation(Protocol):
    """Presence and overrides, as the house knows them when a call is decided. Each is a quick look-up."""

    def is_registered(self, phone: str) -> bool:
        """Whether this phone account has at least one live registration."""

    def is_free(self, member: str) -> bool:
        """Whether this person is in no call and is being offered none."""

    def overrides(self) -> Mapping[str, Override]:
        """What was opened or closed by hand, by number or `opening.ALL_NUMBERS`. Some may have ended."""
