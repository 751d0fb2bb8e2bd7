"""Every fact of a transfer: somebody in a call hands the other party on to a third (P7).

What goes on beneath is told by the facts of any call: members are offered it, ring, answer, refuse.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from routing.decision import Decision, Target
from telephony.call.facts import LegFact


class Stage(StrEnum):
    """Who is rung for whoever waits: the target, and when that led nowhere the one who transferred, and then
    Kontaktcenter."""

    TARGET = "target"
    RETURN = "return"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFact(LegFact):
    """A fact of a transfer."""


# ---- observations


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRequested(TransferFact):
    """The far end of this leg asked to have the other party transferred to `number` (normalised), or to whom
    it talks with on its leg `consulted` of another call."""

    number: str
    consulted: str = ""


# ---- decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRefused(TransferFact):
    """Nothing came of what this leg asked for: the call stays as it is. `status` is what it was told."""

    number: str
    status: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDecided(TransferFact):
    """Who is rung for the party on leg `kept`, and why. `leg` asked for the transfer, and belongs to `by`.

    It carries all that `react` will need, as `RouteDecided` does; `since` when a place in a queue was taken
    that they get.
    """

    VERSION: ClassVar[int] = 5
    stage: Stage
    kept: str
    by: Target
    number: str
    decision: Decision
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAlerted(TransferFact):
    """Who asked for the transfer was told that it rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed(TransferFact):
    """Nobody answered at this stage. `status` is what the one who asked is told.

    `resumed`: the two are connected again, for the leg of the one who asked was still up; else the next
    stage follows.
    """

    stage: Stage
    status: int
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred(TransferFact):
    """The party on leg `kept` and the member of this leg were connected; `by` is the leg that asked for
    it. Of who has waited in the queue of `group` the member has `wrap_up_seconds`, as in `CallConnected`."""

    VERSION: ClassVar[int] = 2
    member: str
    kept: str
    by: str
    group: str = ""
    wrap_up_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTakenOver(TransferFact):
    """This leg is from here on what leg `of` was in another call, where somebody had been consulted before.

    It carries that leg's state, and its dialog, so that it can be ended after a crash.
    """

    of: str
    target: Target
    answered: bool
    rang: bool = False
    dialog: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHandedOver(TransferFact):
    """This leg belongs to another call from here on, where it is leg `to`."""

    to: str
