"""`House`: what calls share, folded from the same facts: who is in a call, where each phone is registered."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from routing.gateways import NO_NAMES, Names
from routing.override import Override
from routing.places import Found, Named, Place
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call import pickup_facts as p
from telephony.call import queue_facts as q
from telephony.call import transfer_facts as t
from telephony.call import trunk_facts as r
from telephony.call.duty import Duty
from telephony.call.evolve_duty import CHANGES as _DUTY
from telephony.call.evolve_queue import IN_HOUSE as _QUEUES
from telephony.call.hunts import Hunts
from telephony.call.moments import CHANGES as _MOMENTS
from telephony.call.moments import Moments
from telephony.call.queues import Queues
from telephony.call.repair_facts import StateRepaired


def _no_time(_: str) -> float:
    return 0.0


class House:
    """Members in calls, registrations, overrides, the plan's version and whether the service drains.

    It is folded in place, for it is large: `evolve` changes it and nothing else does.
    """

    def __init__(self, names: Names = NO_NAMES) -> None:
        """`names` knows what host names mean: that is no fact, and what was decided by it is one."""
        self._names = names
        self._busy: dict[str, set[str]] = {}  # member -> legs
        self._legs: dict[str, str] = {}  # leg -> member
        self._contacts: dict[str, tuple[f.Contact, ...]] = {}
        self._phones: dict[tuple[str, int], dict[str, None]] = {}  # where from -> phones, the latest last
        self._overrides: dict[str, Override] = {}
        self._trunks: dict[str, str] = {}  # leg -> trunk
        self._channels: dict[str, int] = {}  # trunk -> legs
        self._lost: set[str] = set()  # phones that are registered and do not answer
        self._down: set[Place] = set()  # gateways
        self._registrars: dict[str, tuple[str, int]] = {}  # trunk -> where we are registered
        self.seconds_of: Callable[[str], float] = _no_time
        """How long a prompt takes: no fact, and when the next is due by it is one."""
        self.hunts = Hunts()
        self.duty = Duty()
        self.moments = Moments()
        self.queues = Queues()
        self._stirred: set[str] = set()  # members of whom something has changed
        self._phones_stirred: set[str] = set()
        self._freed: set[str] = set()  # trunks
        self.draining = False
        self.plan_version = 0
        self.plan_digest = ""

    def evolve(self, fact: f.Fact) -> None:
        """Fold one fact."""
        for change in _CHANGES.get(type(fact), ()):
            change(self, fact)

    # ---- what routing asks (routing.situation.Situation); registrations that have run out are facts of
    # their own

    def is_registered(self, phone: str) -> bool:
        """Whether the phone can be reached."""
        return phone in self._contacts and phone not in self._lost

    def is_free(self, member: str) -> bool:
        """Whether the member is in no call and not being offered one."""
        return member not in self._busy

    def is_up(self, gateway: Place) -> bool:
        """Whether nothing tells that this gateway, which has answered before, does so no more."""
        return gateway not in self._down

    def places(self, named: Named) -> Sequence[Found]:
        """What DNS says of this name."""
        return self._names.places(named)

    def overrides(self) -> Mapping[str, Override]:
        """What was opened or closed by hand, by number; that their time has come is a fact of its own."""
        return self._overrides

    def takes_part(self, member: str, group: str) -> bool:
        """Whether the member is neither paused nor logged out of this group."""
        return self.duty.takes_part(member, group)

    def on_duty(self, member: str, group: str) -> bool:
        """Whether the member is neither paused, nor logged out of this group, nor left alone for a moment."""
        return self.duty.is_on(member, group)

    def waiting(self, group: str) -> int:
        """How many callers wait in the queue of this group."""
        return self.queues.waiting(group)

    def idle_since(self, member: str) -> datetime | None:
        """When the member's last talk ended."""
        return self.hunts.idle_since(member)

    def answered_today(self, member: str, now: datetime) -> int:
        """How many calls the member has answered on this day."""
        return self.hunts.answered_on(member, now)

    def offered_first(self, group: str) -> str:
        """Whom the last call of the group was offered first."""
        return self.hunts.first_of(group)

    # ---- what react and the switchboard ask

    def legs_of(self, member: str) -> Collection[str]:
        """The legs that keep a member from being free."""
        return self._busy.get(member, ())

    def legs(self) -> Mapping[str, str]:
        """The legs that keep a member from being free, or a trunk's channel; and whose each is."""
        return self._trunks | self._legs

    def channels(self, trunk: str) -> int:
        """How many calls the trunk has now, both ways."""
        return self._channels.get(trunk, 0)

    def registrar(self, trunk: str) -> tuple[str, int] | None:
        """Where we are registered with the trunk, None when we are not."""
        return self._registrars.get(trunk)

    def contacts(self, phone: str) -> tuple[f.Contact, ...]:
        """Where the phone can be reached, best first."""
        return self._contacts.get(phone, ())

    def phone_at(self, address: tuple[str, int]) -> str | None:
        """The phone that has registered from this address; of several (one device) the latest."""
        return next(reversed(self._phones.get(address, {})), None)

    def phones_at(self, address: tuple[str, int]) -> Collection[str]:
        """All phones that have registered from this address."""
        return self._phones.get(address, ())

    def registrations(self) -> Mapping[str, tuple[f.Contact, ...]]:
        """All phones with their contacts."""
        return self._contacts

    def lost(self) -> Collection[str]:
        """The phones that are registered and do not answer."""
        return self._lost

    def expired(self, phone: str, now: datetime) -> h.RegistrationExpired | None:
        """The fact that some contacts of the phone have run out, or None."""
        contacts = self.contacts(phone)
        left = tuple(contact for contact in contacts if contact.expires_at > now)
        if len(left) == len(contacts):
            return None
        return h.RegistrationExpired(at=now, phone=phone, contacts=left)

    @property
    def is_stirred(self) -> bool:
        """Whether there is any of what `take_stirred`, `take_freed` and that of the queues would give."""
        return bool(self._stirred or self._phones_stirred or self._freed or self.queues.is_stirred)

    def take_stirred(self) -> tuple[set[str], set[str]]:
        """The members and the phones of whom something has changed since this was asked last: somebody may be
        free who was not, or may have gone."""
        stirred = self._stirred, self._phones_stirred
        if self._stirred:
            self._stirred = set()
        if self._phones_stirred:
            self._phones_stirred = set()
        return stirred

    def take_freed(self) -> set[str]:
        """The trunks of which a channel has become free since this was asked last."""
        freed = self._freed
        if freed:
            self._freed = set()
        return freed

    # ---- the fold

    def _set_contacts(self, phone: str, contacts: tuple[f.Contact, ...]) -> None:
        self._phones_stirred.add(phone)
        for address in {contact.remote for contact in self._contacts.pop(phone, ())}:
            phones = self._phones[address]
            del phones[phone]
            if not phones:
                del self._phones[address]
        for contact in contacts:
            self._phones.setdefault(contact.remote, {})[phone] = None
        self._lost.discard(phone)
        if contacts:  # the latest last here too, so that what is carried over folds to the same
            self._contacts[phone] = tuple(sorted(contacts, key=lambda contact: -contact.q))

    def _phone_registered(self, fact: h.PhoneRegistered) -> None:
        self._set_contacts(fact.phone, fact.contacts)

    def _registration_expired(self, fact: h.RegistrationExpired) -> None:
        was_lost = fact.phone in self._lost
        self._set_contacts(fact.phone, fact.contacts)
        if was_lost and fact.contacts:
            self._lost.add(fact.phone)

    def _phone_lost(self, fact: h.PhoneLost) -> None:
        self._phones_stirred.add(fact.phone)
        if fact.phone in self._contacts:
            self._lost.add(fact.phone)

    def _phone_found(self, fact: h.PhoneFound) -> None:
        self._phones_stirred.add(fact.phone)
        self._lost.discard(fact.phone)

    def _gateway_lost(self, fact: h.GatewayLost) -> None:
        self._down.add(fact.gateway)

    def _gateway_found(self, fact: h.GatewayFound) -> None:
        self._down.discard(fact.gateway)

    def _trunk_registered(self, fact: r.TrunkRegistered) -> None:
        self._registrars[fact.trunk] = fact.registrar

    def _trunk_lost(self, fact: r.TrunkRegistrationLost) -> None:
        self._registrars.pop(fact.trunk, None)

    def _carried(self, fact: h.RegistrationsCarried) -> None:
        self._contacts, self._phones = {}, {}
        self._lost.clear()
        for phone, contacts in fact.contacts.items():
            self._set_contacts(phone, contacts)

    def _reserve(self, member: str, leg: str) -> None:
        self._busy.setdefault(member, set()).add(leg)
        self._legs[leg] = member

    def _occupy(self, trunk: str, leg: str) -> None:
        self._channels[trunk] = self._channels.get(trunk, 0) + 1
        self._trunks[leg] = trunk

    def _arrived(self, fact: f.CallArrived) -> None:
        trunk = fact.origin_name if fact.origin is f.Origin.TRUNK else fact.trunk
        if trunk:
            self._occupy(trunk, fact.leg)
        if fact.member:
            self._reserve(fact.member, fact.leg)

    def _offered(self, fact: f.MemberOffered) -> None:
        self._seize(fact.target, fact.leg)

    def _taken_over(self, fact: t.LegTakenOver | p.LegPickedUp) -> None:
        self._seize(fact.target, fact.leg)

    def _seize(self, target: f.Target, leg: str) -> None:
        """A person takes one call at a time, also outside; a trunk any number."""
        if target.phone or target.is_mobile:
            self._reserve(target.member, leg)
        if target.trunk:
            self._occupy(target.trunk, leg)

    def _decided(self, fact: f.RouteDecided) -> None:
        decision = fact.decision
        if decision.group and decision.targets:
            self.hunts.offered(decision.group, decision.targets[0].member)

    def _connected(self, fact: f.CallConnected) -> None:
        self.hunts.answered(fact.leg, fact.member, fact.at)

    def _transferred(self, fact: t.CallTransferred) -> None:
        if fact.group:
            self.hunts.answered(fact.leg, fact.member, fact.at)

    def _turn_came(self, fact: q.TurnCame) -> None:
        self.hunts.offered(fact.queue, fact.targets[0].member)

    def _duty_changed(self, fact: d.MemberFact) -> None:
        self._stirred.add(fact.member)

    def _hunts_carried(self, fact: h.HuntsCarried) -> None:
        self.hunts.carried(fact.turns)

    def _leg_over(self, fact: f.LegEnded | f.MemberRefused | t.LegHandedOver | StateRepaired) -> None:
        self.hunts.ended(fact.leg, fact.at)
        self.duty.leg_over(fact.leg)
        trunk = self._trunks.pop(fact.leg, None)
        if trunk is not None:
            self._channels[trunk] -= 1
            self._freed.add(trunk)
        member = self._legs.pop(fact.leg, None)
        if member is None:
            return
        legs = self._busy[member]
        legs.remove(fact.leg)
        if not legs:
            del self._busy[member]
            self.duty.freed(member, fact.at)
            self._stirred.add(member)

    def _clock_stepped(self, fact: h.ClockStepped) -> None:
        step = timedelta(seconds=fact.seconds)
        self.hunts.shift(step)
        self.duty.shift(step)
        self.queues.shift(step)
        self._contacts = {
            phone: tuple(replace(contact, expires_at=contact.expires_at + step) for contact in contacts)
            for phone, contacts in self._contacts.items()
        }

    def _override_set(self, fact: h.OverrideSet) -> None:
        self._overrides[fact.number] = fact.override

    def _override_ended(self, fact: h.OverrideEnded) -> None:
        self._overrides.pop(fact.number, None)

    def _overrides_carried(self, fact: h.OverridesCarried) -> None:
        self._overrides = dict(fact.overrides)

    def _plan_loaded(self, fact: h.PlanLoaded) -> None:
        self.plan_version = fact.version
        self.plan_digest = fact.digest

    def _started(self, _: h.ServiceStarted) -> None:
        self.draining = False
        self._lost.clear()  # of who answers a new life knows nothing, and tries them all
        self._down.clear()
        self._registrars.clear()  # it registers anew

    def _drain_started(self, _: h.DrainStarted) -> None:
        self.draining = True


