"""The timers of SIP transactions: RFC 3261 table 4, and L and M of RFC 6026.

Timer C is missing on purpose: it belongs to proxies (RFC 3261 section 16.6), and the service is none.
All values are seconds.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timers:
    """The base values; everything else is derived from them (RFC 3261 section 17.1.1.1 and table 4)."""

    t1: float = 0.5
    """Estimate of the round-trip time."""
    t2: float = 4.0
    """Longest interval between retransmissions of a non-INVITE request or of a response to INVITE."""
    t4: float = 5.0
    """Longest time that a message stays in the network."""
    patience: float = 32.0
    """How long a client INVITE transaction absorbs repeated final responses over UDP (timer D)."""

    @property
    def timer_a(self) -> float:
        """First interval of INVITE retransmission, doubled each time, UDP only (section 17.1.1.2)."""
        return self.t1

    @property
    def timer_b(self) -> float:
        """A client INVITE transaction gives up (section 17.1.1.2)."""
        return 64 * self.t1

    def timer_d(self, reliable: bool) -> float:
        """A client INVITE transaction forgets its failure (section 17.1.1.2)."""
        return 0.0 if reliable else self.patience

    @property
    def timer_e(self) -> float:
        """First interval of non-INVITE retransmission, doubled up to T2, UDP only (section 17.1.2.2)."""
        return self.t1

    @property
    def timer_f(self) -> float:
        """A client non-INVITE transaction gives up (section 17.1.2.2)."""
        return 64 * self.t1

    @property
    def timer_g(self) -> float:
        """First interval of retransmitting a refusal of INVITE, doubled up to T2, UDP only (17.2.1)."""
        return self.t1

    @property
    def timer_h(self) -> float:
        """A server INVITE transaction stops waiting for the ACK of its refusal (section 17.2.1)."""
        return 64 * self.t1

    def timer_i(self, reliable: bool) -> float:
        """A server INVITE transaction absorbs repeated ACKs for this long (section 17.2.1)."""
        return 0.0 if reliable else self.t4

    def timer_j(self, reliable: bool) -> float:
        """A server non-INVITE transaction answers repeated requests for this long (section 17.2.2)."""
        return 0.0 if reliable else 64 * self.t1

    def timer_k(self, reliable: bool) -> float:
        """A client non-INVITE transaction absorbs repeated responses for this long (section 17.1.2.2)."""
        return 0.0 if reliable else self.t4

    @property
    def timer_l(self) -> float:
        """A server INVITE transaction absorbs repeated INVITEs after its 2xx (RFC 6026)."""
        return 64 * self.t1

    @property
    def timer_m(self) -> float:
        """A client INVITE transaction passes on further 2xx for this long (RFC 6026)."""
        return 64 * self.t1
