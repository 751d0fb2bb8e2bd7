"""Facts of members of groups: who takes part in answering, and who has a pause."""

from dataclasses import dataclass
from datetime import datetime

from telephony.call.duty import Duties
from telephony.call.facts import Fact

MISSED = "missed"
"""The reason of a pause that the service gives who misses one call after the other."""

FORWARDED = "forwarded"
"""Why an offer was missed by who has their phone point elsewhere (3xx). It is not followed: a voicemail there
would win the call, and who is to be reached outside has a `mobile` in the plan. But it is no offer that they
saw and did not take, and is not counted as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFact(Fact):
    """A fact of one person of the plan. `by` is who did it: a token's name,
    `local:USER`, `phone:ACCOUNT` for a code that was dialled there, or "" for the service itself."""

    member: str
    by: str

    @property
    def stream(self) -> str:
        return f"member/{self.member}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLoggedOut(MemberFact):
    """From now on no call of this group is offered to them; "" is of any group."""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLoggedIn(MemberFact):
    """From now on calls of this group are offered to them; "" is of all their groups."""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPaused(MemberFact):
    """No call of any group is offered to them for a while; `reason` is one of the plan's, or
    `MISSED` when the service has seen too many of their offers go unanswered."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberResumed(MemberFact):
    """The pause is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesCarried(Fact):
    """Who is paused or logged out, repeated where a journal segment begins, like the registrations."""

    duties: Duties


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMissed(MemberFact):
    """They did not take a call of the queue of `group` that was offered to them. `why`: ring_time, declined,
    unreachable, forwarded. Until `until` (UTC) they are left alone. `by` is ""."""

    call: str
    group: str
    why: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRested(MemberFact):
    """The moment that they were left alone for, after a call or a missed one, is over: its time has come
    (`by` is ""), or somebody ended it."""
