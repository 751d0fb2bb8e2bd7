"""Playing prompts to many legs by one clock.

The 20 ms of a packet are twenty slots of 1 ms, and each leg has one of them: a tick sends a twentieth of the
packets, not all at once, and there is one timer however many legs listen. Time is the loop's, in seconds.
"""

import struct
from dataclasses import dataclass
from random import Random
from typing import Protocol

from telephony.media.payloads import MARKER
from telephony.media.prompts import CODECS, FRAME_SAMPLES, Prompt
from telephony.sdp.codec import Codec
from telephony.sdp.stream import Stream

PERIOD_MS = 20

MAX_LATE_MS = 100
"""Packets that are late by less are sent at once, and the phone's jitter buffer takes them. After a longer
stall it would throw them away, so the prompt goes on where it was, later."""

_HEADER = struct.Struct("!BBHII")  # RFC 3550 5.1
_VERSION_2 = 0x80
_SEQUENCES = 1 << 16
_TIMESTAMPS = 1 << 32


@dataclass(frozen=True, slots=True)
class Voice:
    """How a leg is spoken to: one of `CODECS`, and the payload number that its far end wants it with."""

    codec: Codec
    payload_type: int

    @classmethod
    def of(cls, stream: Stream | None) -> "Voice | None":
        """The far end's first choice of `CODECS`, which RFC 3264 6.1 and 7 would have us send; `None` when it
        has none, or may not be sent to."""
        if stream is None or not stream.direction.sends:
            return None
        for codec, payload_type in stream.sends.items():
            if codec in CODECS:
                return cls(codec, payload_type)
        return None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a tick of the clock brings: packets for legs, and the legs whose prompt is over."""

    packets: tuple[tuple[str, bytes], ...]
    ended: tuple[str, ...]


class Sound(Protocol):
    """What is sent to a leg, a packet every 20 ms."""

    @property
    def over(self) -> bool:
        """Whether the last packet has had its 20 ms."""

    def next_packet(self) -> bytes | None:
        """The packet of these 20 ms, if there is one."""

    def pause(self, periods: int) -> None:
        """Let time pass without sound."""


class Playback:
    """One prompt on its way to one leg. Sequence number, timestamp and SSRC are random (RFC 3550 5.1)."""

    __slots__ = ("_marker", "_place", "_prompt", "_sequence", "packets", "ssrc", "timestamp", "voice")

    def __init__(self, prompt: Prompt, voice: Voice | None, random: Random) -> None:
        self._prompt = prompt
        self._place = 0
        self._sequence = random.getrandbits(16)
        self.timestamp = random.getrandbits(32)
        self.ssrc = random.getrandbits(32)
        self.packets = 0  # so far
        self._marker = MARKER
        self.voice = voice

    @property
    def octets(self) -> int:
        """How many of sound were sent so far."""
        return self.packets * FRAME_SAMPLES

    @property
    def over(self) -> bool:
        """Whether the last frame has had its 20 ms."""
        return self._place == self._prompt.length

    def next_packet(self) -> bytes | None:
        """The packet of these 20 ms; `None` without a voice: the prompt goes on unheard, and so it ends."""
        packet = self._packet(self.voice) if self.voice else None
        self._marker = 0 if packet else MARKER
        self._place += 1
        self.timestamp = (self.timestamp + FRAME_SAMPLES) % _TIMESTAMPS
        return packet

    def pause(self, periods: int) -> None:
        """Let time pass without sound; the next packet is marked as the first after it (RFC 3551 4.1)."""
        self.timestamp = (self.timestamp + periods * FRAME_SAMPLES) % _TIMESTAMPS
        self._marker = MARKER

    def _packet(self, voice: Voice) -> bytes:
        header = _HEADER.pack(
            _VERSION_2, self._marker | voice.payload_type, self._sequence, self.timestamp, self.ssrc
        )
        self._sequence = (self._sequence + 1) % _SEQUENCES
        self.packets += 1
        start = self._place * FRAME_SAMPLES
        return header + self._prompt.sounds[voice.codec][start : start + FRAME_SAMPLES]


class WaitingPlayback(Playback):
    """A prompt, and then music over and over. With another prompt it breaks in on the music, which goes on
    after it where it was."""

    __slots__ = ("_rest", "music")

    def __init__(self, prompt: Prompt | None, music: Prompt, voice: Voice | None, random: Random) -> None:
        super().__init__(prompt or music, voice, random)
        self.music = music
        self._rest = 0  # where the music goes on

    def say(self, prompt: Prompt) -> None:
        """Break in with this."""
        if self._prompt is self.music:
            self._rest = self._place
        self._prompt, self._place, self._marker = prompt, 0, MARKER

    @property
    def over(self) -> bool:
        """It never is."""
        return False

    def next_packet(self) -> bytes | None:
        """The packet of these 20 ms."""
        if self._place == self._prompt.length:
            self._place = 0 if self._prompt is self.music else self._rest % self.music.length
            self._prompt = self.music
        return super().next_packet()


class Player:
    """All sounds and the one clock: `get_timer` says when `handle_timer` wants to be called."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._slots: list[dict[str, Sound]] = [{} for _ in range(PERIOD_MS)]
        self._slot_of: dict[str, dict[str, Sound]] = {}
        self._clock = 0  # the last millisecond that was handled

    def play(self, leg: str, prompt: Prompt, voice: Voice | None, now: float) -> None:
        """Begin a prompt within 20 ms, in place of what the leg hears now; that is not reported as ended."""
        self.start(leg, Playback(prompt, voice, self._random), now)

    def start(self, leg: str, sound: Sound, now: float) -> None:
        """The same with any sound."""
        self.stop(leg)
        if not self._slot_of:
            self._clock = _milliseconds(now)
        slot = min([self._slot(self._clock + wait) for wait in range(1, PERIOD_MS + 1)], key=len)
        slot[leg] = sound
        self._slot_of[leg] = slot

    def set_voice(self, leg: str, voice: Voice | None) -> None:
        """Go on in another codec or with another payload number, or unheard while there is none."""
        playback = self.sound(leg)
        if isinstance(playback, Playback):
            playback.voice = voice

    def sound(self, leg: str) -> Sound | None:
        """What is sent to the leg now."""
        slot = self._slot_of.get(leg)
        return slot[leg] if slot else None

    def stop(self, leg: str) -> None:
        """Break off the leg's prompt, if there is one. It is not reported as ended."""
        slot = self._slot_of.pop(leg, None)
        if slot is not None:
            del slot[leg]

    def get_timer(self) -> float | None:
        """When the next packet is due, or `None` when nothing plays."""
        if not self._slot_of:
            return None
        waits = range(1, PERIOD_MS + 1)
        return (self._clock + next(wait for wait in waits if self._slot(self._clock + wait))) / 1000

    def handle_timer(self, now: float) -> Turn:
        """What is due until `now`."""
        packets: list[tuple[str, bytes]] = []
        ended: list[str] = []
        until = _milliseconds(now)
        self._forgive(until - self._clock - MAX_LATE_MS)
        while self._clock < until:
            self._clock += 1
            self._tick(self._slot(self._clock), packets, ended)
        return Turn(tuple(packets), tuple(ended))

    def _tick(self, slot: dict[str, Sound], packets: list[tuple[str, bytes]], ended: list[str]) -> None:
        for leg, playback in list(slot.items()):
            if playback.over:
                self.stop(leg)
                ended.append(leg)
            elif packet := playback.next_packet():
                packets.append((leg, packet))

    def _forgive(self, late: int) -> None:
        if late <= 0:
            return
        periods = -(-late // PERIOD_MS)
        self._clock += periods * PERIOD_MS
        for leg, slot in self._slot_of.items():
            slot[leg].pause(periods)

    def _slot(self, millisecond: int) -> dict[str, Sound]:
        return self._slots[millisecond % PERIOD_MS]


def _milliseconds(now: float) -> int:
    # Rounded, because a loop may call a timer a fraction early; cut off, that call would find nothing to do.
    return round(now * 1000)
