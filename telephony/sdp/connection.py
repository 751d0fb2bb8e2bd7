"""The `c=` line: where a peer receives (RFC 8866 5.7)."""

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from telephony.sdp.errors import MalformedSdp, NotAcceptable

UNSPECIFIED = ("0.0.0.0", "::")
"""Addresses that mean "send nothing" (RFC 3264 8.4)."""

_BROADCAST = "255.255.255.255"


@dataclass(frozen=True, slots=True)
class Connection:
    """A network address as it came: `address_type` is "IP4" or "IP6", `address` may be a name."""

    address_type: str
    address: str

    @classmethod
    def parse(cls, text: str) -> "Connection":
        """Read the value of a `c=` line; raises MalformedSdp."""
        parts = text.split()
        if len(parts) != 3 or parts[0] != "IN":
            raise MalformedSdp("c= line is not IN, address type, address")
        return cls(parts[1], parts[2])

    @classmethod
    def of(cls, host: str) -> "Connection":
        """The connection of a literal IP address."""
        return cls("IP6" if ":" in host else "IP4", host)

    def __str__(self) -> str:
        return f"IN {self.address_type} {self.address}"

    def host(self) -> str:
        """The address to send to, in canonical text; one of `UNSPECIFIED` when nothing is to be sent.

        Raises NotAcceptable for what a datagram cannot be sent to at once: a host name (a look-up would
        stall every call for as long as a hostile name server likes), multicast and broadcast.
        """
        if self.address.endswith(".invalid"):  # the IPv6 spelling of hold (RFC 3264 8.4)
            return UNSPECIFIED[0]
        try:
            address = self._literal()
        except AddressValueError as error:
            raise NotAcceptable("connection address is not an IP address") from error
        host = str(address)
        if address.is_multicast or host == _BROADCAST:
            raise NotAcceptable("connection address is not unicast")
        return host

    def _literal(self) -> IPv4Address | IPv6Address:
        if self.address_type == "IP4":
            return IPv4Address(self.address)
        if self.address_type == "IP6" and "%" not in self.address:
            return IPv6Address(self.address)
        raise AddressValueError(self.address_type)
