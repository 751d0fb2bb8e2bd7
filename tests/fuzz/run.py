"""Throw mutations at the parsers and at a whole node, with the machine's clock on each message."""

import time
import tracemalloc
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from telephony.sdp.description import SessionDescription
from telephony.sdp.errors import SdpError
from telephony.sip.errors import ParseError
from telephony.sip.flow import Flow
from telephony.sip.framing import parse_datagram
from telephony.sip.message import Response
from tests.fuzz.attacks import ATTACKS
from tests.fuzz.corpus import corpus, good_messages
from tests.fuzz.mutate import MAX_DATAGRAM, mutate
from tests.support.stage import Stage
from tests.support.switchboard import ADDRESS
from tests.support.torture import assert_serves

SOURCES = (
    ("192.0.2.10", 5060),  # a trunk
    ("192.0.2.20", 5060),  # a trunk whose identity is believed
    ("192.0.2.101", 5060),  # a phone
    ("203.0.113.66", 40000),  # a stranger
)

LIVES_OF = 2_000
"""Messages to one node before it is looked at: its calls end, nothing is left, and a good call works."""


@dataclass
class Findings:
    """What a run has seen. Times are CPU seconds."""

    messages: int = 0
    seconds: float = 0.0
    worst: float = 0.0
    worst_message: bytes = b""
    answers: Counter[int] = field(default_factory=Counter)
    most_memory: int = 0

    def __str__(self) -> str:
        answers = ", ".join(f"{status} {count}" for status, count in sorted(self.answers.items()))
        return (
            f"{self.messages} messages, {self.messages / max(self.seconds, 1e-9):.0f} a second of CPU; "
            f"worst {self.worst * 1000:.1f} ms ({len(self.worst_message)} octets)"
            + (f"; {self.most_memory / 1e6:.1f} MB at most" if self.most_memory else "")
            + (f"; {len(self.answers)} distinct answers: {answers}" if answers else "")
        )


def fuzz_parsers(random: Random, rounds: int, found: Findings) -> None:
    """The SIP and the SDP parser: each raises its own error or nothing."""
    seeds = corpus()
    for _ in range(rounds):
        data = mutate(random.choice(seeds), random, seeds)
        begun = time.process_time()
        with suppress(ParseError):
            message = parse_datagram(data)
            if message is not None:
                message.check()
                _ = message.contacts, message.record_routes, message.content_type
        with suppress(SdpError):
            SessionDescription.parse(data.partition(b"\r\n\r\n")[2])
        _note(found, data, time.process_time() - begun)


def fuzz_node(random: Random, rounds: int, found: Findings) -> None:
    """A whole node: mutations between good messages, and time that passes; then all must end, and serve."""
    seeds, good = corpus(), good_messages()
    for begun in range(0, rounds, LIVES_OF):
        stage = Stage()
        stage.register("kc1", "bygg1")
        for _ in range(min(LIVES_OF, rounds - begun)):
            if random.random() < 0.3:
                data, source = random.choice(good)
            else:
                data, source = mutate(random.choice(seeds), random, seeds), random.choice(SOURCES)
            _feed(stage, data, source, found)
            if random.random() < 0.05:
                _pass_time(stage, random.choice((0.5, 4.0, 33.0)), found)
        _let_all_end(stage, found)


def _feed(stage: Stage, data: bytes, source: tuple[str, int], found: Findings) -> None:
    begun = time.process_time()
    stage.node.receive(data, Flow("UDP", ADDRESS, source), stage.now)
    _note(found, data, time.process_time() - begun)
    _collect(stage, found)


def _collect(stage: Stage, found: Findings) -> None:
    """All that is sent can be read again; but an answer echoes all the Vias of a request, however many."""
    for octets, _ in stage.node.messages_to_send():
        try:
            message = parse_datagram(octets)
        except ParseError as error:
            assert error.status == 513 and octets.startswith(b"SIP/2.0 "), octets
            continue
        assert message is not None
        if isinstance(message, Response):
            found.answers[message.status] += 1
        else:
            message.check()


def _pass_time(stage: Stage, seconds: float, found: Findings) -> None:
    end = stage.now + seconds
    while (due := stage.node.get_timer()) is not None and due <= end:
        stage.now = max(stage.now, due)
        stage.node.handle_timer(stage.now)
        _collect(stage, found)
    stage.now = end


def _let_all_end(stage: Stage, found: Findings) -> None:
    if tracemalloc.is_tracing():
        found.most_memory = max(found.most_memory, tracemalloc.get_traced_memory()[1])
        tracemalloc.reset_peak()
    stage.node.end_all(stage.now, "the end of the fuzzing", emergency=True)
    _pass_time(stage, 400.0, found)
    assert not stage.media.open_legs, "media ports are left"
    assert stage.node.legs.is_empty, "something of a leg is left"
    assert stage.virtual.endpoint.counts.transactions == 0, "transactions are left"
    assert_serves(stage)


def _note(found: Findings, data: bytes, seconds: float) -> None:
    found.messages += 1
    found.seconds += seconds
    if seconds > found.worst:
        found.worst, found.worst_message = seconds, data


def attack_costs(size: int) -> dict[str, float]:
    """CPU seconds that a node takes for each attack of about this size in octets, the best of five."""
    costs = {}
    for name, make in ATTACKS.items():
        data, tries = make(size)[:MAX_DATAGRAM], []
        for _ in range(5):
            found = Findings()
            _feed(Stage(), data, SOURCES[1], found)
            tries.append(found.worst)
        costs[name] = min(tries)
    return costs
