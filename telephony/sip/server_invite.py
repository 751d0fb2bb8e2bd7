"""The server's INVITE transaction: RFC 3261 section 17.2.1 and RFC 6026."""

from typing import ClassVar

from telephony.sip.machine import Input, Machine, Output, State, Table
from telephony.sip.timers import Timers

TIMER_G = Input.REPEAT
TIMER_H = TIMER_I = TIMER_L = Input.END

PROCEEDING = State.PROCEEDING
ACCEPTED = State.ACCEPTED
COMPLETED = State.COMPLETED
CONFIRMED = State.CONFIRMED
TERMINATED = State.TERMINATED


class ServerInvite(Machine):
    """Figure 7 of RFC 3261 with the Accepted state of RFC 6026.

    A 2xx is repeated by `accepted_2xx`, not here: that is the user's work (RFC 3261 section 13.3.1.4). The
    automatic 100 after 200 ms (section 17.2.1) is left out because the user sends one at once, unless it
    challenges.
    """

    __slots__ = ()

    TABLE: ClassVar[Table] = {
        (PROCEEDING, Input.REQUEST): (PROCEEDING, (Output.RESEND,)),
        (PROCEEDING, Input.PROVISIONAL): (PROCEEDING, (Output.SEND,)),
        (PROCEEDING, Input.SUCCESS): (ACCEPTED, (Output.SEND,)),
        (PROCEEDING, Input.FAILURE): (COMPLETED, (Output.SEND,)),
        # INVITEs that were on their way when the 2xx was sent are absorbed without a word (RFC 6026).
        (ACCEPTED, Input.ACK): (ACCEPTED, (Output.REPORT,)),
        (ACCEPTED, TIMER_L): (TERMINATED, ()),
        (COMPLETED, Input.REQUEST): (COMPLETED, (Output.RESEND,)),
        (COMPLETED, TIMER_G): (COMPLETED, (Output.RESEND,)),
        (COMPLETED, Input.ACK): (CONFIRMED, (Output.ACKNOWLEDGED,)),
        (COMPLETED, TIMER_H): (TERMINATED, (Output.TIMED_OUT,)),
        (CONFIRMED, TIMER_I): (TERMINATED, ()),
    }

    def __init__(self, timers: Timers, reliable: bool, now: float) -> None:
        """Start when the INVITE has come."""
        super().__init__(State.PROCEEDING, timers, reliable, now)

    def _enter(self, now: float) -> None:
        match self.state:
            case State.ACCEPTED:
                self._end_after(self._timers.timer_l, now)
            case State.COMPLETED:
                self._repeat_after(self._timers.timer_g, now)
                self._end_after(self._timers.timer_h, now)
            case State.CONFIRMED:
                self._stop_repeating()
                self._end_after(self._timers.timer_i(self.reliable), now)
            case _:
                self._stop()
