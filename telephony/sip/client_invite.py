"""The client's INVITE transaction: RFC 3261 sections 17.1.1 and 9.1, RFC 6026."""

from typing import ClassVar

from telephony.sip.machine import Input, Machine, Output, State, Table
from telephony.sip.timers import Timers

TIMER_A = Input.REPEAT
TIMER_B = TIMER_D = TIMER_M = Input.END
# RFC 3261 section 9.1: a cancelled request that is not answered within 64*T1 is considered cancelled.
CANCEL_UNHEARD = Input.END

CALLING = State.CALLING
CALLING_CANCELLED = State.CALLING_CANCELLED
PROCEEDING = State.PROCEEDING
CANCELLED = State.CANCELLED
ACCEPTED = State.ACCEPTED
COMPLETED = State.COMPLETED
TERMINATED = State.TERMINATED


class ClientInvite(Machine):
    """Figure 5 of RFC 3261 with the Accepted state of RFC 6026.

    Two states are split off so that cancelling is in the table too: CALLING_CANCELLED is CALLING with a
    CANCEL that must wait for a provisional response (section 9.1), CANCELLED is PROCEEDING once it is sent.
    A 2xx that crosses the CANCEL is reported like any other.
    """

    __slots__ = ()

    TABLE: ClassVar[Table] = {
        (CALLING, TIMER_A): (CALLING, (Output.RESEND,)),
        (CALLING, TIMER_B): (TERMINATED, (Output.TIMED_OUT,)),
        (CALLING, Input.TRANSPORT_ERROR): (TERMINATED, (Output.FAILED,)),
        (CALLING, Input.CANCEL): (CALLING_CANCELLED, ()),
        (CALLING, Input.PROVISIONAL): (PROCEEDING, (Output.REPORT,)),
        (CALLING, Input.SUCCESS): (ACCEPTED, (Output.REPORT,)),
        (CALLING, Input.FAILURE): (COMPLETED, (Output.SEND_ACK, Output.REPORT)),
        (CALLING_CANCELLED, TIMER_A): (CALLING_CANCELLED, (Output.RESEND,)),
        (CALLING_CANCELLED, TIMER_B): (TERMINATED, (Output.TIMED_OUT,)),
        (CALLING_CANCELLED, Input.TRANSPORT_ERROR): (TERMINATED, (Output.FAILED,)),
        (CALLING_CANCELLED, Input.PROVISIONAL): (CANCELLED, (Output.SEND_CANCEL, Output.REPORT)),
        (CALLING_CANCELLED, Input.SUCCESS): (ACCEPTED, (Output.REPORT,)),
        (CALLING_CANCELLED, Input.FAILURE): (COMPLETED, (Output.SEND_ACK, Output.REPORT)),
        (PROCEEDING, Input.CANCEL): (CANCELLED, (Output.SEND_CANCEL,)),
        (PROCEEDING, Input.PROVISIONAL): (PROCEEDING, (Output.REPORT,)),
        (PROCEEDING, Input.SUCCESS): (ACCEPTED, (Output.REPORT,)),
        (PROCEEDING, Input.FAILURE): (COMPLETED, (Output.SEND_ACK, Output.REPORT)),
        (CANCELLED, CANCEL_UNHEARD): (TERMINATED, (Output.TIMED_OUT,)),
        (CANCELLED, Input.PROVISIONAL): (CANCELLED, (Output.REPORT,)),
        (CANCELLED, Input.SUCCESS): (ACCEPTED, (Output.REPORT,)),
        (CANCELLED, Input.FAILURE): (COMPLETED, (Output.SEND_ACK, Output.REPORT)),
        # Every 2xx goes to the user, who acknowledges it: a repeated one means that the ACK was lost,
        # and one with another To-tag is another dialog (RFC 3261 section 13.2.2.4).
        (ACCEPTED, Input.SUCCESS): (ACCEPTED, (Output.REPORT,)),
        (ACCEPTED, TIMER_M): (TERMINATED, ()),
        (COMPLETED, Input.FAILURE): (COMPLETED, (Output.SEND_ACK,)),
        (COMPLETED, TIMER_D): (TERMINATED, ()),
    }

    def __init__(self, timers: Timers, reliable: bool, now: float, state: State = State.CALLING) -> None:
        """Start when the INVITE is sent; PROCEEDING for one that was sent before a restart."""
        super().__init__(state, timers, reliable, now)

    def _enter(self, now: float) -> None:
        match self.state:
            case State.CALLING:
                self._repeat_after(self._timers.timer_a, now)
                self._end_after(self._timers.timer_b, now)
            case State.CALLING_CANCELLED:
                pass  # timers A and B go on: the INVITE may still be lost
            case State.CANCELLED:
                self._stop_repeating()
                self._end_after(64 * self._timers.t1, now)
            case State.ACCEPTED:
                self._stop_repeating()
                self._end_after(self._timers.timer_m, now)
            case State.COMPLETED:
                self._stop_repeating()
                self._end_after(self._timers.timer_d(self.reliable), now)
            case _:
                self._stop()

    def _next_interval(self, interval: float) -> float:
        """Timer A doubles without the limit T2 (RFC 3261 section 17.1.1.2)."""
        return 2 * interval
