"""Since when things are as they are with members and phones, folded by the house; and of whom that has
changed, for whoever shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call import pickup_facts as p
from telephony.call import transfer_facts as t
from telephony.call.repair_facts import StateRepaired


class Moments:
    """The fold. It has an entry for each member of whom, and each phone of which, there was a fact."""

    def __init__(self) -> None:
        self._members: dict[str, datetime] = {}
        self._phones: dict[str, datetime] = {}
        self._legs: dict[str, str] = {}  # leg -> member
        self._counts: dict[str, int] = {}  # member -> legs
        self._there: set[str] = set()  # phones that can be reached
        self._lost: set[str] = set()  # phones that are registered and do not answer
        self._changed: tuple[set[str], set[str]] = set(), set()  # members, phones

    def of_member(self, member: str) -> datetime | None:
        """When the member was last rung, answered or became free, or said something of themselves while they
        were (UTC)."""
        return self._members.get(member)

    def of_phone(self, phone: str) -> datetime | None:
        """Since when the phone can be reached, or cannot (UTC)."""
        return self._phones.get(phone)

    def take_changed(self) -> tuple[set[str], set[str]]:
        """The members and the phones of whom something has changed since this was asked last."""
        changed, self._changed = self._changed, (set(), set())
        return changed

    def carry(self) -> tuple[Mapping[str, datetime], Mapping[str, datetime]]:
        """All of it: by member and by phone."""
        return dict(self._members), dict(self._phones)

    # ---- members

    def touch(self, member: str, at: datetime) -> None:
        """Something has changed with the member."""
        self._members[member] = at
        self._changed[0].add(member)

    def said(self, member: str, at: datetime) -> None:
        """The member, or the service, has said whether they take part; who is rung or talks goes on so."""
        if member in self._counts:
            self._changed[0].add(member)
        else:
            self.touch(member, at)

    def begin(self, leg: str, member: str, at: datetime) -> None:
        """The member is rung by this leg, or calls or talks on it."""
        self._legs[leg] = member
        self._counts[member] = self._counts.get(member, 0) + 1
        if self._counts[member] == 1:
            self.touch(member, at)

    def answered(self, leg: str, at: datetime) -> None:
        """Whose leg it is talks."""
        if leg in self._legs:
            self.touch(self._legs[leg], at)

    def over(self, leg: str, at: datetime) -> None:
        """The leg is over."""
        member = self._legs.pop(leg, None)
        if member is None:
            return
        self._counts[member] -= 1
        if not self._counts[member]:
            del self._counts[member]
            self.touch(member, at)

    # ---- phones

    def reach(self, phone: str, is_there: bool, at: datetime) -> None:
        """The phone can be reached now, or cannot."""
        self._lost.discard(phone)
        if is_there == (phone in self._there):
            return
        (self._there.add if is_there else self._there.discard)(phone)
        self._phones[phone] = at
        self._changed[1].add(phone)

    def lose(self, phone: str, at: datetime) -> None:
        """It is registered, and does not answer."""
        if phone in self._there:
            self.reach(phone, False, at)
            self._lost.add(phone)

    def find(self, phone: str, at: datetime) -> None:
        """It answers again."""
        if phone in self._lost:
            self.reach(phone, True, at)

    def forget_lost(self, at: datetime) -> None:
        """A new life tries them all."""
        for phone in list(self._lost):
            self.find(phone, at)

    # ---- all of it

    def carried(self, members: Mapping[str, datetime], phones: Mapping[str, datetime]) -> None:
        """It is these, and no others."""
        self._members, self._phones = dict(members), dict(phones)

    def registered(self, phones: Mapping[str, object]) -> None:
        """These are registered, and no others."""
        self._there, self._lost = set(phones), set()

    def shift(self, step: timedelta) -> None:
        """The machine's clock was set."""
        self._members = {who: since + step for who, since in self._members.items()}
        self._phones = {which: since + step for which, since in self._phones.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentsCarried(f.Fact):
    """Since when members and phones are as they are, repeated where a journal segment begins."""

    members: dict[str, datetime]
    phones: dict[str, datetime]


def _arrived(moments: Moments, fact: f.CallArrived) -> None:
    if fact.member:
        moments.begin(fact.leg, fact.member, fact.at)


def _offered(moments: Moments, fact: f.MemberOffered | t.LegTakenOver | p.LegPickedUp) -> None:
    if fact.target.phone or fact.target.is_mobile:  # a trunk is nobody
        moments.begin(fact.leg, fact.target.member, fact.at)


def _answered(moments: Moments, fact: f.MemberAnswered) -> None:
    moments.answered(fact.leg, fact.at)


def _over(moments: Moments, fact: f.LegEnded | f.MemberRefused | t.LegHandedOver | StateRepaired) -> None:
    moments.over(fact.leg, fact.at)


def _duty(moments: Moments, fact: d.MemberFact) -> None:
    moments.said(fact.member, fact.at)


def _registered(moments: Moments, fact: h.PhoneRegistered) -> None:
    moments.reach(fact.phone, bool(fact.contacts), fact.at)


def _expired(moments: Moments, fact: h.RegistrationExpired) -> None:
    if not fact.contacts:
        moments.reach(fact.phone, False, fact.at)


CHANGES: dict[type[f.Fact], Callable[[Moments, Any], None]] = {
    f.CallArrived: _arrived,
    f.MemberOffered: _offered,
    t.LegTakenOver: _offered,
    p.LegPickedUp: _offered,
    f.MemberAnswered: _answered,
    f.MemberRefused: _over,
    f.LegEnded: _over,
    t.LegHandedOver: _over,
    StateRepaired: _over,
    d.MemberLoggedOut: _duty,
    d.MemberLoggedIn: _duty,
    d.MemberPaused: _duty,
    d.MemberResumed: _duty,
    d.MemberRested: _duty,
    d.OfferMissed: _duty,
    h.PhoneRegistered: _registered,
    h.RegistrationExpired: _expired,
    h.PhoneLost: lambda moments, fact: moments.lose(fact.phone, fact.at),
    h.PhoneFound: lambda moments, fact: moments.find(fact.phone, fact.at),
    h.ServiceStarted: lambda moments, fact: moments.forget_lost(fact.at),
    h.RegistrationsCarried: lambda moments, fact: moments.registered(fact.contacts),
    h.ClockStepped: lambda moments, fact: moments.shift(timedelta(seconds=fact.seconds)),
    MomentsCarried: lambda moments, fact: moments.carried(fact.members, fact.phones),
}
