"""What a node knows of its calls and phones at one moment, to be compared with what its journal tells."""

from collections.abc import Mapping
from dataclasses import dataclass

from telephony.call.call import Call
from telephony.call.facts import Contact
from telephony.switchboard import Switchboard


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a switchboard shows of its state. `busy` are the members in calls."""

    calls: Mapping[str, Call]
    first_positions: Mapping[str, int]
    registrations: Mapping[str, tuple[Contact, ...]]
    busy: frozenset[str]
    draining: bool
    plan_version: int

    @classmethod
    def of(cls, switchboard: Switchboard, people: Mapping[str, object]) -> "Picture":
        """Take the picture."""
        house = switchboard.house
        return cls(
            calls=dict(switchboard.calls),
            first_positions=dict(switchboard.first_positions),
            registrations=dict(house.registrations()),
            busy=frozenset(name for name in people if not house.is_free(name)),
            draining=house.draining,
            plan_version=house.plan_version,
        )
