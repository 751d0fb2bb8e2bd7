"""Reports on sound (RTCP, RFC 3550 6): how long the way is by those that pass, and those that we make of our
own streams.

A far end that gets a sender's report tells in its own when that was, and how long it has kept it. So the way
to it and back is known wherever the first passed and the second comes by: whose report it was, ours or that
of whom it talks to, is the same (RFC 3550 A.8 and figure 2).
"""

import heapq
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from aiortp.packet import (
    AnyRtcpPacket,
    RtcpByePacket,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    clamp_packets_lost,
)

from telephony.media.player import Playback
from telephony.media.reception import Reception

INTERVAL_SECONDS = 5.0
"""Between two reports on average (RFC 3550 6.2), each by chance half as long to half as long again."""

APART_SECONDS = 0.2
"""Reports that follow one another closer than this are passed on unread: nobody makes so many, and who floods
us with them may not hold up sound."""

MAX_ROUND_TRIP = 10.0
"""Seconds. Nobody talks over a longer way; a report that says so is wrong."""

_CNAME = 1  # RFC 3550 6.5.1
_UNITS = 1 << 16  # of a second, in the times of blocks
_MASK = (1 << 32) - 1


class Reports:
    """What the reports to and from one leg's far end tell."""

    __slots__ = ("_heard", "_looked_at", "_sent", "_sum", "_times")

    def __init__(self) -> None:
        self._sent: tuple[int, float] | None = None  # the stamp of the last sender's report to it, and when
        self._heard: tuple[int, float] | None = None  # the same of the last from it
        self._looked_at = float("-inf")
        self._sum, self._times = 0.0, 0

    @property
    def round_trip(self) -> float | None:
        """To the far end and back, in seconds, on average; `None` when no report told it."""
        return self._sum / self._times if self._times else None

    def come(self, datagram: bytes, now: float, peer: "Reports | None") -> None:
        """Take a datagram from the far end, which goes to that of `peer`. What is malformed tells nothing."""
        if now - self._looked_at < APART_SECONDS:
            return
        self._looked_at = now
        for packet in _parse(datagram):
            if isinstance(packet, RtcpSrPacket):
                self._heard = packet.sender_info.ntp_timestamp >> 16 & _MASK, now
                if peer is not None:
                    peer._sent = self._heard
            for block in getattr(packet, "reports", ()):
                self._measure(block, now)

    def send(self, stamp: int, now: float) -> None:
        """A report of ours, with the NTP time `stamp`, goes to the far end."""
        self._sent = stamp >> 16 & _MASK, now

    def last(self, now: float) -> tuple[int, int]:
        """For a block: which sender's report of the far end came last, and how long ago (RFC 3550 6.4.1)."""
        if self._heard is None:
            return 0, 0
        stamp, at = self._heard
        return stamp, min(int((now - at) * _UNITS), _MASK)

    def _measure(self, block: RtcpReceiverInfo, now: float) -> None:
        if self._sent is None or not block.lsr or block.lsr != self._sent[0]:
            return
        seconds = now - self._sent[1] - block.dlsr / _UNITS
        if seconds < MAX_ROUND_TRIP:
            self._sum += max(seconds, 0.0)  # a clock that tells milliseconds may be ahead
            self._times += 1


def _parse(datagram: bytes) -> list[AnyRtcpPacket]:
    try:
        return RtcpPacket.parse(datagram)
    except (ValueError, struct.error):
        return []


@dataclass(slots=True)
class Speaker:
    """A sound of ours of which reports are made. `name` identifies it to the far end, and nobody else (RFC
    7022 4.2)."""

    leg: str
    sound: Playback
    name: bytes
    has_reported: bool = False

    def report(self, reception: Reception, reports: Reports, now: float) -> bytes:
        """What was sent, and what has come meanwhile. Time is the loop's, which RFC 3550 6.4.1 allows."""
        stamp = int(now * (1 << 32))
        sender = RtcpSenderInfo(
            stamp, self.sound.timestamp, self.sound.packets & _MASK, self.sound.octets & _MASK
        )
        blocks = []
        if reception.ssrc:
            share, lost, highest, jitter = reception.report()
            ssrc, lost = int.from_bytes(reception.ssrc), clamp_packets_lost(lost)
            blocks.append(RtcpReceiverInfo(ssrc, share, lost, highest, jitter, *reports.last(now)))
        self.has_reported = True
        reports.send(stamp, now)
        return bytes(RtcpSrPacket(self.sound.ssrc, sender, blocks)) + self._description()

    def goodbye(self, reception: Reception, reports: Reports, now: float) -> bytes:
        """The last report of a sound that ends (RFC 3550 6.6)."""
        return self.report(reception, reports, now) + bytes(RtcpByePacket([self.sound.ssrc]))

    def _description(self) -> bytes:
        return bytes(RtcpSdesPacket([RtcpSourceInfo(self.sound.ssrc, [(_CNAME, self.name)])]))


class ReportClock:
    """When the next report of each of our sounds is due. Whoever asks has a timer: sounds do."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._speakers: dict[str, Speaker] = {}
        self._due: list[tuple[float, int, Speaker]] = []
        self._numbers = count()

    def begin(self, leg: str, sound: Playback, now: float) -> None:
        """Report on a sound from here on; the first time after half the interval (RFC 3550 6.2)."""
        speaker = Speaker(leg, sound, self._random.randbytes(12).hex().encode())
        self._speakers[leg] = speaker
        self._push(speaker, now, INTERVAL_SECONDS / 2)

    def end(self, leg: str) -> Speaker | None:
        """No more reports of this leg's sound; it, when there was one and its far end knows of it."""
        speaker = self._speakers.pop(leg, None)
        return speaker if speaker is not None and speaker.has_reported else None

    def due(self, now: float) -> Iterator[Speaker]:
        """Those who report now. What has ended since is forgotten when it would have been due."""
        while self._due and self._due[0][0] <= now:
            _, _, speaker = heapq.heappop(self._due)
            if self._speakers.get(speaker.leg) is speaker:
                self._push(speaker, now, INTERVAL_SECONDS)
                yield speaker

    def _push(self, speaker: Speaker, now: float, seconds: float) -> None:
        due = now + seconds * (0.5 + self._random.random())
        heapq.heappush(self._due, (due, next(self._numbers), speaker))
