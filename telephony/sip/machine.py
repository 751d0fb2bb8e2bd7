"""What the transaction machines share: states, inputs, outputs, and a table that maps one to the other.

A machine knows no messages, no sockets and no clock: it is told what came and when, and says what is to be
done. States and inputs are texts, because those hash faster: each message looks a pair up.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from telephony.sip.timers import Timers


class State(StrEnum):
    """The states of RFC 3261 section 17 and RFC 6026; each machine uses some of them."""

    CALLING = "calling"
    CALLING_CANCELLED = "calling, to be cancelled when a provisional response comes"
    TRYING = "trying"
    PROCEEDING = "proceeding"
    CANCELLED = "proceeding, CANCEL sent"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


class Input(StrEnum):
    """What can happen to a transaction. Responses are received by a client, sent by a server."""

    REQUEST = "the request again"
    ACK = "an ACK"
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "3xx to 6xx"
    CANCEL = "the user wants to cancel"
    REPEAT = "time to send again"
    END = "time is out for this state"
    TRANSPORT_ERROR = "the request cannot be sent"

    @classmethod
    def of_status(cls, status: int) -> "Input":
        """The input that a response with this status code is."""
        if status < 200:
            return cls.PROVISIONAL
        return cls.SUCCESS if status < 300 else cls.FAILURE


class Output(StrEnum):
    """What the owner of a machine has to do."""

    SEND = "send what came from the user: the request, or the response"
    RESEND = "send the last message again"
    SEND_ACK = "acknowledge a refusal of INVITE"
    SEND_CANCEL = "send CANCEL as a transaction of its own"
    REPORT = "pass on to the user what came"
    ACKNOWLEDGED = "tell the user that its refusal of an INVITE has arrived"
    TIMED_OUT = "tell the user that the time is out"
    FAILED = "tell the user that the request cannot be sent"


Outputs = tuple[Output, ...]
Table = Mapping[tuple[State, Input], tuple[State, Outputs]]


class Machine:
    """A table of (state, input) with at most one retransmission timer and one that ends the state.

    A pair that the table lacks changes nothing: on a network that repeats and reorders, everything can come
    late.
    """

    TABLE: ClassVar[Table]

    __slots__ = ("_ends_at", "_interval", "_repeats_at", "_timers", "reliable", "state")

    def __init__(self, state: State, timers: Timers, reliable: bool, now: float) -> None:
        self.state = state
        self.reliable = reliable
        self._timers = timers
        self._interval = 0.0
        self._repeats_at: float | None = None
        self._ends_at: float | None = None
        self._enter(now)

    @property
    def deadline(self) -> float | None:
        """When `handle_timer` is to be called next, None for never."""
        if self._repeats_at is None or self._ends_at is None:
            return self._ends_at
        return min(self._repeats_at, self._ends_at)

    def expects(self, event: Input) -> bool:
        """Whether the present state does anything about an input."""
        return (self.state, event) in self.TABLE

    def receive(self, event: Input, now: float) -> Outputs:
        """Take one input and says what to do about it."""
        row = self.TABLE.get((self.state, event))
        if row is None:
            return ()
        state, outputs = row
        if state is not self.state:
            self.state = state
            self._enter(now)
        return outputs

    def handle_timer(self, now: float) -> Outputs:
        """Do what is due at `now`: ends the state, or else sends again."""
        if self._ends_at is not None and self._ends_at <= now:
            return self.receive(Input.END, now)
        if self._repeats_at is not None and self._repeats_at <= now:
            self._interval = self._next_interval(self._interval)
            self._repeats_at = now + self._interval
            return self.receive(Input.REPEAT, now)
        return ()

    def _enter(self, now: float) -> None:
        """Start and stops the timers of the state just entered."""
        raise NotImplementedError

    def _next_interval(self, interval: float) -> float:
        """What follows an interval of retransmission: doubled up to T2 (RFC 3261 17.1.2.2, 17.2.1)."""
        return min(2 * interval, self._timers.t2)

    def _repeat_after(self, interval: float, now: float) -> None:
        """Start retransmission, which only an unreliable transport needs (RFC 3261 section 17)."""
        if not self.reliable:
            self._interval = interval
            self._repeats_at = now + interval

    def _end_after(self, seconds: float, now: float) -> None:
        self._ends_at = now + seconds

    def _stop_repeating(self) -> None:
        self._repeats_at = None

    def _stop(self) -> None:
        self._repeats_at = self._ends_at = None
