"""Keys that somebody presses on a lossy network, in the sound or as INFO."""

from dataclasses import dataclass, field
from functools import partial
from random import Random

from telephony.media.keys import KeyEar, KeyPlayback, KeyVoice
from tests.simulation.phone import Behaviour
from tests.simulation.phone_leg import LegState
from tests.simulation.town import Placed, Town, TownPhone

LOOK_EVERY = 0.2


def press_in_sound(town: Town, phone: TownPhone, key: str, random: Random, now: float) -> None:
    """Its sound is lost as datagrams are, and doubled; of a key a dozen packets tell, and one is enough."""
    media = town.node.media
    for leg in [leg for leg in media.watched if media.streams[leg].remote[0] == phone.host]:
        ear, sound = KeyEar(), KeyPlayback(KeyVoice(101, 8000), random)
        sound.add(key, 100)
        while not sound.over:
            packet = bytearray(sound.next_packet() or b"")
            for _ in range(2 if packet and random.random() < town.loss else 1):
                arrives = packet and random.random() >= town.loss
                if arrives and (heard := ear.hear(packet, len(packet), now)):
                    town.station.press(leg, heard, now)


@dataclass
class Chooser:
    """A caller at a menu, who presses these keys `after` seconds from the answer, and so long from each to
    the next; as INFO, or in the sound."""

    town: Town
    placed: Placed
    keys: str
    after: float
    as_info: bool
    random: Random = field(default_factory=Random)
    pressed: bool = False

    @classmethod
    def place(
        cls,
        town: Town,
        when: float,
        number: str,
        behaviour: Behaviour,
        keys: str,
        after: float,
        as_info: bool,
    ) -> "Chooser":
        """Have one call."""
        chooser = cls(town, town.place(when, number, behaviour), keys, after, as_info)
        chooser.random = Random(f"{town.seed} {when}")
        town.network.at(when, chooser._look, chooser.placed.phone)
        return chooser

    def _look(self, now: float) -> None:
        leg, phone = self.placed.leg, self.placed.phone
        if leg is not None and leg.state is LegState.TALKING:
            for place, key in enumerate(self.keys, 1):
                self.town.network.at(now + place * self.after, partial(self._press, key), phone)
        elif leg is None or leg.state is LegState.CALLING:
            self.town.network.at(now + LOOK_EVERY, self._look, phone)

    def _press(self, key: str, now: float) -> None:
        leg, phone = self.placed.leg, self.placed.phone
        assert leg is not None
        if leg.state is not LegState.TALKING:
            return
        self.pressed = True
        if self.as_info:
            phone.press(leg, key, now)
        else:
            press_in_sound(self.town, phone, key, self.random, now)
