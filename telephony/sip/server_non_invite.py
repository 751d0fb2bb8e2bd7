"""The server's transaction for everything but INVITE and ACK: RFC 3261 section 17.2.2."""

from typing import ClassVar

from telephony.sip.machine import Input, Machine, Output, State, Table
from telephony.sip.timers import Timers

TIMER_J = Input.END

TRYING = State.TRYING
PROCEEDING = State.PROCEEDING
COMPLETED = State.COMPLETED
TERMINATED = State.TERMINATED


class ServerNonInvite(Machine):
    """Figure 8 of RFC 3261."""

    __slots__ = ()

    TABLE: ClassVar[Table] = {
        (TRYING, Input.PROVISIONAL): (PROCEEDING, (Output.SEND,)),
        (TRYING, Input.SUCCESS): (COMPLETED, (Output.SEND,)),
        (TRYING, Input.FAILURE): (COMPLETED, (Output.SEND,)),
        (PROCEEDING, Input.REQUEST): (PROCEEDING, (Output.RESEND,)),
        (PROCEEDING, Input.PROVISIONAL): (PROCEEDING, (Output.SEND,)),
        (PROCEEDING, Input.SUCCESS): (COMPLETED, (Output.SEND,)),
        (PROCEEDING, Input.FAILURE): (COMPLETED, (Output.SEND,)),
        (COMPLETED, Input.REQUEST): (COMPLETED, (Output.RESEND,)),
        (COMPLETED, TIMER_J): (TERMINATED, ()),
    }

    def __init__(self, timers: Timers, reliable: bool, now: float) -> None:
        """Start when the request has come."""
        super().__init__(State.TRYING, timers, reliable, now)

    def _enter(self, now: float) -> None:
        match self.state:
            case State.COMPLETED:
                self._end_after(self._timers.timer_j(self.reliable), now)
            case _:
                self._stop()
