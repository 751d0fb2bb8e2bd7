"""Which of our sockets a request leaves from: one of the transport and the family of where it goes."""

from collections.abc import Iterable
from ipaddress import ip_address

from routing.places import Place
from telephony.sip.flow import Flow

Address = tuple[str, int]


class Sockets:
    """Where we listen: pairs of a transport, as in Via, and an address."""

    def __init__(self, listening: Iterable[tuple[str, Address]]) -> None:
        self._listening = tuple(listening)

    def way(self, place: Place) -> Flow | None:
        """How a request gets there; None when we listen on no such address, which its answer could come
        to."""
        local = self.address(place.transport, place.host)
        if local is None:
            return None
        name = place.identity if place.transport == "TLS" else ""
        large = self.address("TCP", place.host) if place.transport == "UDP" else None
        return Flow(place.transport, local, (place.host, place.port), name=name, large=large)

    def reaches(self, place: Place) -> bool:
        """Whether a request gets there."""
        return self.address(place.transport, place.host) is not None

    def address(self, transport: str, host: str) -> Address | None:
        """Our address of this transport for a host (an IP address): the first of its family, but a loopback
        one only for a loopback host, as long as there is another."""
        at = ip_address(host)
        alike = [
            (_is_apart(local[0], at.is_loopback), place, local)
            for place, (ours, local) in enumerate(self._listening)
            if ours == transport and ip_address(local[0]).version == at.version
        ]
        return min(alike)[2] if alike else None

    def has(self, transport: str) -> bool:
        """Whether we listen on any address of this transport."""
        return any(ours == transport for ours, _ in self._listening)


def _is_apart(local: str, to_loopback: bool) -> bool:
    address = ip_address(local)
    return not address.is_unspecified and address.is_loopback != to_loopback
