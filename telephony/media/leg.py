"""The sound of one leg as decisions: whose a datagram is, whether and where it goes."""

from collections.abc import Callable, Mapping

from telephony.media.counters import Counters, Drop
from telephony.media.keys import KeyEar
from telephony.media.latch import Address, Latch, RtcpLatch
from telephony.media.payloads import (
    MARKER,
    NOTHING,
    UNKNOWN,
    Translation,
    conversions,
    convert,
    translate,
)
from telephony.media.reception import LAST_NUMBER, TIMED, Reception
from telephony.media.reports import Reports
from telephony.sdp.measurement import Measurement
from telephony.sdp.stream import Stream

MAX_DATAGRAM = 1500
"""Octets. What fits into an Ethernet frame: 20 ms of G.711 are 172, and phones keep below fragmentation."""

MAX_UNPROVEN = 1500
"""Packets of prompts, 30 s, to a host that only a session description names: a whole announcement, for some
gateways beside the signalling send no sound before an answer; and an end to what somebody is sent who was
named behind their back."""

_MIN_RTP = 12  # the fixed header (RFC 3550 5.1)
_MIN_RTCP = 8  # header and sender's SSRC (RFC 3550 6.4)
_VERSION_MASK = 0xC0
_VERSION_2 = 0x80
_RTCP_TYPES = range(192, 224)  # RFC 5761 4
_NO_OCTETS: frozenset[int] = frozenset()


