"""A simulated town: the whole service, the phones that it rings, and people who call.

Everything happens on one virtual clock and one network, and a town with the same seed has the same day again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from telephony.call.facts import Fact
from telephony.sip.timers import Timers
from tests.simulation import town_plan as plan
from tests.simulation.network import VirtualNetwork
from tests.simulation.phone import Behaviour, SimPhone
from tests.simulation.phone_leg import Leg, LegState
from tests.simulation.station import MortalJournal, Station
from tests.support.switchboard import ADDRESS, VirtualNode

ROUND_TRIP_64 = 64 * Timers().t1
"""Seconds after which SIP gives up whatever it has sent."""

SIP_PORT = 5060

OPENING = 120.0
"""By then everybody is registered, even on a bad network; the first call comes after it."""

SOUND_EVERY = 20.0
"""How often the node is told that who is connected can be heard. Less than what it takes for silence."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What the network does to datagrams: `loss` and `duplicate` are probabilities, `jitter` is seconds."""

    loss: float = 0.0
    duplicate: float = 0.0
    jitter: float = 0.0


GOOD = Quality()
HOSTILE = Quality(loss=0.1, duplicate=0.05, jitter=0.2)
"""10 % lost in each direction; datagrams that are sent within 0.2 s of each other arrive in any order."""

ANSWERS = Behaviour(answers_after=2.0)
SLEEPS = Behaviour(answers_after=None)


class TownPhone(SimPhone):
    """A phone that remembers how many calls it ever had at once: offered, or talking."""

    def __init__(self, name: str, host: str, behaviour: Behaviour, seed: int) -> None:
        super().__init__(name, (host, SIP_PORT), ADDRESS, behaviour, f"{name}-secret", seed)
        self.host = host
        self.most_at_once = 0

    @property
    def is_talking(self) -> bool:
        """Whether its microphone is on."""
        return any(leg.state is LegState.TALKING for leg in self.legs)

    def receive(self, data: bytes, source: tuple[str, int], local: tuple[str, int], now: float) -> None:
        """Take a datagram, and count."""
        super().receive(data, source, local, now)
        busy = [leg for leg in self.open_legs() if leg.state in (LegState.OFFERED, LegState.TALKING)]
        self.most_at_once = max(self.most_at_once, len(busy))


@dataclass(slots=True)
class Placed:
    """A call that somebody placed, from a phone of its own. `leg` is None until they have dialled."""

    phone: TownPhone
    number: str
    account: str
    leg: Leg | None = None
    vanished: bool = False
    """The phone lost its power before the call was over."""

    def dial(self, now: float) -> None:
        """Pick up and dial."""
        self.leg = self.phone.call(self.number, now)

    @property
    def call_id(self) -> str:
        """What names the call to the service."""
        assert self.leg is not None
        return self.leg.call_id

    def saw(self, event: str) -> bool:
        """Whether the phone's log has this event."""
        return event in self.phone.events


