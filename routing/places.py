"""Where calls to a trunk are sent: an address, or a host name that the DNS gives addresses for (RFC 3263).

In the plan it is text: `[TRANSPORT:]HOST[:PORT]`. The transport is `udp`, `tcp` or `tls`, and `udp` when it
is left out; the host is an IP address (IPv6 in brackets before a port) or a host name. A host name without a
port has SRV records, or else it and an address without a port mean the transport's own one: 5061 for `tls`,
5060 for the others.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NamedTuple

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from routing.host_names import host_name
from routing.peers import split_port

TRANSPORTS = ("udp", "tcp", "tls")

ALLOWED = (
    'must be an IP address or a host name, with a port or without, and before it "tcp:" or "tls:" unless it '
    'is called by UDP, such as "192.0.2.20", "[2001:db8::1]:5080" or "tls:pbx.example.se"'
)


def default_port(transport: str) -> int:
    """The port of a transport when none is told (RFC 3261 19.1.2)."""
    return 5061 if transport == "TLS" else 5060


class Place(NamedTuple):
    """One address that calls are sent to. `transport` is as in Via, `name` what the plan calls it when that
    is no address: its host name, and the port if the plan gives one.

    In facts it is a list, without what is as before there were transports and names: `[host, port]`.
    """

    host: str
    port: int
    transport: str = "UDP"
    name: str = ""

    @property
    def identity(self) -> str:
        """What its certificate must be for (RFC 5922 7): the name that the plan knows it by, not one that
        the DNS has answered, which proves nothing."""
        return split_port(self.name)[0] if self.name else self.host

    @property
    def authority(self) -> str:
        """Host and port of a URI that means it (RFC 3263 4)."""
        return self.name or _with_port(self.host, self.port)

    def uri(self, user: str = "") -> str:
        """The SIP URI of a user there, or of itself."""
        transport = "" if self.transport == "UDP" else f";transport={self.transport.lower()}"
        return f"sip:{user}{'@' if user else ''}{self.authority}{transport}"

    def __str__(self) -> str:
        transport = "" if self.transport == "UDP" else f"{self.transport.lower()}:"
        name = f" ({self.name})" if self.name and self.identity != self.host else ""
        return f"{transport}{_with_port(self.host, self.port)}{name}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema()
        fields = core_schema.tuple_schema(
            [text, core_schema.int_schema(), text, text],
        )
        return core_schema.no_info_before_validator_function(
            _whole,
            core_schema.no_info_after_validator_function(cls._make, fields),
            serialization=core_schema.plain_serializer_function_ser_schema(_shortened),
        )


def _whole(value: Any) -> Any:
    """What a fact holds, with what it leaves out; anything else is left to be refused."""
    if isinstance(value, list | tuple) and 2 <= len(value) < 4:
        return (*value, *("UDP", "")[len(value) - 2 :])
    return value


def _shortened(place: Place) -> list[str | int]:
    least = 2 if place.transport == "UDP" and not place.name else 4
    return list(place[:least])


@dataclass(frozen=True, slots=True)
class Named:
    """A host name of the plan, in lower case. `port`: as given there, or None when SRV records may say."""

    name: str
    port: int | None
    transport: str

    @property
    def authority(self) -> str:
        """The name, and its port if the plan gives one."""
        return self.name if self.port is None else f"{self.name}:{self.port}"

    def at(self, host: str, port: int) -> Place:
        """The place that this address of it is."""
        return Place(host, port, self.transport, self.authority)

    def __str__(self) -> str:
        transport = "" if self.transport == "UDP" else f"{self.transport.lower()}:"
        return f"{transport}{self.authority}"


@dataclass(frozen=True, slots=True)
class Found:
    """What DNS says of a name: one SRV record and the addresses of its target (RFC 2782), or the addresses of
    the name itself. `places` are equal."""

    priority: int
    weight: int
    places: tuple[Place, ...]


def parse_gateway(text: str) -> Place | Named:
    """Read a gateway as the plan writes it. Raises ValueError, saying what is allowed."""
    try:
        return _parse(text)
    except ValueError as error:
        raise ValueError(f"{ALLOWED} ({error})") from error


def _parse(text: str) -> Place | Named:
    head, colon, rest = text.partition(":")
    has_transport = bool(colon) and head.lower() in TRANSPORTS
    transport = head.upper() if has_transport else "UDP"
    if "/" in text:
        raise ValueError("calls are sent to one address, not to a prefix")
    if "%" in text:
        raise ValueError("a zone is known on one machine only")
    host, port = split_port(rest if has_transport else text)
    try:
        address = ip_address(host)
    except ValueError:
        return Named(host_name(host), port, transport)
    _refuse_many(address)
    return Place(str(address), port or default_port(transport), transport)


def parse_shown(text: str) -> Place | None:
    """The place that was shown as this text; None for "". Raises ValueError."""
    if not text:
        return None
    address, _, name = text.partition(" (")
    gateway = parse_gateway(address)
    if isinstance(gateway, Named):
        return gateway.at(gateway.name, gateway.port or default_port(gateway.transport))
    return gateway._replace(name=name.removesuffix(")"))


def _refuse_many(address: IPv4Address | IPv6Address) -> None:
    if address.is_unspecified:
        raise ValueError("no call can be sent to an unspecified address")
    if address.is_multicast or str(address) == "255.255.255.255":
        raise ValueError("a call is sent to one host, not to many")


def _with_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
