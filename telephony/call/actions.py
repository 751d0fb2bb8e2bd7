"""What the switchboard asks of `legs`, each given out once, in the step whose facts record it."""

from dataclasses import dataclass

from routing.decision import Target
from telephony.call.facts import Contact


@dataclass(frozen=True, slots=True)
class Dial:
    """Offer the call to a member: a new leg. `caller_leg` tells whose sound it will carry.

    `display` and `number` say who calls, as the member may see it (P6): number None when hidden. `diverted`
    is the number that was called, when a group has it and not the member alone. `alone`: nobody else is rung
    meanwhile. `withheld`: who calls is told to whoever is rung and nobody beside.
    """

    leg: str
    caller_leg: str
    target: Target
    contact: Contact | None
    display: str
    number: str | None
    called: str
    max_forwards: int
    emergency: bool = False
    diverted: str = ""
    alone: bool = False
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class AlertCaller:
    """Tell the caller that it rings (180 without sound)."""

    leg: str


@dataclass(frozen=True, slots=True)
class PassEarlySound:
    """Let the member's early sound through to the caller (183)."""

    leg: str
    member_leg: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Play an announcement to the caller: after a 200, or early, in a 183."""

    leg: str
    prompt: str
    early: bool


@dataclass(frozen=True, slots=True)
class AskForKey:
    """Play a prompt to the caller, after a 200 if there was none yet, and report the keys that they press; or
    to a member who has answered outside."""

    leg: str
    prompt: str


@dataclass(frozen=True, slots=True)
class KeepWaiting:
    """Play `prompt` to a caller who waits ("" for none), after a 200 if there was none yet, and then `music`
    over and over; with `keys` report those that they press. In music that plays it breaks in."""

    leg: str
    prompt: str
    music: str
    keys: bool


@dataclass(frozen=True, slots=True)
class Connect:
    """Connect caller and member: the caller's 200 if it has none yet, sound both ways."""

    leg: str
    member_leg: str


@dataclass(frozen=True, slots=True)
class EndLeg:
    """End a leg in whatever way its dialog asks for: CANCEL, BYE, or a final answer of `status`.

    `reason` becomes the text of a Reason header (RFC 3326); `elsewhere`: another phone answered.
    """

    leg: str
    status: int = 480
    reason: str = ""
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class AnswerTransfer:
    """Answer what a leg asked for: 202 when it will be tried, else why not."""

    leg: str
    status: int


@dataclass(frozen=True, slots=True)
class ReportTransfer:
    """Tell who asked for a transfer how it goes; a status from 200 is the last."""

    leg: str
    status: int


@dataclass(frozen=True, slots=True)
class PlayRinging:
    """Let a connected party hear `prompt` ("" for none) and then that it rings elsewhere, until it is
    connected again."""

    leg: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class PlayAnnouncement:
    """Play an announcement to a connected party."""

    leg: str
    prompt: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Make leg `of` of another call this leg: the same dialog, the same sound."""

    leg: str
    of: str


@dataclass(frozen=True, slots=True)
class PickUp:
    """Answer the INVITE of this leg, which picks up the call of leg `other`. `display` and `number` say who
    that is, as in `Dial`: whoever picks up has not been shown it."""

    leg: str
    other: str
    display: str
    number: str | None


@dataclass(frozen=True, slots=True)
class TellPaused:
    """Tell whoever has this phone that they were given a pause. `leg` is the one that they did not answer."""

    leg: str
    phone: str


Action = (
    Dial
    | AlertCaller
    | PassEarlySound
    | Announce
    | AskForKey
    | KeepWaiting
    | Connect
    | EndLeg
    | AnswerTransfer
    | ReportTransfer
    | PlayRinging
    | PlayAnnouncement
    | TakeOver
    | PickUp
    | TellPaused
)
