"""Every fact of a call, each a small immutable value named in the past tense.

The first half are *observations*: what callers, members and their phones did, made by `legs`. The second
half are *decisions*: what the service asked for, made by `react` and the switchboard. `MemberOffered` (we
sent it) is not `MemberAlerted` (a 18x came).

A fact is never changed once it has been written: a new shape is a new VERSION with an upcast in
`archive.codec`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from routing.decision import Branch, Decision, Reason
from routing.decision import Origin as Origin
from routing.decision import Target as Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What happened `at` an aware UTC time, in one `stream` of the journal."""

    VERSION: ClassVar[int] = 1
    at: datetime

    @property
    def stream(self) -> str:
        """The stream that this fact belongs to, such as `call/ID`."""
        return "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact(Fact):
    """A fact of one call."""

    call: str

    @property
    def stream(self) -> str:
        return f"call/{self.call}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFact(CallFact):
    """A fact of one leg of a call. Legs are named `CALL.0` (the caller), `CALL.1`, ..."""

    leg: str


class EndedBy(StrEnum):
    """Who ended a call."""

    CALLER = "caller"
    MEMBER = "member"
    SERVICE = "service"


class Outcome(StrEnum):
    """What became of a call. It refers to a person: a call that met only our own announcement is not
    answered."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CLOSED = "closed"
    NOBODY_THERE = "nobody_there"
    FULL = "full"
    CALLBACK = "callback"
    SELF_SERVICE = "self_service"
    FAILED = "failed"
    LOST = "lost"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a phone can be reached: one registration of it (RFC 3261 10.3).

    `remote` is where its REGISTER came from, which is what gets through a NAT; `local` is our socket that it
    reached.
    """

    uri: str
    transport: str
    remote: tuple[str, int]
    local: tuple[str, int]
    call_id: str
    cseq: int
    expires_at: datetime
    q: float = 1.0
    path: tuple[str, ...] = ()
    user_agent: str = ""
    instance: str = ""

    @property
    def address(self) -> str:
        """`remote` in words."""
        host, port = self.remote
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


# ---- observations
# ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(LegFact):
    """A caller's INVITE was accepted for routing. `leg` is the caller's leg.

    `caller` is None when hidden: an asserted identity of a hidden caller is dropped before this fact.
    `member` is the person whose phone calls, or "". `dialled` is normalised by the trunk's own number format.
    `calls_back` is the call in which the number that is dialled has asked for this one: then there was no
    INVITE, and the phone of the member is rung before anything else; or their mobile, by `trunk`, with no
    `origin_name` then.
    """

    VERSION: ClassVar[int] = 3
    origin: Origin
    origin_name: str
    member: str = ""
    caller: str | None
    caller_name: str = ""
    hidden: bool = False
    dialled: str
    sip_call_id: str
    max_forwards: int = 70
    calls_back: str = ""
    trunk: str = ""


_NO_ROOM = frozenset({"no_channel", "no_port"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused(CallFact):
    """A call of somebody who may call was over as it came: it could not be taken up. Nobody was asked where
    it should go.

    The fields are those of `CallArrived`; `number`, `function` and `protected` are the plan's for what was
    dialled, "" where it has none; `status` is what the caller was told, `why` the reason: draining, no_port
    (for its sound), no_channel (of its trunk), loop (through the public network), or what was wrong with the
    INVITE.
    """

    origin: Origin
    origin_name: str
    caller: str | None
    hidden: bool = False
    dialled: str
    number: str
    function: str
    protected: bool
    emergency: bool
    sip_call_id: str
    status: int
    why: str

    @property
    def outcome(self) -> Outcome:
        """Full where only room was missing, else failed."""
        return Outcome.FULL if self.why in _NO_ROOM else Outcome.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDialogChanged(LegFact):
    """The dialog of a leg, opaque here: written and read by `legs` alone, to end or resume it after a
    crash."""

    dialog: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberResponded(LegFact):
    """The first sign of life of a target that is left when it gives none in time: any 1xx, or that it asks
    who we are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAlerted(LegFact):
    """A member's phone rings (a 18x came)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberGaveEarlySound(LegFact):
    """A member's side sends sound before the answer (a 18x with a session description)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAnswered(LegFact):
    """A member answered (a 2xx came), perhaps too late to matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAnswerUnusable(LegFact):
    """A member's 2xx had nothing in it that we can talk with: its dialog is being ended. `status` says what
    was wrong, as a SIP status."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRefused(LegFact):
    """A member's leg ended without an answer. `status` is the SIP status: the peer's, or 408 and 503 of our
    own making. `cause` is the ISDN cause (Q.850) that a trunk gave with it, or 0."""

    VERSION: ClassVar[int] = 2
    status: int
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRedirected(LegFact):
    """A member's phone says to call `number` (normalised) in its place (3xx). That it refused follows."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHungUp(LegFact):
    """The far end of this leg ended it: BYE, or CANCEL from a caller not yet answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLost(LegFact):
    """This leg died without a word. `why`: no_ack, no_prack, no_sound, no_common_sound, no_options,
    no_dialog, session_timer."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHeld(LegFact):
    """The far end put the other side on hold, or took it back."""

    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementEnded(LegFact):
    """The announcement was played to its end. One that could not be played (`played` is false) was not
    answered with a 200 either."""

    played: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(LegFact):
    """Nothing of this leg is left: no dialog, no transaction that could still set one up."""


# ---- decisions
# -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDecided(CallFact):
    """Where the call goes and why. It carries all that `react` will need. `talk_limit` is in seconds."""

    VERSION: ClassVar[int] = 5
    decision: Decision
    talk_limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectDecided(LegFact):
    """Who is rung in the place of this leg's phone, which had said to call `number`, and why; nobody when its
    person may not call there, or nobody is there."""

    number: str
    targets: tuple[Target, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteExhausted(CallFact):
    """Everybody the decision named was tried. `branch` is the question that this puts to routing."""

    branch: Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberOffered(LegFact):
    """The call is offered to one contact of a member's phone, or to a trunk. It reserves the member."""

    VERSION: ClassVar[int] = 2
    target: Target
    contact: Contact | None = None
    respond_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSkipped(CallFact):
    """A target was passed over. `why`: off_duty, busy, unregistered."""

    VERSION: ClassVar[int] = 2
    target: Target
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RingTimeStarted(CallFact):
    """From here the members that were just offered have until `until`."""

    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RingTimeExpired(CallFact):
    """The members that rang did not answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTimeExpired(LegFact):
    """A target gave no sign of life in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(LegFact):
    """An offer was taken back. `why`: answered_elsewhere, declined (on another of the phone's
    contacts), ring_time, no_response, unconfirmed (outside), caller_left, ended."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerAlerted(LegFact):
    """The caller was told that it rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlySoundPassed(LegFact):
    """The early sound of the one member who rings (`leg`) was let through to the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAnswered(LegFact):
    """Our own 200 to the caller: the service answered, not a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementStarted(LegFact):
    """An announcement began. `early`: before any answer."""

    prompt: str
    early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConnected(LegFact):
    """The caller and the member of `leg` were connected. The call may last until `until`; after it the member
    has `wrap_up_seconds` to write down what it was about."""

    VERSION: ClassVar[int] = 2
    member: str
    until: datetime | None = None
    wrap_up_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkTimeExpired(CallFact):
    """The call reached the longest time that a call may last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(CallFact):
    """The outcome of the call is settled; what is left of its legs is being closed."""

    outcome: Outcome
    ended_by: EndedBy
    reason: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInterrupted(CallFact):
    """The service died with this call live. `ended_at` is the time of the last fact it had."""

    ended_at: datetime
