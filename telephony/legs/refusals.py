"""Requests that were not let in: counted, and told to operations in bounds. They are no facts, for anybody on
the network can make as many as there is bandwidth for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

MAX_KINDS = 20
"""Different ones that are remembered until they are told: a flood from many addresses is told as such."""


class Why(StrEnum):
    """Why a request was not let in."""

    STRANGER = "stranger"  # an address that is no trunk, and no account of ours
    EMERGENCY = "emergency"  # such a one who wants 112
    CREDENTIALS = "credentials"  # a wrong password, or an account that is not in the plan
    DOMAIN = "domain"  # a REGISTER for another domain than ours
    OTHER = "other"  # too many kinds to tell


@dataclass(frozen=True, slots=True)
class NotLetIn:
    """Requests of one kind, none of which was let in. `who` is the account that they claim, or ""."""

    why: Why
    method: str
    source: str
    who: str = ""


class Refusals:
    """`counts` by reason since the start; what was not told yet."""

    def __init__(self) -> None:
        self.counts: Counter[Why] = Counter()
        self._untold: Counter[NotLetIn] = Counter()

    def note(self, refused: NotLetIn) -> None:
        """A request was refused."""
        self.counts[refused.why] += 1
        if refused not in self._untold and len(self._untold) >= MAX_KINDS:
            refused = NotLetIn(Why.OTHER, "", "")
        self._untold[refused] += 1

    def untold(self) -> Sequence[tuple[NotLetIn, int]]:
        """What was refused since the last time that this was asked, and how often."""
        told = list(self._untold.items())
        self._untold.clear()
        return told


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why an INVITE of somebody who may call becomes no call: what it is answered, and the reason."""

    status: int
    why: str
    headers: Mapping[str, str] = field(default_factory=dict)
