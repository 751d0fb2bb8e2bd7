"""What a simulation sees of queues and of members while it runs: it is shown every fact."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from routing.tables import Tables
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call import queue_facts as q
from telephony.call.duty import RestKind
from telephony.call.house import House
from telephony.simulate.result import OfMember, OfQueue, Waiting

IN_TIME_SECONDS = 20.0
"""Who is answered within it is answered in time: the threshold of the key figures' service levels."""


def waiting_of(times: Sequence[float]) -> Waiting:
    """Of these, in seconds."""
    if not times:
        return Waiting(0, None, None, None, None)
    ordered = sorted(times)
    at = [ordered[min(int(share * len(ordered)), len(ordered) - 1)] for share in (0.5, 0.9)]
    mean = sum(ordered) / len(ordered)
    return Waiting(len(ordered), *[round(seconds, 1) for seconds in (mean, *at, ordered[-1])])


def share_of(part: float, whole: float) -> float | None:
    """In [0, 1], to four places; None of nothing."""
    return round(part / whole, 4) if whole else None


@dataclass
class _Queue:
    """One queue, and what became of those who waited there."""

    joined: int = 0
    longest: int = 0
    left: Counter[str] = field(default_factory=Counter)
    answered_after: list[float] = field(default_factory=list)
    others_after: list[float] = field(default_factory=list)


@dataclass
class _Member:
    """One member: for how many seconds they were there, and at work."""

    there: float = 0.0
    at_work: float = 0.0
    answered: int = 0
    since: datetime | None = None  # it is so; None before the first call
    is_there: bool = False
    is_at_work: bool = False


class Waits:
    """Counts from the first call that comes to the last that ends, or until a member leaves later.

    A member is there while they can be rung and take part in answering in some group; at work while they
    talk, or write down what a call was about. Whoever is at work is there.
    """

    def __init__(self, tables: Tables) -> None:
        self._groups = tables.groups
        self._people = {person.key: person for group in tables.groups.values() for person in group.members}
        self._of = tables.memberships
        self._members = {key: _Member() for key in self._people}
        self._owners: dict[str, list[str]] = {}  # of a phone
        for key, person in self._people.items():
            for target in person.targets:
                self._owners.setdefault(target.phone, []).append(key)
        self._queues: dict[str, _Queue] = {}
        self._talks: dict[str, str] = {}  # leg -> member
        self._talking: Counter[str] = Counter()
        self._until: datetime | None = None  # the last call that has ended

    def see(self, fact: f.Fact, house: House) -> None:
        """One more fact, and the house that it has led to."""
        match fact:
            case q.QueueJoined():
                queue = self._queues.setdefault(fact.queue, _Queue())
                queue.joined += 1
                queue.longest = max(queue.longest, house.queues.waiting(fact.queue))
            case q.QueueLeft():
                queue = self._queues[fact.queue]
                queue.left[fact.why] += 1
                (queue.answered_after if fact.why == q.ANSWERED else queue.others_after).append(fact.seconds)
            case f.CallArrived() if self._until is None:
                self._until = fact.at
                for member in self._members:
                    self._look(member, fact.at, house)
            case f.CallEnded():
                self._until = fact.at
            case _:
                pass
        if self._until is not None:
            for member in self._whose(fact):
                self._look(member, fact.at, house)

    def queues(self) -> tuple[OfQueue, ...]:
        """Those in which somebody waited, in the order of their keys."""
        return tuple([self._of_queue(key, queue) for key, queue in sorted(self._queues.items())])

    def members(self) -> tuple[OfMember, ...]:
        """Those who were there, or answered, in the order of their keys."""
        found = []
        for key, member in sorted(self._members.items()):
            there, at_work = _until_now(member, self._until)
            if there or member.answered:
                found.append(
                    OfMember(key, member.answered, round(there), round(at_work), share_of(at_work, there))
                )
        return tuple(found)

    def _of_queue(self, key: str, queue: _Queue) -> OfQueue:
        people = [self._members[person.key] for person in self._groups[key].members]
        sums = [_until_now(member, self._until) for member in people]
        in_time = sum(seconds <= IN_TIME_SECONDS for seconds in queue.answered_after)
        return OfQueue(
            group=key,
            joined=queue.joined,
            left=dict(sorted(queue.left.items())),
            answered_in_time=in_time,
            service_level=share_of(in_time, queue.joined),
            until_answer=waiting_of(queue.answered_after),
            until_left=waiting_of(queue.others_after),
            longest_queue=queue.longest,
            occupancy=share_of(sum(at_work for _, at_work in sums), sum(there for there, _ in sums)),
        )

    def _whose(self, fact: f.Fact) -> Iterable[str]:
        """Of whom it may tell that they are there, or at work, or no more."""
        match fact:
            case d.MemberFact():
                return (fact.member,)
            case h.PhoneRegistered():
                return self._owners.get(fact.phone, ())
            case f.CallConnected() if fact.member in self._members:
                self._members[fact.member].answered += 1
                self._talks[fact.leg] = fact.member
                self._talking[fact.member] += 1
                return (fact.member,)
            case f.LegEnded() if fact.leg in self._talks:
                member = self._talks.pop(fact.leg)
                self._talking[member] -= 1
                return (member,)
            case _:
                return ()

    def _look(self, key: str, at: datetime, house: House) -> None:
        member = self._members.get(key)
        if member is None:
            return
        member.there, member.at_work = _until_now(member, at)
        member.since = at
        rest = house.duty.rest(key)
        member.is_at_work = self._talking[key] > 0 or (rest is not None and rest.kind is RestKind.WRAP_UP)
        member.is_there = member.is_at_work or self._is_there(key, house)

    def _is_there(self, key: str, house: House) -> bool:
        person = self._people[key]
        reached = person.mobile or any(house.is_registered(target.phone) for target in person.targets)
        return bool(reached) and any(house.takes_part(key, group) for group in self._of[key])


def _until_now(member: _Member, at: datetime | None) -> tuple[float, float]:
    """Seconds there, and seconds at work."""
    seconds = max((at - member.since).total_seconds(), 0.0) if at and member.since else 0.0
    return member.there + seconds * member.is_there, member.at_work + seconds * member.is_at_work
