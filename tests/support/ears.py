"""Ends of sound whose every packet a test sees: each says frames that tell whose they are and which, and
keeps what it hears with the time at which that came. One thread serves them all, and `crew`'s signalling."""

import random
import re
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from telephony.media.prompts import Prompts
from tests.support.sounds import cut

FRAME_SECONDS = 0.02
FIRST_PORT = 24_000

_HEADER = struct.Struct("!BBHII")
_VERSION_2, _A_LAW, _MARKER = 0x80, 8, 0x80
_FRAME = 160
_RTCP_TYPES = range(192, 224)  # RFC 5761 4
_LARGEST = 2048
_BUFFER = 1 << 20
_SAID = re.compile(rb"^voice (\d+) frame (\d+) ")

Address = tuple[str, int]


class Ear:
    """One end: `voice` marks the frames that it says. What it hears first tells where to send them."""

    def __init__(self, host: str, port: int, voice: int) -> None:
        self.host, self.port, self.voice = host, port, voice
        self.heard: list[tuple[float, bytes]] = []
        """When each packet of sound came (monotonic), and what was in it."""
        self.said_at: list[float] = []
        """When each of its frames left (monotonic)."""
        self._target: Address | None = None
        self._speaks = True
        self._ssrc = random.getrandbits(32)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self.socket.setblocking(False)
        self.socket.bind((host, port))

    def call(self, target: Address) -> None:
        """Begin anew with another far end, whose first frame leaves now."""
        self.heard, self.said_at = [], []
        self._target, self._ssrc = target, random.getrandbits(32)
        self.speak()

    def end_call(self) -> None:
        """Say nothing more."""
        self._target = None

    def listen(self) -> None:
        """Take what has come."""
        while True:
            try:
                packet, source = self.socket.recvfrom(_LARGEST)
            except BlockingIOError:
                return
            if packet[1] not in _RTCP_TYPES:
                self.heard.append((time.monotonic(), packet[_HEADER.size :]))
                self._target = self._target or source

    def speak(self) -> None:
        """Say the next frame, if anybody listens."""
        if self._target is None:
            return
        number = len(self.said_at)
        frame = b"voice %d frame %d " % (self.voice, number)
        kind = _A_LAW if number else _A_LAW | _MARKER
        header = _HEADER.pack(_VERSION_2, kind, number & 0xFFFF, number * _FRAME, self._ssrc)
        self.said_at.append(time.monotonic())
        self.socket.sendto(header + frame.ljust(_FRAME, b"\xd5"), self._target)

    # ---- what a test asks

    def payloads(self) -> list[bytes]:
        """What it has heard, packet by packet."""
        return [payload for _, payload in self.heard]

    def voices(self) -> dict[int, list[tuple[float, int]]]:
        """By the voices that it has heard: when each of their frames came, and which it was."""
        return voices_in(self.heard)

    def service_said(self) -> list[bytes]:
        """What it has heard that no voice said."""
        return [payload for payload in self.payloads() if not _SAID.match(payload)]


class Ears:
    """The ends of a test, and the thread that serves them; as a context, it runs within."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._ears: list[Ear] = []
        self._going = True
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Ears":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._going = False
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]  # all are sockets
        self._selector.close()

    def open(self, host: str) -> Ear:
        """A new end at this host, with a port and a voice of its own."""
        with self._lock:
            ear = Ear(host, FIRST_PORT + 2 * len(self._ears), len(self._ears) + 1)
            self._ears.append(ear)
        self.watch(ear.socket, ear.listen)
        return ear

    def watch(self, sock: socket.socket, read: Callable[[], None]) -> None:
        """Call `read` in the thread when there is something on the socket, which is closed at the end."""
        self._selector.register(sock, selectors.EVENT_READ, read)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Call this in the thread then. Only from the thread."""
        self._due.append((time.monotonic() + seconds, act))

    def _serve(self) -> None:
        tick = time.monotonic()
        while self._going:
            for key, _ in self._selector.select(max(tick - time.monotonic(), 0.0)):
                key.data()
            now = time.monotonic()
            if now < tick:
                continue
            tick = max(tick + FRAME_SECONDS, now)
            with self._lock:
                ears = list(self._ears)
            for ear in ears:
                ear.speak()
            ready = [act for at, act in self._due if at <= now]
            self._due = [(at, act) for at, act in self._due if at > now]
            for act in ready:
                act()


def voices_in(heard: Sequence[tuple[float, bytes]]) -> dict[int, list[tuple[float, int]]]:
    """By voice, the frames that are in what was heard: when each came, and which it was."""
    found: dict[int, list[tuple[float, int]]] = {}
    for at, payload in heard:
        if said := _SAID.match(payload):
            found.setdefault(int(said[1]), []).append((at, int(said[2])))
    return found


def frames(prompts: Prompts, *names: str) -> list[bytes]:
    """These prompts one after the other, as A-law in packets."""
    return [frame for name in names for frame in cut(prompts.get(name))]


def assert_said(heard: Sequence[bytes], said: Sequence[bytes], music: Sequence[bytes] = ()) -> None:
    """Packet for packet this was heard, and then `music` from its beginning, nothing left out; or so much of
    it as there was time for."""
    for place, packet in enumerate(heard):
        wanted = said[place] if place < len(said) else _looped(music, place - len(said))
        assert packet == wanted, f"packet {place} of {len(heard)} is another"


def _looped(music: Sequence[bytes], place: int) -> bytes:
    return music[place % len(music)] if music else b""
