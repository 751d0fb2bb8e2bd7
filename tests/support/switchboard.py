"""A whole node without sockets: real code on a virtual clock, with media that only remembers."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from routing.gateways import NO_NAMES, Names
from routing.tables import Tables
from telephony.call.facts import Fact
from telephony.directory import PlanDirectory
from telephony.errors import NoPortFree
from telephony.legs.legs import Legs, Surroundings
from telephony.legs.sockets import Sockets
from telephony.node import Node
from telephony.sdp.measurement import Measurement
from telephony.sdp.policy import anywhere
from telephony.sdp.stream import Stream
from telephony.sip.digest import Algorithm, Authenticator, make_ha1
from telephony.sip.endpoint import Endpoint
from telephony.switchboard import Switchboard

EPOCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday at 10 in Stockholm."""

REALM = "vaxeln.example"
ADDRESS = ("192.0.2.1", 5060)


class MemoryJournal:
    """Keeps facts in memory, entry by entry."""

    def __init__(self) -> None:
        self.entries: list[list[Fact]] = []
        self.facts: list[Fact] = []

    def append(self, facts: Sequence[Fact]) -> int:
        """Keep one entry."""
        self.entries.append(list(facts))
        self.facts += facts
        return len(self.facts)


class FakeMedia:
    """Remembers what was asked for. `ports` bounds how many legs can be open, but those of emergencies."""

    def __init__(self, ports: int = 1000) -> None:
        self.ports = ports
        self.open_legs: dict[str, tuple[str, int]] = {}
        self.streams: dict[str, Stream] = {}
        self.bridges: dict[str, str] = {}
        self.playing: dict[str, str] = {}
        self.begun: dict[str, int] = {}  # how often something was begun to be played
        self.heard_at: dict[str, float] = {}
        self.allowed: dict[str, Callable[[str], bool]] = {}
        self.watched: set[str] = set()
        self.awaited: set[str] = set()
        self.listened: list[str] = []
        """Whose keys somebody began to hear, each time."""
        self.keys: list[tuple[str, str, int]] = []
        self.measured: dict[str, Measurement] = {}
        self._next = 10_000

    def open(
        self,
        leg: str,
        signalled_from: str,
        *,
        emergency: bool = False,
        allows: Callable[[str], bool] = anywhere,
    ) -> tuple[str, int]:
        """Give the next port."""
        if len(self.open_legs) >= self.ports and not emergency:
            raise NoPortFree("all in use")
        self._next += 2
        self.allowed[leg] = allows
        self.open_legs[leg] = (ADDRESS[0], self._next)
        return self.open_legs[leg]

    def set_stream(self, leg: str, stream: Stream) -> None:
        """Note what was agreed."""
        self.streams[leg] = stream

    def await_answer(self, leg: str) -> None:
        """Note who may be heard before they answer."""
        self.awaited.add(leg)

    def bridge(self, a: str, b: str) -> None:
        """Note who hears whom."""
        for leg in (a, b):
            self._unbridge(leg)
            self.playing.pop(leg, None)
        self.bridges[a], self.bridges[b] = b, a

    def unbridge(self, leg: str) -> None:
        """Note that nobody hears this leg."""
        self._unbridge(leg)

    def play(self, leg: str, prompt: str) -> None:
        """Note what plays, in place of what the leg heard before."""
        self._unbridge(leg)
        self.playing[leg] = prompt
        self.begun[leg] = self.begun.get(leg, 0) + 1

    def wait(self, leg: str, prompt: str, music: str) -> None:
        """Note what plays, and the music after it. Without a prompt music that plays goes on."""
        if prompt or self.playing.get(leg, "").rpartition(">")[2] != music:
            self.play(leg, f"{prompt}>{music}" if prompt else music)

    def watch_keys(self, leg: str, on: bool) -> None:
        """Note whose keys are told."""
        self.listened += [leg] if on else []
        (self.watched.add if on else self.watched.discard)(leg)

    def send_key(self, leg: str, signal: str, milliseconds: int) -> bool:
        """Note which key was sent; those of whoever has keys in its sound."""
        keys = [codec for codec in self.streams[leg].sends if codec.is_keys]
        if keys:
            self.keys.append((leg, signal, milliseconds))
        return bool(keys)

    def rename(self, leg: str, to: str) -> None:
        """Keep what is known of the leg under another name."""
        self._unbridge(leg)
        self.playing.pop(leg, None)
        if leg in self.open_legs:
            self.open_legs[to] = self.open_legs.pop(leg)
        if leg in self.streams:
            self.streams[to] = self.streams.pop(leg)
        if leg in self.watched:
            self.watched.remove(leg)
            self.watched.add(to)
        if leg in self.heard_at:
            self.heard_at[to] = self.heard_at.pop(leg)

    def close(self, leg: str) -> Measurement | None:
        """Forget the leg; what a test said of its sound."""
        self.open_legs.pop(leg, None)
        self.allowed.pop(leg, None)
        self.watched.discard(leg)
        self.playing.pop(leg, None)
        self.begun.pop(leg, None)
        self.streams.pop(leg, None)
        self._unbridge(leg)
        return self.measured.pop(leg, None)

    def _unbridge(self, leg: str) -> None:
        other = self.bridges.pop(leg, None)
        if other is not None:
            self.bridges.pop(other, None)

    def heard(self, leg: str) -> float | None:
        """When a test last said that there was sound."""
        return self.heard_at.get(leg)


