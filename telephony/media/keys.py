"""Keys in RTP (telephone-event, RFC 4733): heard in the stream of a leg, and sent to one."""

import struct
from collections import deque
from dataclasses import dataclass
from random import Random

from telephony.media.payloads import MARKER, sound_of
from telephony.media.player import PERIOD_MS
from telephony.sdp.codec import Codec
from telephony.sdp.stream import Stream

SIGNALS = "0123456789*#ABCD"
"""The keys by the numbers of their events (RFC 4733 table 3)."""

MOST_WAITING = 32
"""Keys that wait to be sent to a leg, and those that one is heard to press at once: as many as a telephone
number and a PIN have, and no flood."""

KEYS_A_SECOND = 20.0
"""The fastest that keys are heard for long: an automatic dialler presses 10 a second (ITU-T Q.24: at least 40
ms each, and 40 ms between)."""

_END = 0x80
_LONGEST = 0xFFFF  # units of the clock that the duration of an event can say
_SHORTEST = 2  # packets
_ENDS = 3  # RFC 4733 2.5.1.4: the last packet is sent three times
_PAUSE = 1  # periods of silence after these
_VOLUME = 10  # -10 dBm0
_PAYLOAD = struct.Struct("!BBH")
_HEADER = struct.Struct("!BBHII")
_VERSION_2 = 0x80
_SEQUENCES = 1 << 16
_TIMESTAMPS = 1 << 32
_HALF = 1 << 31


class KeyEar:
    """Hears keys in the packets of one leg: each once, whatever of it is lost, doubled or late.

    All packets of a key have the timestamp of its beginning. A key that is held for longer than the duration
    can say goes on with a later one (RFC 4733 2.5.1.3), and is one key still.
    """

    __slots__ = ("_allowance", "_before", "_looked_at")

    def __init__(self) -> None:
        self._before: tuple[int, int, int] | None = None  # SSRC, timestamp and event
        self._allowance = float(MOST_WAITING)
        self._looked_at = 0.0

    def hear(self, packet: bytearray, size: int, now: float) -> str | None:
        """The key that begins with this packet of key events, of `size` octets; None for all others."""
        start, end = sound_of(packet, size)
        if end - start < _PAYLOAD.size or packet[start] >= len(SIGNALS):
            return None
        timestamp, ssrc = struct.unpack_from("!II", packet, 4)
        event, before = packet[start], self._before
        if before is not None and ssrc == before[0]:
            ahead = (timestamp - before[1]) % _TIMESTAMPS
            if not 0 < ahead < _HALF:
                return None
            if event == before[2] and ahead == _LONGEST:
                self._before = ssrc, timestamp, event
                return None
        self._before = ssrc, timestamp, event
        return SIGNALS[event] if self._may_be(now) else None

    def _may_be(self, now: float) -> bool:
        earned = (now - self._looked_at) * KEYS_A_SECOND
        self._allowance, self._looked_at = min(self._allowance + earned, float(MOST_WAITING)), now
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True


@dataclass(frozen=True, slots=True)
class KeyVoice:
    """How keys are sent to a leg: the payload number that its far end wants, and the clock (Hz)."""

    payload_type: int
    clock_rate: int

    @classmethod
    def of(cls, stream: Stream | None) -> "KeyVoice | None":
        """None when the far end takes none, or may not be sent to. Of several clocks that of its first choice
        of sound (RFC 4733 2.1)."""
        if stream is None or not stream.direction.sends:
            return None
        rate = next((codec.clock_rate for codec in stream.sends if codec.is_audio), 0)
        keys: list[tuple[Codec, int]] = [pair for pair in stream.sends.items() if pair[0].is_keys]
        if not keys:
            return None
        codec, number = min(keys, key=lambda pair: pair[0].clock_rate != rate)
        return cls(number, codec.clock_rate)


class KeyPlayback:
    """Keys on their way to one leg, one after the other, as a `player.Sound`.

    They are a stream of their own: the leg hears nothing else meanwhile.
    """

    __slots__ = ("_place", "_sequence", "_ssrc", "_timestamp", "_voice", "_waiting")

    def __init__(self, voice: KeyVoice, random: Random) -> None:
        self._voice = voice
        self._waiting: deque[tuple[int, int]] = deque()  # event, and for how many packets
        self._place = 0  # in the first of them
        self._sequence = random.getrandbits(16)
        self._timestamp = random.getrandbits(32)
        self._ssrc = random.getrandbits(32)

    def add(self, signal: str, milliseconds: int) -> bool:
        """Have a key pressed after those before it; False when too many wait."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        longest = _LONGEST // self._period
        packets = min(max(milliseconds // PERIOD_MS, _SHORTEST), longest)
        self._waiting.append((SIGNALS.index(signal), packets))
        return True

    @property
    def over(self) -> bool:
        """Whether no key waits."""
        return not self._waiting

    def next_packet(self) -> bytes | None:
        """The packet of these 20 ms; None in the pause after a key."""
        event, packets = self._waiting[0]
        self._place += 1
        is_end = self._place >= packets
        packet = None
        if self._place < packets + _ENDS:
            length = min(self._place, packets) * self._period
            packet = self._packet(event, is_end, length, MARKER if self._place == 1 else 0)
        if self._place == packets + _ENDS - 1 + _PAUSE:
            self._waiting.popleft()
            self._timestamp = (self._timestamp + self._place * self._period) % _TIMESTAMPS
            self._place = 0
        return packet

    def pause(self, periods: int) -> None:
        """Let time pass: what is being pressed is held on, and the next key is later for it."""
        if not self._place:
            self._timestamp = (self._timestamp + periods * self._period) % _TIMESTAMPS

    @property
    def _period(self) -> int:
        return self._voice.clock_rate * PERIOD_MS // 1000

    def _packet(self, event: int, is_end: bool, length: int, marker: int) -> bytes:
        header = _HEADER.pack(
            _VERSION_2, marker | self._voice.payload_type, self._sequence, self._timestamp, self._ssrc
        )
        self._sequence = (self._sequence + 1) % _SEQUENCES
        return header + _PAYLOAD.pack(event, (_END if is_end else 0) | _VOLUME, length)
