"""What both sides of an endpoint share: messages to send, events, deadlines, counts."""

from collections import deque
from collections.abc import Hashable
from typing import Protocol

from telephony.sip.counts import Counts, Drop, label
from telephony.sip.deadlines import Deadlines
from telephony.sip.events import Event
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response


class Waiting(Hashable, Protocol):
    """A transaction with a deadline."""

    def handle_timer(self, now: float) -> None:
        """Do what is due, and sets its next deadline."""


class Exchange:
    """The outward ends of an endpoint. `events` and `messages` are emptied by its user after each input."""

    def __init__(self) -> None:
        self.messages: list[tuple[bytes, Flow]] = []
        self.events: deque[Event] = deque()
        self.deadlines: Deadlines[Waiting] = Deadlines()
        self.counts = Counts()

    def send(self, message: Request | Response, flow: Flow, data: bytes = b"") -> bytes:
        """Send a message the first time and return its octets, which may be given. Raises `MessageError`."""
        data = data or message.to_bytes()
        self.messages.append((data, flow))
        self.counts.sent[label(message)] += 1
        return data

    def resend(self, data: bytes, flow: Flow) -> None:
        """Send octets that were sent before."""
        self.messages.append((data, flow))
        self.counts.retransmissions += 1

    def report(self, event: Event) -> None:
        """Tell the user of the endpoint."""
        self.events.append(event)

    def drop(self, why: Drop) -> None:
        """Count something that is left without an answer."""
        self.counts.dropped[why] += 1
