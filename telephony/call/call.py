"""The state of one call: what folding its facts gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from routing.decision import Branch, Decision, Origin, Target
from telephony.call.facts import CallArrived, EndedBy, Outcome
from telephony.call.pickup_facts import PickUpRequested
from telephony.call.transfer_facts import Stage, TransferRequested


class Phase(StrEnum):
    """Where a call stands."""

    ARRIVED = "arrived"  # a question to routing is open
    RINGING = "ringing"  # members are being offered the call
    ANNOUNCING = "announcing"  # the caller hears an announcement
    MENU = "menu"  # the caller hears a menu, or has time to press a key
    WAITING = "waiting"  # in the queue of a group
    CALLING = "calling"  # a member is rung, who is to call somebody back
    TALKING = "talking"  # the caller and a person are connected
    TRANSFERRING = "transferring"  # one of them waits, and somebody else is rung
    ENDING = "ending"  # the outcome is settled, legs are closing
    ENDED = "ended"  # nothing is left


class LegState(StrEnum):
    """Where a leg stands, as observed."""

    OFFERED = "offered"
    ALERTED = "alerted"
    ASKED = "asked"  # answered outside, perhaps by a voicemail: whoever it is is to press a key
    ANSWERED = "answered"
    UNUSABLE = "unusable"  # answered with nothing to talk with; it is being ended
    REFUSED = "refused"
    ENDED = "ended"


_MAY_ANSWER = (LegState.OFFERED, LegState.ALERTED, LegState.ASKED)


@dataclass(frozen=True)  # no slots: `changed` copies them at one go
class Confirming:
    """Whoever answered outside is asked to press a key, for the `attempt`th time (0: not yet), and may do so
    `until` then. `wrong`: another one was pressed."""

    attempt: int = 0
    until: datetime | None = None
    expired: bool = False
    wrong: bool = False


@dataclass(frozen=True)  # no slots: `changed` copies them at one go
class Leg:
    """One leg of a call: the caller's (no target) or one contact of a member."""

    id: str
    state: LegState
    target: Target | None = None
    rang: bool = False
    withdrawn: str = ""  # why the offer was taken back
    respond_by: datetime | None = None
    early_sound: bool = False
    gone: bool = False
    lost: str = ""  # why it died without a word
    held: bool = False
    status: int = 0
    cause: int = 0
    redirect: str = ""  # the number that its phone says to call instead
    dialog: Mapping[str, Any] | None = None
    confirming: Confirming | None = None  # from an answer outside until it is confirmed

    @property
    def is_open(self) -> bool:
        """Something of it may still be alive in the network."""
        return self.state not in (LegState.REFUSED, LegState.ENDED)

    @property
    def confirm_by(self) -> datetime | None:
        """When the time to press a key is over; None while there is none."""
        confirming = self.confirming
        return None if confirming is None or confirming.expired else confirming.until

    @property
    def may_answer(self) -> bool:
        """It was offered, and neither refused, withdrawn nor answered yet, or not so that it counts."""
        return self.state in _MAY_ANSWER and not self.withdrawn


@dataclass(frozen=True)  # no slots: `changed` copies them at one go
class Transfer:
    """A transfer in progress: leg `by`, of `target`, hands on the party of leg `kept`.

    `stage` is who is rung under the decision in force, or who is to be asked for next when `is_open`: then
    `branch` is the question.
    """

    by: str
    target: Target
    kept: str
    number: str
    stage: Stage = Stage.TARGET
    is_open: bool = False
    branch: Branch = Branch.ARRIVED
    alerted: bool = False


@dataclass(frozen=True)  # no slots: `changed` copies them at one go
class Asking:
    """A menu's prompt that the caller hears, or has heard until it `ended`: for the `attempt`th time, or that
    a key was wrong. `unheard`: it could not be played. A key may be pressed `until` then. `is_hushed`: it is
    quiet, for an extension is being keyed."""

    prompt: str
    attempt: int
    ended: bool = False
    unheard: bool = False
    until: datetime | None = None
    expired: bool = False
    digits: str = ""  # of an extension, so far
    is_whole: bool = False  # the caller has said that there are no more
    is_hushed: bool = False


@dataclass(frozen=True)  # no slots: `changed` copies them at one go
class Waiting:
    """A call in the queue of group `queue` since `joined_at`, in which it has its place by `since`.

    At `leave_at` it leaves, for the reason `why`. `is_turn`: members are rung. `said_at`: when the caller was
    told something last, `say_at` when they are next. `is_unheard`: they cannot be told anything.
    `rang_nobody_at`: when it was the call's turn, and yet nobody of those chosen could be rung.
    """

    queue: str
    since: datetime
    joined_at: datetime
    leave_at: datetime
    why: str
    is_turn: bool = False
    said_at: datetime | None = None
    say_at: datetime | None = None
    is_due: bool = False
    expired: bool = False
    is_unheard: bool = False
    rang_nobody_at: datetime | None = None

    def deadlines(self) -> Iterator[datetime]:
        """When something is due."""
        yield self.leave_at
        if self.say_at is not None:
            yield self.say_at


