"""A network and a clock that exist only in memory: seeded, so that a run with the same seed is the same run.

Datagrams are lost, doubled and delayed each on its own, in each direction. Time jumps from one event to the
next.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from telephony.sip.flow import Flow

Address = tuple[str, int]

MAX_EVENTS = 5_000_000
"""In one `run`. A thousand calls with losses take some 50,000; more than this is a node that goes round in
circles."""


class Node(Protocol):
    """Something sans-IO that has an address. `telephony.sip` endpoints have almost this form."""

    def receive(self, data: bytes, source: Address, local: Address, now: float) -> None:
        """Take a datagram that came from `source` to our address `local`."""

    def get_timer(self) -> float | None:
        """Say when `handle_timer` is due next."""

    def handle_timer(self, now: float) -> None:
        """Do what is due."""

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        """Give out, once, the datagrams that are waiting to be sent."""


class NetworkStuck(AssertionError):
    """A run had more than its `max_events`, or a node's timer stays due after it was handled."""


@dataclass(slots=True)
class Counts:
    """Datagrams by what became of them. `unreachable`: nobody had the address when it came."""

    sent: int = 0
    lost: int = 0
    duplicated: int = 0
    delivered: int = 0
    unreachable: int = 0


class VirtualNetwork:
    """Carries datagrams between nodes and drives their timers.

    `loss` and `duplicate` are probabilities per datagram; each copy takes `delay` seconds plus up to `jitter`
    more, which reorders them when `jitter` is large against the time between two datagrams.
    """

    def __init__(
        self,
        seed: int,
        loss: float = 0.0,
        duplicate: float = 0.0,
        delay: float = 0.01,
        jitter: float = 0.0,
        start: float = 0.0,
        max_events: int = MAX_EVENTS,
    ) -> None:
        self.now = start
        self.counts = Counts()
        self._random = random.Random(seed)
        self._loss = loss
        self._duplicate = duplicate
        self._delay = delay
        self._jitter = jitter
        self._max_events = max_events
        self._nodes: dict[Address, Node] = {}
        self._armed: dict[Node, float] = {}
        # (time, serial, what happens); the serial keeps events of the same time in the order they were made.
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = 0

    def attach(self, node: Node, *addresses: Address) -> None:
        """Give the node these addresses. Another that had them keeps its timers, and can send."""
        for address in addresses:
            self._nodes[address] = node

    def detach(self, node: Node) -> None:
        """Take the node out as a `kill -9` would: what is under way to it is lost, its timers never come."""
        self._nodes = {address: held for address, held in self._nodes.items() if held is not node}
        self._armed.pop(node, None)

    def at(self, when: float, action: Callable[[float], object], node: Node | None = None) -> None:
        """Call `action(now)` at that time, then look what `node` wants to send; with `None`, what all do."""

        def act() -> None:
            action(self.now)
            if node is None:
                self._settle_all()
            else:
                self._settle(node)

        self._schedule(when, act)

    def run(self, until: float) -> None:
        """Let all that is due up to `until` happen; then it is `until`."""
        self._settle_all()
        for _ in range(self._max_events):
            if not self._events or self._events[0][0] > until:
                self.now = max(self.now, until)
                return
            when, _, action = heapq.heappop(self._events)
            self.now = max(self.now, when)
            action()
        raise NetworkStuck(f"more than {self._max_events} events before {until}")

    def _settle_all(self) -> None:
        for node in dict.fromkeys(self._nodes.values()):
            self._settle(node)

    def _settle(self, node: Node) -> None:
        for data, flow in node.messages_to_send():
            self._send(data, flow)
        due = node.get_timer()
        if due is not None and due != self._armed.get(node):
            self._armed[node] = due
            self._schedule(due, lambda: self._fire(node, due))

    def _fire(self, node: Node, due: float) -> None:
        if self._armed.get(node) != due:
            return  # armed anew since, or detached
        del self._armed[node]
        if node.get_timer() == due:
            node.handle_timer(self.now)
            if node.get_timer() == due:
                raise NetworkStuck(f"{node!r} left its timer of {due} as it was")
        self._settle(node)

    def _send(self, data: bytes, flow: Flow) -> None:
        self.counts.sent += 1
        if self._random.random() < self._loss:
            self.counts.lost += 1
            return
        self._carry(data, flow)
        if self._random.random() < self._duplicate:
            self.counts.duplicated += 1
            self._carry(data, flow)

    def _carry(self, data: bytes, flow: Flow) -> None:
        latency = self._delay + self._random.uniform(0.0, self._jitter)
        self._schedule(self.now + latency, lambda: self._deliver(data, flow))

    def _deliver(self, data: bytes, flow: Flow) -> None:
        node = self._nodes.get(flow.remote)
        if node is None:
            self.counts.unreachable += 1
            return
        self.counts.delivered += 1
        node.receive(data, flow.local, flow.remote, self.now)
        self._settle(node)

    def _schedule(self, when: float, action: Callable[[], None]) -> None:
        self._serial += 1
        heapq.heappush(self._events, (when, self._serial, action))