class MediaLeg:
    """One leg: its agreed stream, its latches and the leg that it is bridged to.

    What a change decides for all packets to come is worked out at the change; a packet costs two look-ups.
    """

    __slots__ = (
        *(
            "_conversions",
            "_ear",
            "_is_keyed",
            "_key_octets",
            "_keys",
            "_latch",
            "_obstacle",
            "_octets",
            "_peer",
            "_pressed",
            "_receives",
            "_rtcp_latch",
            "_stream",
            "_unproven",
        ),
        *("heard", "reception", "reports"),
    )

    def __init__(self, counters: Counters, latch: Latch | None = None) -> None:
        self._latch = latch or Latch()
        self.reception, self.reports = Reception(counters), Reports()
        self._rtcp_latch = RtcpLatch(self._latch)
        self._stream: Stream | None = None
        self._receives: frozenset[int] = frozenset()
        self._peer: MediaLeg | None = None
        self._obstacle: Drop | None = Drop.UNBRIDGED
        self._octets = NOTHING
        self._ear: KeyEar | None = None
        self._pressed: Callable[[str], None] | None = None
        self._keys: Translation = NOTHING  # of the second octet of packets with keys, while they are heard
        self._key_octets = _NO_OCTETS  # those second octets
        self._is_keyed = False
        self._unproven = 0  # packets of prompts sent to whoever has not shown that they want them
        self._conversions: Mapping[int, bytes] = {}
        self.heard: float | None = None
        """When the last packet of RTP came from this leg's source, passed on or not; monotonic seconds."""

    @property
    def stream(self) -> Stream | None:
        """What is agreed with this leg's far end."""
        return self._stream

    @property
    def peer(self) -> "MediaLeg | None":
        """The leg that this one is bridged to."""
        return self._peer

    @property
    def destination(self) -> Address | None:
        """Where sound for this leg goes; `None` while it is on hold or its address is unknown."""
        if self._stream is None or not self._stream.direction.sends:
            return None
        return self._latch.destination

    def route_prompt(self) -> Address | Drop:
        """Where the next packet of a prompt goes, or why it does not: see `MAX_UNPROVEN`."""
        destination = self.destination
        if destination is None:
            return Drop.UNSENDABLE
        if not self._latch.is_proven:
            if self._unproven == MAX_UNPROVEN:
                return Drop.UNPROVEN
            self._unproven += 1
        return destination

    @property
    def report_destination(self) -> Address | None:
        """Where a report on a prompt goes; `None` while there is none, or nobody has shown to want it."""
        if self.destination is None or not self._latch.is_proven:
            return None
        return self._rtcp_latch.destination

    @property
    def measurement(self) -> Measurement | None:
        """What came from the far end so far; `None` when no sound did."""
        came = self.reception
        if self.heard is None:
            return None
        return Measurement(came.packets, came.lost, came.jitter, self.reports.round_trip)

    def change(self, stream: Stream, now: float) -> None:
        """Take a newly agreed stream. A new address frees the latch, see `Latch.aim`."""
        self._stream = stream
        self._receives = frozenset(stream.receives)
        self.reception.rates = {
            number: codec.clock_rate for number, codec in stream.receives.items() if codec.is_audio
        }
        self._latch.aim(stream.remote, now)
        self._refresh()
        if self._peer is not None:
            self._peer._refresh()

    def bridge(self, other: "MediaLeg") -> None:
        """Pass sound between the two, and no longer between either and another."""
        self.unbridge()
        other.unbridge()
        self._peer, other._peer = other, self
        self._refresh()
        other._refresh()

    def unbridge(self) -> None:
        """Pass no sound between this leg and the one it is bridged to, if any."""
        other = self._peer
        if other is not None:
            self._peer = other._peer = None
            self._refresh()
            other._refresh()

    def watch(self, pressed: Callable[[str], None] | None) -> None:
        """Have `pressed` told of each key that this leg presses (RFC 4733), or no longer. It may use the leg.

        Keys are heard during a prompt too. Sound costs no more for it.
        """
        self._ear = (self._ear or KeyEar()) if pressed else None
        self._pressed = pressed
        self._refresh()

    def be_keyed(self, is_keyed: bool) -> None:
        """Keys are sent to this leg now, and nothing of whom it is bridged to; or no longer."""
        self._is_keyed = is_keyed
        if self._peer is not None:
            self._peer._refresh()

    def end_keys(self) -> bool:
        """The last key was sent; False when there was none."""
        was_keyed = self._is_keyed
        if was_keyed:
            self.be_keyed(False)
        return was_keyed

    def route_rtp(self, packet: bytearray, size: int, source: Address, now: float) -> Address | Drop:
        """Where a datagram from this leg goes, by the bridged leg's RTP socket, or why it does not.

        The datagram is the first `size` octets of `packet`. Its payload number is rewritten when it goes;
        SSRC, sequence number and timestamp stay, as with the translator of RFC 3550 7.1.
        """
        if not _MIN_RTP <= size <= MAX_DATAGRAM or packet[0] & _VERSION_MASK != _VERSION_2:
            return Drop.MALFORMED
        if source != self._latch.source and not self._admits(packet, source, now):
            return Drop.STRANGER
        self.heard = now
        sequence, reception = packet[2] << 8 | packet[3], self.reception
        if sequence == reception.due:
            reception.due = sequence + 1 & LAST_NUMBER
            if not sequence & TIMED:
                reception.look(packet, now)
        else:
            reception.jump(sequence, bytes(packet[8:12]))
        if self._obstacle is not None:  # most often somebody who waits: of their sound no more is looked at
            return self._hear(packet, size, now) if packet[1] in self._key_octets else self._obstacle
        octet = self._octets[packet[1]]
        if octet == UNKNOWN:
            return self._hear(packet, size, now)
        assert self._peer is not None  # or there were an obstacle
        destination = self._peer._latch.destination
        if destination is None:
            return Drop.UNSENDABLE
        if self._conversions and (table := self._conversions.get(packet[1])):
            convert(packet, size, table)
        packet[1] = octet
        return destination

    def route_rtcp(self, packet: bytearray, size: int, source: Address, now: float) -> Address | Drop:
        """The same for RTCP, by the bridged leg's RTCP socket. Reports go on during a hold (RFC 3264 5.1)."""
        if not _MIN_RTCP <= size <= MAX_DATAGRAM or packet[0] & _VERSION_MASK != _VERSION_2:
            return Drop.MALFORMED
        if packet[1] not in _RTCP_TYPES:
            return Drop.MALFORMED
        if not self._rtcp_latch.accept(source):
            return Drop.STRANGER
        self.reports.come(bytes(packet[:size]), now, self._peer.reports if self._peer else None)
        if self._peer is None:
            return Drop.UNBRIDGED
        return self._peer._rtcp_latch.destination or Drop.UNSENDABLE

    def _admits(self, packet: bytearray, source: Address, now: float) -> bool:
        # Only sound settles the source: a stray packet of no agreed payload does not tell where the phone is.
        return packet[1] & ~MARKER in self._receives and self._latch.accept(source, now)

    def _hear(self, packet: bytearray, size: int, now: float) -> Address | Drop:
        """What becomes of a packet that is not simply passed on: it may be of a key that somebody waits for,
        and then be passed on after all."""
        is_key = packet[1] in self._key_octets
        if is_key and self._ear and self._pressed and (key := self._ear.hear(packet, size, now)):
            self._pressed(key)
        if self._obstacle is not None:
            return self._obstacle
        octet = self._keys[packet[1]]
        if octet == UNKNOWN or self._peer is None:
            return Drop.PAYLOAD
        packet[1] = octet
        return self._peer._latch.destination or Drop.UNSENDABLE

    def _refresh(self) -> None:
        ours = self._stream
        self._key_octets = _key_octets(ours) if ours and self._ear else _NO_OCTETS
        theirs = self._peer._stream if self._peer else None
        if ours is None or theirs is None:
            self._obstacle = Drop.UNBRIDGED
        elif not (ours.direction.receives and theirs.direction.sends):
            self._obstacle = Drop.DIRECTION
        elif self._peer is not None and self._peer._is_keyed:
            self._obstacle = Drop.UNBRIDGED
        else:
            self._obstacle = None
            receives, self._keys = ours.receives, NOTHING
            if self._ear is not None:  # keys leave the short way, and sound does not notice
                keys = {number: codec for number, codec in receives.items() if codec.is_keys}
                self._keys = translate(keys, theirs.sends)
                receives = {number: codec for number, codec in receives.items() if number not in keys}
            self._octets = translate(receives, theirs.sends)
            self._conversions = conversions(ours.receives, theirs.sends)


def _key_octets(stream: Stream) -> frozenset[int]:
    """The second octets of packets with keys, with the marker and without it."""
    numbers = [number for number, codec in stream.receives.items() if codec.is_keys]
    return frozenset(numbers + [number | MARKER for number in numbers])
