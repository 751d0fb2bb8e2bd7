"""The whole node on the simulated network: it can be killed at any moment, and come back from its journal."""

from collections.abc import Callable, Sequence

from telephony.agenda import Agenda
from telephony.archive.codec import Codec
from telephony.call.facts import Fact
from telephony.call.registry import FACTS
from telephony.sip.flow import Flow
from tests.simulation.phone_leg import Address
from tests.support.switchboard import MemoryJournal, VirtualNode

CODEC: Codec[Fact] = Codec(FACTS)

PROMPT_SECONDS = 5.0


class Killed(Exception):
    """The node has died: whoever drives it throws it away."""


class MortalJournal(MemoryJournal):
    """A journal that kills its node at some entry: before that is written, or right after.

    `dies_in` counts the entries that are left to write.
    """

    def __init__(self) -> None:
        super().__init__()
        self.dies_in: int | None = None
        self.dies_before_writing = False

    def append(self, facts: Sequence[Fact]) -> int:
        """Keep one entry, or die."""
        if self.dies_in is None:
            return super().append(facts)
        self.dies_in -= 1
        if self.dies_in > 0:
            return super().append(facts)
        if not self.dies_before_writing:
            super().append(facts)
        raise Killed

    def reread(self) -> "MortalJournal":
        """What the next life of the node finds: every fact written and read by the real codec."""
        again = MortalJournal()
        for entry in self.entries:
            facts = [CODEC.decode_json(CODEC.encode(fact)) for fact in entry]
            assert facts == entry
            again.append(entry)
        return again


class Station:
    """A `network.Node` with a `VirtualNode` in it, and prompts that come to their end by themselves.

    Killed inside of one input, it has sent nothing that this input led to; from then on it does nothing.
    """

    def __init__(self, virtual: VirtualNode) -> None:
        self.virtual = virtual
        self.is_alive = True
        self._prompts: Agenda[float] = Agenda()
        self._heard: dict[str, int] = {}

    def receive(self, data: bytes, source: Address, local: Address, now: float) -> None:
        """Take a datagram."""
        if self.is_alive:
            self._drive(lambda: self.virtual.node.receive(data, Flow("UDP", local, source), now), now)

    def get_timer(self) -> float | None:
        """Say when something is due."""
        if not self.is_alive:
            return None
        times = [self.virtual.node.get_timer(), self._prompts.earliest()]
        return min((time for time in times if time is not None), default=None)

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        if self.is_alive:
            self._drive(lambda: self._handle_timer(now), now)

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        """Give out what is to be sent."""
        return self.virtual.node.messages_to_send() if self.is_alive else []

    def press(self, leg: str, key: str, now: float) -> None:
        """Hear a key in the sound of a leg."""
        if self.is_alive:
            self._drive(lambda: self.virtual.node.key_pressed(leg, key, now), now)

    def recover(self, now: float) -> list[str]:
        """End what the life before left open."""
        lost: list[str] = []
        self._drive(lambda: lost.extend(self.virtual.node.recover(now)), now)
        return lost

    def _handle_timer(self, now: float) -> None:
        self.virtual.node.handle_timer(now)
        for leg in list(self._prompts.due(now)):
            if leg in self.virtual.media.playing:
                self.virtual.node.playback_ended(leg, now)

    def _drive(self, step: Callable[[], None], now: float) -> None:
        """Do one step, which may be the last."""
        try:
            step()
        except Killed:
            self.is_alive = False
            return
        begun = self.virtual.media.begun
        for leg in sorted(self.virtual.media.playing):
            if self._heard.get(leg) != begun.get(leg):
                self._heard[leg] = begun[leg]
                self._prompts.set(leg, now + PROMPT_SECONDS)
