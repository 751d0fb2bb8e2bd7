"""Every fact of a call that waits in the queue of a group. All are decisions of the service."""

from dataclasses import dataclass
from datetime import datetime

from routing.decision import Branch, Target
from telephony.call.facts import CallFact, LegFact

ANSWERED = "answered"
PRESSED = "pressed"
CALLBACK = "callback"
LEFT = "left"
TOO_LONG = "too_long"
CLOSING = "closing"
UNSTAFFED = "unstaffed"
ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueJoined(CallFact):
    """The call waits in the queue of this group. Its place is by `priority`, the lower first, and then by
    `since`: when it joined the first queue of its way.

    At `leave_at` it leaves again, also while somebody is rung; `why`: too_long, or closing.
    """

    queue: str
    priority: int
    since: datetime
    leave_at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCame(CallFact):
    """It is the call's turn: these are rung together, and nobody else is offered it meanwhile."""

    queue: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPassed(CallFact):
    """Nobody took it: it waits on, in its old place."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitSaid(LegFact):
    """The caller hears `prompt` (names of prompts, joined by +; "" for none), and then `music`, until
    something else. `position` is the place that was told, `seconds` the wait, or 0. More is said at
    `next_at`."""

    prompt: str
    music: str
    position: int
    seconds: float
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ComfortDue(CallFact):
    """It is time to say something to a caller who waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitExpired(CallFact):
    """The time of the call in the queue is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft(CallFact):
    """The call waits there no more, after so many seconds. `why`: answered; pressed, a key that leads out;
    callback, they will be called; left, the caller hung up; too_long; closing; unstaffed, the last member has
    gone; ended, by the service.

    `branch` is the question that this puts to routing, or None.
    """

    queue: str
    why: str
    seconds: float
    branch: Branch | None = None
    key: str = ""
