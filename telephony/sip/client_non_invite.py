"""The client's transaction for everything but INVITE and ACK: RFC 3261 section 17.1.2."""

from typing import ClassVar

from telephony.sip.machine import Input, Machine, Output, State, Table
from telephony.sip.timers import Timers

TIMER_E = Input.REPEAT
TIMER_F = TIMER_K = Input.END

TRYING = State.TRYING
PROCEEDING = State.PROCEEDING
COMPLETED = State.COMPLETED
TERMINATED = State.TERMINATED


class ClientNonInvite(Machine):
    """Figure 6 of RFC 3261."""

    __slots__ = ()

    TABLE: ClassVar[Table] = {
        (TRYING, TIMER_E): (TRYING, (Output.RESEND,)),
        (TRYING, TIMER_F): (TERMINATED, (Output.TIMED_OUT,)),
        (TRYING, Input.TRANSPORT_ERROR): (TERMINATED, (Output.FAILED,)),
        (TRYING, Input.PROVISIONAL): (PROCEEDING, (Output.REPORT,)),
        (TRYING, Input.SUCCESS): (COMPLETED, (Output.REPORT,)),
        (TRYING, Input.FAILURE): (COMPLETED, (Output.REPORT,)),
        (PROCEEDING, TIMER_E): (PROCEEDING, (Output.RESEND,)),
        (PROCEEDING, TIMER_F): (TERMINATED, (Output.TIMED_OUT,)),
        (PROCEEDING, Input.TRANSPORT_ERROR): (TERMINATED, (Output.FAILED,)),
        (PROCEEDING, Input.PROVISIONAL): (PROCEEDING, (Output.REPORT,)),
        (PROCEEDING, Input.SUCCESS): (COMPLETED, (Output.REPORT,)),
        (PROCEEDING, Input.FAILURE): (COMPLETED, (Output.REPORT,)),
        (COMPLETED, TIMER_K): (TERMINATED, ()),
    }

    def __init__(self, timers: Timers, reliable: bool, now: float) -> None:
        """Start when the request is sent."""
        super().__init__(State.TRYING, timers, reliable, now)

    def _enter(self, now: float) -> None:
        match self.state:
            case State.TRYING:
                self._repeat_after(self._timers.timer_e, now)
                self._end_after(self._timers.timer_f, now)
            case State.PROCEEDING:
                pass  # timers E and F go on
            case State.COMPLETED:
                self._stop_repeating()
                self._end_after(self._timers.timer_k(self.reliable), now)
            case _:
                self._stop()

    def _next_interval(self, interval: float) -> float:
        """Once a provisional response has come, timer E is T2 each time (RFC 3261 section 17.1.2.2)."""
        if self.state is State.PROCEEDING:
            return self._timers.t2
        return super()._next_interval(interval)
