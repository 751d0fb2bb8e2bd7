"""Which source a leg's sound is taken from, and where sound for it goes.

Phones send from other addresses than their session description says: behind NAT, or because they have
several interfaces. Answering to where the sound comes from reaches them (RFC 4961). Anybody can send to an
open port, so a source is settled on early, and gives way only to one that is better known.
"""

from collections.abc import Callable

from telephony.sdp.connection import UNSPECIFIED
from telephony.sdp.policy import anywhere

Address = tuple[str, int]
"""IP address and port."""

LATCH_SECONDS = 2.0
"""How long after the signalling any source is believed. A phone sends at once when its call is answered; more
time would only help somebody who guesses ports."""

_MAX_PORT = 65_535


class Latch:
    """The source of one leg's RTP. `signalled_from` is the host that the leg's SIP comes from; a host that
    `allows` does not know is never believed.

    The address of the session description is believed at any time, unless a known host's came first and the
    time to settle is over. Another source is believed if it is the first, within `LATCH_SECONDS` of `aim`.
    A host that neither the description nor the signalling knows gives way to one that they do, at any time:
    whoever guesses a port is quicker than the phone only until the phone speaks.
    """

    __slots__ = ("_allows", "_remote", "_signalled_from", "_until", "source")

    def __init__(self, signalled_from: str = "", allows: Callable[[str], bool] = anywhere) -> None:
        self._signalled_from = signalled_from
        self._allows = allows
        self._remote: Address | None = None
        self._until = float("-inf")
        self.source: Address | None = None

    def aim(self, remote: Address, now: float) -> None:
        """Take the address of a session description. A new one frees the latch; the same one leaves it.

        While no sound has come the time to settle begins again, so a 200 that repeats the address of its 183
        gives the phone its chance. An unspecified address is the old way of hold and moves nothing.
        """
        if remote[0] in UNSPECIFIED:
            return
        if remote != self._remote:
            self._remote = remote
            self.source = None
        if self.source is None:
            self._until = now + LATCH_SECONDS

    def accept(self, source: Address, now: float) -> bool:
        """Whether sound from `source` is the leg's; settles on it if it is the first or the best known."""
        if source == self.source:
            return True
        settling = now <= self._until
        if self.source is None:
            believed = settling or source == self._remote
        elif self._knows(self.source):
            believed = settling and source == self._remote
        else:
            believed = self._knows(source)
        if believed and self._allows(source[0]):
            self.source = source
            return True
        return False

    def _knows(self, source: Address) -> bool:
        return source[0] == self._signalled_from or (
            self._remote is not None and source[0] == self._remote[0]
        )

    @property
    def is_proven(self) -> bool:
        """Whether the destination is known to want sound: it has sent some, or its host signals."""
        if self.source is not None:
            return True
        return self._remote is not None and self._remote[0] == self._signalled_from

    @property
    def destination(self) -> Address | None:
        """Where to send: the source, or the session description's address as long as there is none."""
        return self.source or self._remote


class RtcpLatch:
    """The source of one leg's RTCP: any port of the host that its RTP goes to.

    The first report comes seconds after the first sound, too late for the RTP latch's time to settle, and
    behind NAT from any port. Its host is bound to the RTP's, and so is the life of the latch.
    """

    __slots__ = ("_beside", "_rtp", "_source")

    def __init__(self, rtp: Latch) -> None:
        self._rtp = rtp
        self._beside: Address | None = None
        self._source: Address | None = None

    def accept(self, source: Address) -> bool:
        """Whether a report from `source` is the leg's; settles on the first one."""
        beside = self._rtp.destination
        if beside is None:
            return False
        if self._beside == beside:
            return source == self._source
        if source[0] != beside[0]:
            return False
        self._beside, self._source = beside, source
        return True

    @property
    def destination(self) -> Address | None:
        """Where to send: the source, or the port above the RTP's (RFC 3550 11)."""
        beside = self._rtp.destination
        if beside is None:
            return None
        if self._beside == beside:
            return self._source
        host, port = beside
        return (host, port + 1) if port < _MAX_PORT else None
