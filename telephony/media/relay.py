"""The sockets of all legs on one event loop: `MediaLeg` judges what comes in, its peer's socket sends it on.

A leg costs two sockets and two entries in the loop's selector: no thread, no task, no timer of its own. The
sockets are read by `add_reader`, one datagram a wake-up: 7 µs a packet on uvloop and 8 on plain asyncio,
where datagram transports cost 8 and 22 (`tests/bench/bench_relay.py`). To ask a socket again after its one
datagram of these 20 ms would only cost a refusal, and so a leg that is flooded holds up the others by one
datagram a turn.
"""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from telephony.media.counters import Counters, Drop
from telephony.media.early_sound import EarlyPacket, EarlySound
from telephony.media.errors import LegAlreadyOpen
from telephony.media.keys import KeyPlayback, KeyVoice
from telephony.media.latch import Address, Latch
from telephony.media.leg import MAX_DATAGRAM, MediaLeg
from telephony.media.player import Playback, Player, Sound, Voice, WaitingPlayback
from telephony.media.ports import PortPair, PortPairs
from telephony.media.prompts import Prompts
from telephony.media.reports import ReportClock
from telephony.sdp.connection import UNSPECIFIED
from telephony.sdp.measurement import Measurement
from telephony.sdp.policy import anywhere
from telephony.sdp.stream import Stream