@dataclass(frozen=True)  # no slots: `changed` copies them at one go
class TakingOver:
    """Leg `leg` takes the place of leg `replaces`, which talks, as soon as it has answered."""

    leg: str
    replaces: str


@dataclass(frozen=True)  # no slots: `changed` copies them at one go
class Call:
    """A call as its facts tell it. Times are aware UTC."""

    arrived: CallArrived
    phase: Phase
    legs: Mapping[str, Leg]
    last_at: datetime
    question: Branch | None = Branch.ARRIVED
    decision: Decision | None = None
    talk_limit: float = 0.0
    pending: tuple[Target, ...] = ()  # targets of the decision that were not tried yet
    round_legs: frozenset[str] = field(default_factory=frozenset)  # legs offered under this decision
    redirected: tuple[Target, ...] = ()  # to be rung at once in the place of phones that said so
    redirects: int = 0
    ring_until: datetime | None = None
    ring_expired: bool = False
    skipped_busy: bool = False  # under this decision
    caller_alerted: bool = False
    early_sound_from: str = ""
    service_answered: bool = False
    legs_made: int = 1
    near: str = ""  # the leg that talks with `talking_to`: the caller's, until the caller hands over
    talking_to: str = ""
    requested: TransferRequested | None = None  # it waits for an answer
    transfer: Transfer | None = None
    picks_up: PickUpRequested | None = None  # this is no call of its own
    take_over: TakingOver | None = None
    protected: bool = False  # a number that it came by is
    talk_until: datetime | None = None
    talk_expired: bool = False
    announcement: str = ""
    announcement_ended: bool = False
    announcement_played: bool = False
    asking: Asking | None = None  # in a menu
    waiting: Waiting | None = None  # in a queue
    joined_at: datetime | None = None  # the first queue of its way
    key: str = ""  # that was pressed
    tries_left: int = 0  # of the menu that was left
    to_centre: str = ""  # by a key the caller goes on to Kontaktcenter; what had led to the voicemail before
    outcome: Outcome | None = None
    ended_by: EndedBy | None = None

    @property
    def id(self) -> str:
        """Our id of the call, a UUIDv7."""
        return self.arrived.call

    @property
    def caller(self) -> Leg:
        """The caller's leg."""
        return self.legs[self.arrived.leg]

    @property
    def is_reached_outside(self) -> bool:
        """The member is, who is to call somebody back: they have answered only when they say so."""
        return bool(self.arrived.trunk)

    @property
    def who_waits(self) -> str:
        """The leg that a person is looked for: the caller's, or in a transfer that of who is handed on."""
        return self.transfer.kept if self.transfer is not None else self.arrived.leg

    @property
    def is_internal(self) -> bool:
        """The caller is one of the municipality's own phones (P8)."""
        return self.arrived.origin is Origin.PHONE and not self.arrived.trunk

    @property
    def is_emergency(self) -> bool:
        """It is a call to 112."""
        return self.decision is not None and self.decision.emergency

    @property
    def is_being_taken_over(self) -> bool:
        """Another phone is about to take one's place in it."""
        return self.take_over is not None and self.legs[self.take_over.leg].may_answer

    @property
    def is_live(self) -> bool:
        """Its outcome is not settled yet."""
        return self.phase not in (Phase.ENDING, Phase.ENDED)

    def members(self) -> Iterator[Leg]:
        """The legs that are not the caller's."""
        return (leg for leg in self.legs.values() if leg.target is not None)

    def open_legs(self) -> Iterator[Leg]:
        """The legs of which something may still be alive in the network."""
        return (leg for leg in self.legs.values() if leg.is_open)

    def ringing(self) -> list[Leg]:
        """The members' legs that may still answer."""
        return [leg for leg in self.members() if leg.may_answer]

    def next_leg_id(self, ahead: int = 0) -> str:
        """The id of the leg after the last one, skipping `ahead` more."""
        return f"{self.id}.{self.legs_made + ahead}"

    @property
    def key_until(self) -> datetime | None:
        """When the time to press a key is over; None while there is none."""
        return self.asking.until if self.asking is not None else None

    @property
    def deadline(self) -> datetime | None:
        """The earliest time at which something is due, or None."""
        if self.phase is Phase.TALKING:
            return None if self.talk_expired else self.talk_until
        if self.phase is Phase.MENU:
            return self.key_until
        if self.phase not in (Phase.RINGING, Phase.TRANSFERRING, Phase.WAITING, Phase.CALLING):
            return None
        open_offers = (leg for leg in self.legs.values() if leg.may_answer)
        due = [due for leg in open_offers for due in (leg.respond_by, leg.confirm_by) if due is not None]
        if self.waiting is not None:
            due += self.waiting.deadlines()
        if self.talk_until is not None and not self.talk_expired:  # of whoever is being transferred
            due.append(self.talk_until)
        if self.ring_until is not None and not self.ring_expired:
            due.append(self.ring_until)
        return min(due, default=None)
