"""pyVoIP's telephone, made to behave where the demonstration must see more than pyVoIP shows.

Everything else is pyVoIP's own: registration, digest, INVITE, ringing, answer, BYE, RTP.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from pyVoIP import RTP, VoIP
from pyVoIP.SIP import SIPClient, SIPMessage, SIPMessageType, SIPParseError

from telephony.demo.ear import Line
from telephony.demo.messages import CallState, Message, request_terminated

RTP.RTPClient = Line  # type: ignore[misc] # pyVoIP makes one for each call, and asks nobody


class Listener(Protocol):
    """Who is told what the network says."""

    def responded(self, call_id: str, status: int) -> None:
        """An INVITE of ours got this response."""

    def cancelled(self, call_id: str) -> None:
        """A call that rings here was taken back."""


class Telephone(VoIP.VoIPPhone):
    """A pyVoIP telephone whose SIP side is `SipSide`."""

    def __init__(
        self,
        server: tuple[str, int],
        user: str,
        password: str,
        address: tuple[str, int],
        sound_ports: Sequence[int],
        listener: Listener,
        rings: Callable[[VoIP.VoIPCall], None],
    ) -> None:
        """`rings` is called in a thread of its own, a second after the INVITE came."""
        low, high = sound_ports[0], sound_ports[-1]
        super().__init__(
            *server, user, password, myIP=address[0], callCallback=rings,
            sipPort=address[1], rtpPortLow=low, rtpPortHigh=high,
        )  # fmt: skip
        self.sip = SipSide(self, listener)

    def send(self, datagram: bytes) -> None:
        """Send to the service."""
        self.sip.out.sendto(datagram, (self.server, self.port))

    def forget(self, call: VoIP.VoIPCall) -> None:
        """Have done with a call that was never answered."""
        call.state = CallState.ENDED
        self.calls.pop(call.call_id, None)

    def close(self) -> None:
        """Hang up, unregister, and close.

        pyVoIP's own `stop` closes the socket under its receiving thread, which then dies with a traceback.
        """
        if not self.sip.NSD:
            return  # it is closed, or was never opened
        for call in list(self.calls.values()):
            if call.state is CallState.ANSWERED:
                call.hangup()
        if self.sip.registerThread:
            self.sip.registerThread.cancel()
        self.sip.NSD = False
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer) and thread.function == self.sip.recv_loop:
                thread.join()
        self.sip.deregister()
        self.sip.out.close()


class SipSide(SIPClient):
    """pyVoIP's SIP side; what it lacks is in `messages`."""

    def __init__(self, telephone: Telephone, listener: Listener) -> None:
        super().__init__(
            telephone.server,
            telephone.port,
            telephone.username,
            telephone.password,
            phone=telephone,
            myIP=telephone.myIP,
            myPort=telephone.sip.myPort,
            callCallback=telephone.callback,
            fatalCallback=telephone.fatal,
        )
        self._telephone = telephone
        self._listener = listener

    def recv(self) -> None:
        """Take one datagram; raises BlockingIOError, which is how pyVoIP's loop waits."""
        datagram = self.s.recv(8192)
        try:
            message = Message(datagram)
        except (SIPParseError, ValueError, LookupError):
            return  # what pyVoIP cannot read it drops
        self.parse_message(message)

    def parse_message(self, message: SIPMessage) -> None:
        """Act on a message as pyVoIP does, but for refusals and CANCEL."""
        if message.type == SIPMessageType.MESSAGE:
            super().parse_message(message)
            if message.method == "CANCEL":
                self._stop_ringing(message.headers["Call-ID"])
        elif message.headers["CSeq"]["method"] == "INVITE":
            self._invite_answered(message)

    def _invite_answered(self, message: SIPMessage) -> None:
        call_id, status = message.headers["Call-ID"], int(message.status)
        if status == 200:
            super().parse_message(message)
        elif status >= 300:  # pyVoIP acknowledges 404 and 503 alone, and prints the others
            self._telephone.send(self.gen_ack(message).encode())
        self._listener.responded(call_id, status)

    def _stop_ringing(self, call_id: str) -> None:
        call = self._telephone.calls.get(call_id)
        if call is None or call.state is not CallState.RINGING:
            return  # it crossed with our answer
        self._telephone.send(request_terminated(call.request, self.tagLibrary[call_id]))
        self._telephone.forget(call)
        self._listener.cancelled(call_id)
