"""Facts of callers who asked to be called back, and keep their place in a queue. They are of the queue: the
call that asked has ended, and each try is a call of its own, by the phone of a member."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from telephony.call.facts import CallFact, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFact(Fact):
    """`callback` is the id of the call in which it was asked for, `queue` the group."""

    callback: str
    queue: str

    @property
    def stream(self) -> str:
        return f"queue/{self.queue}"


@dataclass(frozen=True, slots=True)
class Callback:
    """Who is to be called back: `number` (E.164), about `function`, having called `called`.

    The place is by `priority` and `since`. What was not done by `until` is somebody's duty.
    """

    number: str
    function: str
    called: str
    priority: int
    since: datetime
    until: datetime
    retry_seconds: float
    missed_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPromised(CallbackFact):
    """The caller was told that they will be called back."""

    what: Callback


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTurnCame(CallbackFact):
    """It is their turn: the member is rung, in `call`, and when they have answered the caller is. After the
    talk the member will have `wrap_up_seconds` to write down what it was about."""

    VERSION: ClassVar[int] = 2
    call: str
    member: str
    wrap_up_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTurnPassed(CallbackFact):
    """The member did not take it: the caller is called in their old place later."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackKept(CallbackFact):
    """The caller was reached, in `call`, by `member`, who is on `leg` and has `wrap_up_seconds` after it."""

    VERSION: ClassVar[int] = 2
    call: str
    member: str = ""
    leg: str = ""
    wrap_up_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOwed(CallbackFact):
    """The caller was not reached, and somebody is to see to it. `why`: the outcome of the call that was made
    to them, member_left when it was broken off here, or too_late when nobody could."""

    what: Callback
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbacksCarried(Fact):
    """Who is still to be called back, by queue and then by callback; repeated where a journal segment begins,
    like the registrations."""

    waiting: dict[str, dict[str, Callback]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTaken(CallFact):
    """The member has answered the call to them: whoever waits is called now."""