@dataclass(frozen=True, slots=True)
class _Place:
    """An address of ours that sockets are bound to, what peers are told of it, and its ports."""

    bound: str
    told: str
    pairs: PortPairs


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A leg and its sockets."""

    leg: MediaLeg
    ports: PortPair
    place: _Place
    signalled_from: str
    early: EarlySound


class MediaRelay:
    """The media of the service. Legs are named by their ids; one that is closed is passed over.

    `bind_host` is the address that sockets are bound to, `advertised_host` the one that peers are told;
    `other_host` is both for legs of the other family, IPv6 or IPv4, if there is any.
    `ended` is called with the leg's id when a prompt has been played to its end, `pressed` with it and each
    key that a leg presses whose keys are watched; both may use the relay. Only for the loop's own thread.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        bind_host: str,
        advertised_host: str,
        ports: range,
        prompts: Prompts,
        ended: Callable[[str], None],
        random: Random,
        other_host: str | None = None,
        *,
        pressed: Callable[[str, str], None] = lambda leg, key: None,
    ) -> None:
        self._loop = loop
        self._place = _Place(bind_host, advertised_host, PortPairs(bind_host, ports, random))
        self._other = self._place
        if other_host is not None:
            self._other = _Place(other_host, other_host, PortPairs(other_host, ports, random))
        self._prompts = prompts
        self._ended = ended
        self._pressed = pressed
        self._random = random
        self._player = Player(random)
        self._reports = ReportClock(random)
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self._lines: dict[str, _Line] = {}
        self._by_leg: dict[MediaLeg, _Line] = {}
        self._own: dict[Address, str] = {}
        # One octet more than is relayed, so that a longer datagram shows.
        self._buffer = bytearray(MAX_DATAGRAM + 1)
        self._view = memoryview(self._buffer)
        self.counters = Counters()

    def open(
        self,
        leg: str,
        signalled_from: str = "",
        *,
        emergency: bool = False,
        allows: Callable[[str], bool] = anywhere,
    ) -> Address:
        """Bind ports for a leg and return the address for its session description; raises NoPortFree.

        `signalled_from` is the host that its SIP comes from: its sound may come from there too, and is of its
        family. It comes from no host that `allows` does not know.
        """
        if leg in self._lines:
            raise LegAlreadyOpen(leg)
        is_other = (":" in signalled_from) == (":" in self._other.told)
        place = self._other if signalled_from and is_other else self._place
        latch = Latch(signalled_from, allows)
        ports = place.pairs.open(emergency=emergency)
        line = _Line(MediaLeg(self.counters, latch), ports, place, signalled_from, EarlySound())
        self._lines[leg] = line
        self._by_leg[line.leg] = line
        for address in self._addresses(line):
            self._own[address] = leg
        self._loop.add_reader(line.ports.rtp, self._read_rtp, line)
        self._loop.add_reader(line.ports.rtcp, self._read_rtcp, line)
        self.counters.legs_open += 1
        return place.told, line.ports.port

    def set_stream(self, leg: str, stream: Stream) -> None:
        """Take what was agreed with the leg's far end. A new address frees the latch, see `Latch.aim`."""
        line = self._lines.get(leg)
        if line is None:
            return
        if stream.remote in self._own:
            # A far end that names a port of ours would have us send to ourselves, round and round.
            stream = replace(stream, remote=(UNSPECIFIED[0], 0))
        line.leg.change(stream, self._loop.time())
        self._player.set_voice(leg, Voice.of(stream))

    def await_answer(self, leg: str) -> None:
        """The leg may be heard from now on before it answers: see `EarlySound.expect`."""
        line = self._lines.get(leg)
        if line is not None:
            line.early.expect(self._loop.time())

    def bridge(self, a: str, b: str) -> None:
        """Copy sound and reports between two legs, in place of whatever they heard before, a prompt too."""
        if a not in self._lines or b not in self._lines:
            return
        self._stop_sound(a)
        self._stop_sound(b)
        self._lines[a].leg.bridge(self._lines[b].leg)
        for leg in (a, b):
            self._pass_early(self._lines[leg])
        self._arm()

    def unbridge(self, leg: str) -> None:
        """Copy nothing between the leg and the one that it is bridged to, if any."""
        line = self._lines.get(leg)
        if line is not None:
            line.leg.unbridge()

    def play(self, leg: str, prompt: str) -> None:
        """Play a prompt once, in place of whatever the leg heard before, a bridge too; raises UnknownPrompt.

        A leg that cannot be sent to, or has neither G.711 nor G.722, hears nothing; the prompt ends all the
        same.
        """
        sound = self._prompts.get(prompt)
        line = self._lines.get(leg)
        if line is None:
            return
        self._stop_sound(leg)
        line.leg.unbridge()
        voice = Voice.of(line.leg.stream)
        if voice is None:
            self.counters.prompts_unheard += 1
        self._start(leg, Playback(sound, voice, self._random))

    def wait(self, leg: str, prompt: str, music: str) -> None:
        """Play a prompt once, or none (""), and then music until the leg hears something else; raises
        UnknownPrompt. In the same music, if it plays already, the prompt breaks in."""
        said = self._prompts.get(prompt) if prompt else None
        sound = self._prompts.get(music)
        line = self._lines.get(leg)
        if line is None:
            return
        playing = self._player.sound(leg)
        if isinstance(playing, WaitingPlayback) and playing.music.name == music:
            if said is not None:
                playing.say(said)
            return
        self._stop_sound(leg)
        line.leg.unbridge()
        voice = Voice.of(line.leg.stream)
        if voice is None:
            self.counters.prompts_unheard += 1
        self._start(leg, WaitingPlayback(said, sound, voice, self._random))

    def watch_keys(self, leg: str, on: bool) -> None:
        """Have it told which keys the leg presses (RFC 4733), or no longer."""
        line = self._lines.get(leg)
        if line is not None:
            line.leg.watch((lambda key: self._tell_key(line, key)) if on else None)

    def send_key(self, leg: str, signal: str, milliseconds: int) -> bool:
        """Send a key to a bridged leg (RFC 4733), after those before it; it hears nothing else meanwhile.

        False when it takes none, hears a prompt, or too many wait.
        """
        line = self._lines.get(leg)
        voice = KeyVoice.of(line.leg.stream) if line else None
        if line is None or voice is None or line.leg.peer is None:
            return False
        keys = self._player.sound(leg)
        if not isinstance(keys, KeyPlayback):
            keys = KeyPlayback(voice, self._random)
            line.leg.be_keyed(True)
            self._start(leg, keys)
        return keys.add(signal, milliseconds)

    def rename(self, leg: str, to: str) -> None:
        """Call the leg otherwise from here on, and break off its prompt; raises LegAlreadyOpen."""
        line = self._lines.get(leg)
        if line is None:
            return
        if to in self._lines:
            raise LegAlreadyOpen(to)
        self._stop_sound(leg)
        self._lines[to] = self._lines.pop(leg)
        for address in self._addresses(line):
            self._own[address] = to
        self._arm()

    def close(self, leg: str) -> Measurement | None:
        """Let go of the leg's ports; what was measured of its sound, if any came. A prompt that it hears is
        broken off, and not reported as ended."""
        line = self._lines.get(leg)
        if line is None:
            return None
        self._stop_sound(leg)
        del self._lines[leg]
        line.leg.unbridge()
        self.counters.dropped[Drop.STRANGER] += line.early.unheard
        del self._by_leg[line.leg]
        for address in self._addresses(line):
            self._own.pop(address, None)
        self._loop.remove_reader(line.ports.rtp)
        self._loop.remove_reader(line.ports.rtcp)
        line.place.pairs.close(line.ports)
        self.counters.legs_open -= 1
        self._arm()
        return line.leg.measurement

    def close_all(self) -> None:
        """Close every leg, at the end of the service."""
        for leg in tuple(self._lines):
            self.close(leg)

    def heard(self, leg: str) -> float | None:
        """When the last RTP came from the leg, in seconds of the loop's clock; `None` if none did."""
        line = self._lines.get(leg)
        return line.leg.heard if line else None

    def _start(self, leg: str, sound: Sound) -> None:
        now = self._loop.time()
        self._player.start(leg, sound, now)
        if isinstance(sound, Playback):
            self._reports.begin(leg, sound, now)
        self._arm()

    def _stop_sound(self, leg: str) -> None:
        """Break off a prompt or keys that the leg hears."""
        sound = self._player.sound(leg)
        if sound is None:
            return
        if isinstance(sound, KeyPlayback):
            self._lines[leg].leg.be_keyed(False)
        self._player.stop(leg)
        self._end_reports(leg)

    def _end_reports(self, leg: str) -> None:
        """Say that a sound of ours is over, where its reports were heard."""
        speaker, line, now = self._reports.end(leg), self._lines[leg], self._loop.time()
        if speaker is not None:
            self._report(line, speaker.goodbye(line.leg.reception, line.leg.reports, now))

    def _send_reports(self, now: float) -> None:
        for speaker in self._reports.due(now):
            line = self._lines[speaker.leg]
            if line.leg.report_destination is not None:
                self._report(line, speaker.report(line.leg.reception, line.leg.reports, now))

    def _report(self, line: _Line, report: bytes) -> None:
        destination = line.leg.report_destination
        if destination is not None and self._send(line.ports.rtcp, report, destination):
            self.counters.reports += 1

    def _tell_key(self, line: _Line, key: str) -> None:
        self._pressed(self._own[min(self._addresses(line))], key)

    def _addresses(self, line: _Line) -> set[Address]:
        return {(line.place.bound, line.ports.port), (line.place.told, line.ports.port)}

    def _read_rtp(self, line: _Line) -> None:
        try:
            size, source = line.ports.rtp.recvfrom_into(self._buffer)
        except OSError:
            return  # nothing there after all, or the echo of an earlier packet that found nobody
        routed = line.leg.route_rtp(self._buffer, size, source[:2], self._loop.time())
        if isinstance(routed, Drop):
            self._drop(line, size, source[:2], routed)
        elif line.leg.peer and self._send(self._by_leg[line.leg.peer].ports.rtp, self._view[:size], routed):
            self.counters.relayed += 1

    def _drop(self, line: _Line, size: int, source: Address, why: Drop) -> None:
        if why is Drop.STRANGER and line.leg.stream is None:  # who knows, yet
            line.early.keep(EarlyPacket(bytes(self._view[:size]), source, self._loop.time()))
        else:
            self.counters.dropped[why] += 1

    def _pass_early(self, line: _Line) -> None:
        """Pass on what came before anything was agreed, from a host that turned out to be the leg's."""
        now, stream = self._loop.time(), line.leg.stream
        for packet in line.early.take(now):
            size = len(packet.data)
            if stream is None or packet.source[0] not in (stream.remote[0], line.signalled_from):
                self.counters.dropped[Drop.STRANGER] += 1
                continue
            self._buffer[:size] = packet.data
            routed = line.leg.route_rtp(self._buffer, size, packet.source, now)
            if isinstance(routed, Drop):
                self.counters.dropped[routed] += 1
            elif line.leg.peer and self._send(
                self._by_leg[line.leg.peer].ports.rtp, self._view[:size], routed
            ):
                self.counters.relayed += 1

    def _read_rtcp(self, line: _Line) -> None:
        try:
            size, source = line.ports.rtcp.recvfrom_into(self._buffer)
        except OSError:
            return  # as for RTP
        routed = line.leg.route_rtcp(self._buffer, size, source[:2], self._loop.time())
        if isinstance(routed, Drop):
            self.counters.dropped[routed] += 1
        elif line.leg.peer and self._send(self._by_leg[line.leg.peer].ports.rtcp, self._view[:size], routed):
            self.counters.rtcp_relayed += 1

    def _send(self, out: socket.socket, packet: memoryview | bytes, destination: Address) -> bool:
        try:
            out.sendto(packet, destination)
        except OSError:
            # A full buffer or a missing route: late sound is worth nothing, so it is not kept.
            self.counters.dropped[Drop.UNSENDABLE] += 1
            return False
        return True

    def _arm(self) -> None:
        due = self._player.get_timer()
        if due == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if due is None else self._loop.call_at(due, self._tick)
        self._due = due

    def _tick(self) -> None:
        self._timer = self._due = None
        now = self._loop.time()
        turn = self._player.handle_timer(now)
        for leg, packet in turn.packets:
            line = self._lines[leg]
            routed = line.leg.route_prompt()
            if isinstance(routed, Drop):
                self.counters.dropped[routed] += 1
            elif self._send(line.ports.rtp, packet, routed):
                self.counters.prompt_packets += 1
        for leg in turn.ended:
            self._end_reports(leg)
        self._send_reports(now)
        self._arm()
        for leg in turn.ended:
            of_it = self._lines.get(leg)
            if of_it is not None and not of_it.leg.end_keys():
                self._ended(leg)
