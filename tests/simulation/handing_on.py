"""Attendants who hand each caller on after a while: blind, blind and gone at once, or after consulting."""

from dataclasses import dataclass
from enum import Enum
from functools import partial
from random import Random
from urllib.parse import quote

from tests.simulation import town_plan as plan
from tests.simulation.phone_leg import Leg, LegState
from tests.simulation.pressing import press_in_sound
from tests.simulation.town import SIP_PORT, Town, TownPhone
from tests.support.switchboard import ADDRESS

LOOK_EVERY = 0.5

KEY_EVERY = 0.3
"""Seconds from key to key: somebody who knows the number."""


class Way(Enum):
    """How somebody is handed on."""

    BLIND = "REFER, and wait for what comes of it"
    GONE = "REFER, and BYE as soon as it is answered"
    CONSULTED = "REFER with Replaces, once the other has answered"
    EARLY = "REFER with Replaces, while it rings at the other"
    KEYS = "a code and the number, keyed in the sound"


@dataclass(slots=True)
class HandingOn:
    """One caller who is handed on. `second` is the consulting call."""

    phone: TownPhone
    leg: Leg
    way: Way
    number: str
    second: Leg | None = None
    asked: bool = False


class Attendants:
    """Those of Kontaktcenter in a town, from now to `until`."""

    def __init__(self, town: Town, until: float) -> None:
        self.town = town
        self.done: list[HandingOn] = []
        self._until = until
        self._sound = Random(f"sound {town.seed}")
        for name in plan.CONTACT_CENTRE:
            self._look_again(town.members[name], town.network.now)

    def _look_again(self, phone: TownPhone, now: float) -> None:
        def look(then: float) -> None:
            self._look_at(phone, then)
            if then < self._until:
                self._look_again(phone, then)

        self.town.network.at(now + LOOK_EVERY, look, phone)

    def _look_at(self, phone: TownPhone, now: float) -> None:
        known = [leg for handing in self.done for leg in (handing.leg, handing.second)]
        for leg in phone.open_legs():
            if (
                leg.state is LegState.TALKING
                and leg.acknowledged
                and not any(leg is other for other in known)
            ):
                district = self.town.random.randrange(plan.DISTRICTS)
                way = self.town.random.choice(list(Way))
                self.done.append(HandingOn(phone, leg, way, plan.open_number(district)))
        for handing in self.done:
            if handing.phone is phone:
                self._go_on(handing, now)

    def _go_on(self, handing: HandingOn, now: float) -> None:
        phone, leg, second = handing.phone, handing.leg, handing.second
        if leg.state is not LegState.TALKING:
            if second is not None:  # nobody is left for whom to consult
                phone.give_up(second, now)
                phone.hang_up(second, now)
        elif handing.asked:
            pass
        elif handing.way in (Way.BLIND, Way.GONE):
            handing.asked = True
            leaves = handing.way is Way.GONE
            phone.refer(leg, f"<sip:{handing.number}@{ADDRESS[0]}:{SIP_PORT}>", now, leaves=leaves)
        elif handing.way is Way.KEYS:
            handing.asked = True
            for place, key in enumerate(f"**0{handing.number.removeprefix('+46')}#"):
                self.town.do(now + place * KEY_EVERY, partial(self._press, phone, key))
        elif second is None:
            handing.second = phone.call(handing.number, now)
        elif self._is_ready(handing, second):
            handing.asked = True
            phone.refer(leg, _replacing(second), now)

    def _press(self, phone: TownPhone, key: str, now: float) -> None:
        press_in_sound(self.town, phone, key, self._sound, now)

    @staticmethod
    def _is_ready(handing: HandingOn, second: Leg) -> bool:
        if handing.way is Way.CONSULTED:
            return second.state is LegState.TALKING
        return bool(second.remote_tag) and second.state in (LegState.CALLING, LegState.TALKING)


def _replacing(second: Leg) -> str:
    fields = f"{second.call_id};to-tag={second.remote_tag};from-tag={second.local_tag}"
    return f"<sip:x@{ADDRESS[0]}?Replaces={quote(fields, safe='')}>"
