"""Two endpoints and a network that loses, delays and doubles: a call comes off and leaves nothing behind."""

import heapq
from collections.abc import Callable
from itertools import count
from random import Random

import pytest

from telephony.sip.dialog import Dialog
from telephony.sip.endpoint import Endpoint
from telephony.sip.events import AckReceived, Event, RequestReceived, ResponseReceived
from telephony.sip.flow import Flow
from telephony.sip.message import Response
from tests.support.sip_peer import FLOW, our_request

TALK_SECONDS = 3.0

Fate = Callable[[int], list[float]]
"""From the number of a datagram to the delays with which its copies arrive: none for one that is lost."""


class Agent:
    """One side: an endpoint, and what its user notes down and still wants to do."""

    def __init__(self, name: str) -> None:
        tokens = count(1)
        self.endpoint = Endpoint(lambda: f"{name}{next(tokens)}")
        self.notes: list[str] = []
        self.bye_at: float | None = None

    def get_timer(self) -> float | None:
        times = [time for time in (self.endpoint.get_timer(), self.bye_at) if time is not None]
        return min(times, default=None)

    def handle_timer(self, now: float) -> None:
        self.endpoint.handle_timer(now)
        if self.bye_at is not None and self.bye_at <= now:
            self.bye_at = None
            self.hang_up(now)

    def hang_up(self, now: float) -> None:
        raise NotImplementedError

    def take(self, event: Event, now: float) -> None:
        raise NotImplementedError


class Caller(Agent):
    """Sends INVITE, acknowledges each 2xx, ends the call a while after the first."""

    dialog: Dialog | None = None

    def call(self) -> None:
        self.invite = our_request()
        self.endpoint.send_request(self.invite, FLOW, 0.0)

    def take(self, event: Event, now: float) -> None:
        assert isinstance(event, ResponseReceived), event
        response = event.response
        if response.cseq.method == "BYE":
            self.notes.append("ended")
        elif response.status >= 200:
            self.endpoint.send_ack(Dialog.as_uac(self.invite, response).make_ack(response), FLOW)
            if self.dialog is None:
                self.dialog = Dialog.as_uac(self.invite, response)
                self.notes.append("answered")
                self.bye_at = now + TALK_SECONDS

    def hang_up(self, now: float) -> None:
        assert self.dialog is not None
        self.dialog, bye = self.dialog.make_request("BYE")
        self.endpoint.send_request(bye, FLOW, now)


class Callee(Agent):
    """Rings, answers, confirms BYE."""

    def take(self, event: Event, now: float) -> None:
        if isinstance(event, AckReceived):
            self.notes.append("confirmed")
        elif isinstance(event, RequestReceived):
            self.notes.append(event.request.method)
            statuses = (100, 180, 200) if event.request.method == "INVITE" else (200,)
            for status in statuses:
                response = Response.to_request(event.request, status, to_tag="callee")
                self.endpoint.respond(event.transaction, response, now)


def run(fate: Fate) -> tuple[Caller, Callee, float]:
    """Make one call; return both sides and when all was quiet."""
    caller, callee = Caller("a"), Callee("b")
    sides = {FLOW.local: caller, FLOW.remote: callee}
    on_the_way: list[tuple[float, int, bytes, Flow]] = []
    numbers, order, now = count(), count(), 0.0
    caller.call()
    while True:
        for side in sides.values():
            while (event := side.endpoint.next_event()) is not None:
                side.take(event, now)
            for data, flow in side.endpoint.messages_to_send():
                arrival = Flow(flow.transport, flow.remote, flow.local)
                for delay in fate(next(numbers)):
                    heapq.heappush(on_the_way, (now + delay, next(order), data, arrival))
        timers = [timer for side in sides.values() if (timer := side.get_timer()) is not None]
        times = timers + [arrival[0] for arrival in on_the_way[:1]]
        if not times:
            return caller, callee, now
        now = min(times)
        if on_the_way and on_the_way[0][0] <= now:
            _, _, data, arrived = heapq.heappop(on_the_way)
            sides[arrived.local].endpoint.receive(data, arrived, now)
        for side in sides.values():
            side.handle_timer(now)


def assert_call_came_about(caller: Caller, callee: Callee, end: float) -> None:
    assert caller.notes == ["answered", "ended"]
    assert sorted(callee.notes) == ["BYE", "INVITE", "confirmed"]
    assert callee.notes[0] == "INVITE"
    for side in (caller, callee):
        assert (side.endpoint.counts.transactions, side.endpoint.get_timer()) == (0, None)
    # Set-up and BYE may each take 64*T1 at most, and each leaves transactions for 64*T1.
    assert end <= TALK_SECONDS + 3 * 32.0 + 1.0


def test_call_without_loss() -> None:
    caller, callee, end = run(lambda number: [0.02])

    assert_call_came_about(caller, callee, end)
    assert callee.notes == ["INVITE", "confirmed", "BYE"]
    assert [side.endpoint.counts.retransmissions for side in (caller, callee)] == [0, 0]


@pytest.mark.parametrize("lost", range(7))
def test_loss_of_any_datagram(lost: int) -> None:
    caller, callee, end = run(lambda number: [] if number == lost else [0.02])

    assert_call_came_about(caller, callee, end)


@pytest.mark.parametrize("seed", range(100))
def test_call_under_20_per_cent_loss(seed: int) -> None:
    random = Random(seed)

    def fate(number: int) -> list[float]:
        copies = random.choices([0, 1, 2], [20, 75, 5])[0]
        return [random.uniform(0.001, 0.3) for _ in range(copies)]

    assert_call_came_about(*run(fate))
