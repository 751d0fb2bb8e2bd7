"""Colleagues who pick up whatever rings at another, by code or by Replaces, sometimes two at once."""

from dataclasses import dataclass, field
from enum import Enum

from tests.simulation import town_plan as plan
from tests.simulation.phone_leg import Leg, LegState
from tests.simulation.town import Town, TownPhone

LOOK_EVERY = 0.5


class Way(Enum):
    """How somebody picks up."""

    ANYBODY = "the code alone"
    NAMED = "the code, and whose phone rings"
    REPLACES = "an INVITE with Replaces"
    TWICE = "two dial the code at the same moment"


@dataclass(slots=True)
class Group:
    """People who pick up for each other, and the calls with which they try to."""

    names: tuple[str, ...]
    tries: list[Leg] = field(default_factory=list)


class Colleagues:
    """Those of the districts' groups in a town, from now to `until`. `ways` are those that were used."""

    def __init__(self, town: Town, until: float) -> None:
        self.town = town
        self.ways: set[Way] = set()
        self._until = until
        groups = [names(number) for names in (plan.open_members, plan.row_members) for number in range(2)]
        for group in map(Group, groups):
            self._look_again(group, town.network.now)

    def _look_again(self, group: Group, now: float) -> None:
        def look(then: float) -> None:
            self._look_at(group, then)
            if then < self._until:
                self._look_again(group, then)

        self.town.do(now + LOOK_EVERY, look)

    def _look_at(self, group: Group, now: float) -> None:
        phones = [self.town.members[name] for name in group.names]
        rings = [
            (phone, leg) for phone in phones for leg in phone.open_legs() if leg.state is LegState.OFFERED
        ]
        if not rings or any(leg.state is LegState.CALLING for leg in group.tries):
            return
        at, leg = rings[0]
        others = [phone for phone in phones if phone is not at]
        way = self.town.random.choice(list(Way))
        self.ways.add(way)
        for phone in others if way is Way.TWICE else [self.town.random.choice(others)]:
            self._pick_up(group, phone, at, leg, way, now)

    def _pick_up(self, group: Group, phone: TownPhone, at: TownPhone, leg: Leg, way: Way, now: float) -> None:
        def act(then: float) -> None:
            group.tries.append(dial(phone, at, leg, way, then))

        self.town.network.at(now, act, phone)  # in its own turn, so that what it sends goes out


def dial(phone: TownPhone, at: TownPhone, leg: Leg, way: Way, now: float) -> Leg:
    """Pick up what rings at another phone."""
    match way:
        case Way.REPLACES:
            fields = f"{leg.call_id};to-tag={leg.remote_tag};from-tag={leg.local_tag};early-only"
            return phone.call(at.name, now, {"Replaces": fields, "Require": "replaces"})
        case Way.NAMED:
            return phone.call(f"*8{at.name}", now)
        case _:
            return phone.call("*8", now)