class Town:
    """Phones, callers and the node. `behaviour` is what a member's phone does until it is told otherwise;
    `direct`: their sound goes past the node, which hears none of it. `queued`: Kontaktcenter has a queue."""

    def __init__(
        self,
        seed: int,
        quality: Quality = HOSTILE,
        behaviour: Behaviour = ANSWERS,
        *,
        direct: bool = False,
        queued: bool = False,
    ) -> None:
        self.seed = seed
        self.loss = quality.loss
        self.random = Random(f"town {seed}")
        self.tables = plan.tables(direct=direct, queued=queued)
        self.network = VirtualNetwork(
            seed, quality.loss, quality.duplicate, delay=0.01, jitter=quality.jitter
        )
        self.lives = 0
        self.placed: list[Placed] = []
        self.members: dict[str, TownPhone] = {}
        self.switched_off: list[TownPhone] = []
        self.gateways = {
            name: self._plug_in(name, host, ANSWERS) for name, host in (plan.EMERGENCY | plan.NETWORK).items()
        }
        self.journal = MortalJournal()
        self.station = self._start_node()
        for number, name in enumerate(plan.members(), 1):
            self.members[name] = self._plug_in(name, f"10.3.0.{number}", behaviour)
        if not direct:
            self._keep_sound_up(SOUND_EVERY)

    # ---- its people

    def open(self) -> None:
        """Let all phones register."""
        for phone in self.members.values():
            self.network.at(self.random.uniform(0.0, 10.0), phone.register, phone)
        self.network.run(OPENING)
        registered = self.node.switchboard.house.registrations()
        assert registered.keys() == self.members.keys()

    def place(self, when: float, number: str, behaviour: Behaviour, account: str = "") -> Placed:
        """Have somebody call: from outside by the operator's trunk, or an account of the plan."""
        count = len(self.placed)
        host = f"10.{2 if account else 1}.{count // 250}.{count % 250 + 1}"
        name = account or f"+4670174{count % 10_000:04}"
        phone = self._plug_in(name, host, behaviour)
        placed = Placed(phone, number, account)
        self.placed.append(placed)
        self.network.at(when, placed.dial, phone)
        return placed

    def do(self, when: float, action: Callable[[float], object]) -> None:
        """Have `action(now)` done then: something that is done to phones, not by one."""
        self.network.at(when, action, self.station)

    def vanish(self, placed: Placed) -> None:
        """Take a caller's power away."""
        placed.vanished = True
        self.network.detach(placed.phone)

    def restart_phone(self, name: str) -> None:
        """Take a member's phone's power away and give it back: it knows nothing any more, and registers."""
        old = self.members[name]
        self.network.detach(old)
        self.switched_off.append(old)
        seed = self.seed + 1_000_000 * len(self.switched_off)
        phone = self._plug_in(name, old.host, old.behaviour, seed)
        self.members[name] = phone
        self.network.at(self.network.now + 1.0, phone.register, phone)

    # ---- the node's life

    @property
    def node(self) -> VirtualNode:
        """The node that lives now, or the last one."""
        return self.station.virtual

    @property
    def facts(self) -> list[Fact]:
        """What is in the journal."""
        return self.journal.facts

    def kill_node(self) -> None:
        """Throw the node away. What it has handed out is on the wire."""
        self.station.is_alive = False
        self.network.detach(self.station)

    def revive_node(self, dies_in: int | None = None) -> None:
        """Start anew from the journal, as the service does; to die again at an early entry, if so wished."""
        self.network.detach(self.station)
        self.journal = self.journal.reread()
        self.journal.dies_in = dies_in
        self.station = self._start_node()
        self.node.switchboard.replay(enumerate(list(self.facts), 1))
        self.station.recover(self.network.now)

    # ---- the end of a day

    def run_until_quiet(self, patience: float) -> None:
        """Let everything end by itself, within `patience` seconds, and then all timers run out."""
        last = self.network.now + patience
        while not self.is_quiet and self.network.now < last:
            self.network.run(self.network.now + 1.0)
        self.assert_quiet()
        self.network.run(self.network.now + ROUND_TRIP_64 + 5.0)
        last = self.network.now + OPENING
        while self.transactions and self.network.now < last:  # of phones that register anew just now
            self.network.run(self.network.now + 1.0)

    @property
    def is_quiet(self) -> bool:
        """Nobody is in a call, as the node and the phones see it."""
        return self.node.node.is_idle and not any(self.open_legs())

    @property
    def transactions(self) -> int:
        """How many transactions are not over, in the node and in all phones that have power."""
        return self.node.endpoint.counts.transactions + sum(phone.transactions for phone in self.phones())

    def open_legs(self) -> Iterator[tuple[str, Leg]]:
        """The calls of phones that have power, with the phones' names."""
        for phone in self.phones():
            yield from [(phone.name, leg) for leg in phone.open_legs()]

    def phones(self) -> Iterator[TownPhone]:
        """All phones that have power."""
        yield from self.members.values()
        yield from self.gateways.values()
        yield from [placed.phone for placed in self.placed if not placed.vanished]

    def assert_quiet(self) -> None:
        """No call is left, nowhere."""
        assert list(self.open_legs()) == []
        assert self.node.switchboard.calls == {}
        assert self.node.node.legs.open_legs == 0
        assert self.node.media.open_legs == {}
        house = self.node.switchboard.house
        assert [name for name in self.tables.people if not house.is_free(name)] == []

    def assert_nothing_kept(self) -> None:
        """No trace of a call is left in anybody's memory."""
        self.assert_quiet()
        assert self.node.node.legs.is_empty
        assert self.transactions == 0

    # ---- how it is built

    def _start_node(self) -> Station:
        self.lives += 1
        virtual = VirtualNode(
            self.tables,
            seed=1000 * self.seed + self.lives,
            prefix=f"life{self.lives}-",
            journal=self.journal,
        )
        station = Station(virtual)
        self.network.attach(station, ADDRESS)
        return station

    def _plug_in(self, name: str, host: str, behaviour: Behaviour, seed: int | None = None) -> TownPhone:
        phone = TownPhone(name, host, replace(behaviour), self.seed if seed is None else seed)
        self.network.attach(phone, (host, SIP_PORT))
        return phone

    def _keep_sound_up(self, when: float) -> None:
        def speak(now: float) -> None:
            media = self.node.media
            talking = {phone.host for phone in self.phones() if phone.is_talking}
            heard = [leg for leg, stream in media.streams.items() if stream.remote[0] in talking]
            media.heard_at.update(dict.fromkeys(heard, now))
            self._keep_sound_up(now + SOUND_EVERY)

        self.do(when, speak)