def utc(now: float) -> datetime:
    """Virtual monotonic seconds as UTC."""
    return EPOCH + timedelta(seconds=now)


def monotonic(at: datetime) -> float:
    """And back."""
    return (at - EPOCH).total_seconds()


SOCKETS = Sockets([("UDP", ADDRESS)])


class VirtualNode:
    """A node with everything it needs. Every account's and trunk's password is its name with `-secret`, but a
    trunk's is what `trunk_passwords` says, if it does; "" is none.
    """

    def __init__(
        self,
        tables: Tables,
        *,
        seed: int = 1,
        talk_limit: float = 0.0,
        ports: int = 1000,
        prefix: str = "",
        journal: MemoryJournal | None = None,
        sockets: Sockets = SOCKETS,
        names: Names = NO_NAMES,
        draw: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.random = Random(seed)
        self.journal = journal or MemoryJournal()
        self.media = FakeMedia(ports)
        self.calls_made = 0
        self.trunk_passwords: dict[str, str] = {}
        self._prefix = prefix
        self.switchboard = Switchboard(
            self.journal, tables, talk_limit=talk_limit, names=names, draw=draw, new_call=self.new_call
        )
        self.directory = PlanDirectory(tables, self.switchboard.house, [REALM, ADDRESS[0]], self._trunk_ha1)
        authenticator = Authenticator(
            REALM,
            b"secret of the tests",
            lambda user, algorithm: self._ha1(tables, user, algorithm),
            self.directory.is_legacy,
        )
        self.endpoint = Endpoint(self.token, via_host=ADDRESS[0])
        given = Surroundings(
            media=self.media,
            directory=self.directory,
            authenticator=authenticator,
            token=self.token,
            new_call=self.new_call,
            random=self.random.random,
            utc=utc,
            host=ADDRESS[0],
            sockets=sockets,
        )
        self.node = Node(Legs(self.endpoint, given), self.switchboard, utc, monotonic)

    @staticmethod
    def _ha1(tables: Tables, user: str, algorithm: str) -> str | None:
        if user not in tables.phones:
            return None
        return make_ha1(user, REALM, f"{user}-secret", Algorithm(algorithm))

    def _trunk_ha1(self, trunk: str, user: str, realm: str) -> dict[str, str]:
        password = self.trunk_passwords.get(trunk, f"{trunk}-secret")
        return {name: make_ha1(user, realm, password, name) for name in Algorithm if password}

    def token(self) -> str:
        """Random text, the same for the same seed."""
        return f"{self.random.getrandbits(64):016x}"

    def new_call(self) -> str:
        """Call ids that are easy to read."""
        self.calls_made += 1
        return f"{self._prefix}call{self.calls_made}"