_OWN: dict[type[f.Fact], Callable[[House, Any], None]] = {
    f.CallArrived: House._arrived,
    f.RouteDecided: House._decided,
    f.CallConnected: House._connected,
    t.CallTransferred: House._transferred,
    f.MemberOffered: House._offered,
    f.MemberRefused: House._leg_over,
    f.LegEnded: House._leg_over,
    t.LegTakenOver: House._taken_over,
    p.LegPickedUp: House._taken_over,
    t.LegHandedOver: House._leg_over,
    StateRepaired: House._leg_over,
    h.PhoneRegistered: House._phone_registered,
    h.RegistrationExpired: House._registration_expired,
    h.PhoneLost: House._phone_lost,
    h.PhoneFound: House._phone_found,
    h.GatewayLost: House._gateway_lost,
    h.GatewayFound: House._gateway_found,
    r.TrunkRegistered: House._trunk_registered,
    r.TrunkRegistrationLost: House._trunk_lost,
    h.RegistrationsCarried: House._carried,
    h.ClockStepped: House._clock_stepped,
    h.OverrideSet: House._override_set,
    h.OverrideEnded: House._override_ended,
    h.OverridesCarried: House._overrides_carried,
    h.HuntsCarried: House._hunts_carried,
    q.TurnCame: House._turn_came,
    d.MemberLoggedIn: House._duty_changed,
    d.MemberLoggedOut: House._duty_changed,
    d.MemberPaused: House._duty_changed,
    d.MemberResumed: House._duty_changed,
    d.OfferMissed: House._duty_changed,
    d.MemberRested: House._duty_changed,
    h.PlanLoaded: House._plan_loaded,
    h.ServiceStarted: House._started,
    h.DrainStarted: House._drain_started,
}


def _changes() -> dict[type[f.Fact], tuple[Callable[[House, Any], None], ...]]:
    """By kind of fact, what it changes, in the house itself and in its parts."""

    def of_duty(change: Callable[[Duty, Any], None]) -> Callable[[House, Any], None]:
        return lambda house, fact: change(house.duty, fact)

    def of_queues(change: Callable[[Queues, Any], None]) -> Callable[[House, Any], None]:
        return lambda house, fact: change(house.queues, fact)

    def of_moments(change: Callable[[Moments, Any], None]) -> Callable[[House, Any], None]:
        return lambda house, fact: change(house.moments, fact)

    found: dict[type[f.Fact], list[Callable[[House, Any], None]]] = {}
    for kind, own in _OWN.items():
        found.setdefault(kind, []).append(own)
    for kind, on_duty in _DUTY.items():
        found.setdefault(kind, []).append(of_duty(on_duty))
    for kind, since in _MOMENTS.items():
        found.setdefault(kind, []).append(of_moments(since))
    for kind, in_queues in _QUEUES.items():
        found.setdefault(kind, []).append(of_queues(in_queues))
    return {kind: tuple(changes) for kind, changes in found.items()}


_CHANGES = _changes()
