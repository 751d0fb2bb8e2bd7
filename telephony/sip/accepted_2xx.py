"""The 2xx of an INVITE, sent again until its ACK comes: RFC 3261 section 13.3.1.4."""

from typing import ClassVar

from telephony.sip.machine import Input, Machine, Output, State, Table
from telephony.sip.timers import Timers

RETRANSMIT = Input.REPEAT
ACK_MISSING = Input.END

ACCEPTED = State.ACCEPTED
CONFIRMED = State.CONFIRMED
TERMINATED = State.TERMINATED


class Accepted2xx(Machine):
    """Send a 2xx after T1, doubled up to T2, for 64*T1, or until it is acknowledged."""

    __slots__ = ()

    TABLE: ClassVar[Table] = {
        (ACCEPTED, RETRANSMIT): (ACCEPTED, (Output.RESEND,)),
        (ACCEPTED, Input.ACK): (CONFIRMED, (Output.REPORT,)),
        (ACCEPTED, ACK_MISSING): (TERMINATED, (Output.TIMED_OUT,)),
    }

    def __init__(self, timers: Timers, now: float) -> None:
        """Start when the 2xx is sent the first time."""
        # Over TCP too: what is unreliable may be further down the path (RFC 3261 section 13.3.1.4).
        super().__init__(State.ACCEPTED, timers, reliable=False, now=now)

    def _enter(self, now: float) -> None:
        match self.state:
            case State.ACCEPTED:
                self._repeat_after(self._timers.t1, now)
                self._end_after(64 * self._timers.t1, now)
            case _:
                self._stop()
