"""The `c=` line: where a peer receives (RFC 8866 5.7)."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from telephony.sdp.errors import MalformedSdp, NotAcceptable, Warned

UNSPECIFIED = ("0.0.0.0", "::")
"""Addresses that mean "send nothing" (RFC 3264 8.4)."""

MOST_REMEMBERED = 512
"""Addresses that are read once and kept: those of the phones of a town and of its trunks."""

LONGEST = 255
"""Characters of an address that is looked at: a domain name has no more."""

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
        if len(self.address) > LONGEST:
            raise NotAcceptable("connection address is not an IP address", warning=Warned.ADDRESS_FORMAT)
        return _host(self.address_type, self.address)


@lru_cache(maxsize=MOST_REMEMBERED)
def _host(address_type: str, address: str) -> str:
    if address.endswith(".invalid"):  # the IPv6 spelling of hold (RFC 3264 8.4)
        return UNSPECIFIED[0]
    try:
        literal = _literal(address_type, address)
    except AddressValueError as error:
        raise NotAcceptable(
            "connection address is not an IP address", warning=Warned.ADDRESS_FORMAT
        ) from error
    host = str(literal)
    if literal.is_multicast or host == _BROADCAST:
        raise NotAcceptable("connection address is not unicast", warning=Warned.MULTICAST)
    return host


def _literal(address_type: str, address: str) -> IPv4Address | IPv6Address:
    if address_type == "IP4":
        return IPv4Address(address)
    if address_type == "IP6" and "%" not in address:
        wrapped = IPv6Address(address)
        # The same host as the IPv4 address (RFC 5118 4.9), and no way round the check for multicast
        return wrapped.ipv4_mapped or wrapped
    raise AddressValueError(address_type)
