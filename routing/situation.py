"""What decide needs to know about this very moment."""

from typing import Protocol


class Situation(Protocol):
    """Presence, as the house knows it when a call is decided. Each of these must be a quick look-up."""

    def is_registered(self, phone: str) -> bool:
        """Whether this phone account has at least one live registration."""

    def is_free(self, member: str) -> bool:
        """Whether this person is in no call and is being offered none."""
