"""Where replay begins, so that a restart reads the newest segment and not years of journal."""

from collections.abc import Sequence
from datetime import datetime

from telephony.archive.journal import Journal
from telephony.call.facts import Fact
from telephony.call.house_facts import OverridesCarried, PlanLoaded, RegistrationsCarried
from telephony.switchboard import Switchboard


def opening_facts(switchboard: Switchboard, now: datetime) -> Sequence[Fact]:
    """What a new segment begins with: all that replay would otherwise have to look for further back."""
    house = switchboard.house
    carried = RegistrationsCarried(
        at=now,
        contacts=dict(house.registrations()),
        calls_since=min(switchboard.first_positions.values(), default=0),
    )
    overrides = OverridesCarried(at=now, overrides=dict(house.overrides()))
    if not house.plan_version:  # the very first segment
        return carried, overrides
    return carried, overrides, PlanLoaded(at=now, version=house.plan_version, digest=house.plan_digest)


def first_needed(journal: Journal[Fact]) -> int:
    """The position that replay has to begin at: the newest segment, or the oldest call that was live when it
    began."""
    for segment in reversed(journal.segments()):
        first = next(journal.read(segment.first), None)
        if first is None:
            continue
        position, fact = first
        if isinstance(fact, RegistrationsCarried):
            return min(position, fact.calls_since or position)
    return 1
