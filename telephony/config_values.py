"""What single settings hold, and how it is read.

Each function takes what was given, and raises ValueError for what is not allowed."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from telephony.dsn import Dsn


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """A socket to listen on. `transport` is upper case, as in Via, or empty; `host` is an IP address."""

    transport: str
    host: str
    port: int

    @property
    def is_wildcard(self) -> bool:
        """Whether it is every address of the machine."""
        return ipaddress.ip_address(self.host).is_unspecified

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        transport = f"{self.transport.lower()}:" if self.transport else ""
        return f"{transport}{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class PortRange:
    """UDP ports from `first`, which is even, to `last`, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def lower(value: object) -> str:
    """A text in lower case."""
    return text(value).lower()


def number(digits: str) -> int:
    """The number of a port."""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and int(digits) <= 65535):
        raise ValueError("not a port")
    return int(digits)


def http_address(value: object, transport: str = "") -> ListenAddress:
    """HOST:PORT, with IPv6 in brackets."""
    host, _, port = text(value).rpartition(":")
    is_bracketed = host.startswith("[") and host.endswith("]")
    if is_bracketed != (":" in host):
        raise ValueError("an IPv6 address goes in brackets")
    address = ipaddress.ip_address(host[1:-1] if is_bracketed else host)
    return ListenAddress(transport, str(address), number(port))


def dns_servers(value: object) -> tuple[ListenAddress, ...]:
    """A list of HOST or HOST:PORT."""
    if not isinstance(value, list):
        raise ValueError("not a list")
    return tuple(_dns_server(text(item)) for item in value if item != "")


def _dns_server(given: str) -> ListenAddress:
    try:
        server = ListenAddress("", str(ipaddress.ip_address(given)), 53)
    except ValueError:
        server = http_address(given)
    if server.is_wildcard or not server.port:
        raise ValueError("nobody can be asked there")
    return server


def sip_addresses(value: object) -> tuple[ListenAddress, ...]:
    """A list of TRANSPORT:HOST:PORT."""
    if not isinstance(value, list) or not value:
        raise ValueError("not a list")
    split = [text(item).partition(":") for item in value]
    if any(transport not in ("udp", "tcp", "tls") for transport, _, _ in split):
        raise ValueError("not a transport that is supported")
    return tuple(http_address(rest, transport.upper()) for transport, _, rest in split)


def advertised(value: object) -> str:
    """An IP address that somebody can send to."""
    address = ipaddress.ip_address(text(value))
    if address.is_unspecified or address.is_multicast:
        raise ValueError("nobody can send to it")
    return str(address)


def ports(value: object) -> PortRange:
    """FIRST-LAST."""
    first, _, last = text(value).partition("-")
    given = PortRange(number(first), number(last))
    # A call has two legs, and each a port for RTP and the one above for RTCP.
    if given.first < 1024 or given.first % 2 or given.last < given.first + 3:
        raise ValueError("too low, odd or too few")
    return given


def path(value: object) -> Path:
    """A path."""
    if "\0" in text(value) or not value:
        raise ValueError("no path")
    return Path(text(value))


def dsn(value: object) -> Dsn:
    """Where a database is."""
    return Dsn.parse(text(value))
