"""Which trunk a datagram's source address belongs to: the most specific peer wins.

An address with a port is more specific than the address alone, which is more specific than a prefix that
holds it; of two prefixes the longer wins. No host names, which an answer of DNS would turn into somebody
else: what says who it is by name has to prove it by a certificate, and is `tls:NAME` (RFC 5922).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from routing.host_names import host_name

Address = IPv4Address | IPv6Address

TLS = "tls:"
"""How a peer begins in the plan that is known by its certificate."""


@dataclass(frozen=True, slots=True)
class TlsName:
    """A peer that is known by the name in the certificate that it shows, wherever it is."""

    name: str

    def __str__(self) -> str:
        return f"{TLS}{self.name}"


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer as the plan writes it: an address, an address with a port, or a prefix.

    `prefix_length` is the full length of the address for a single host. `port` is None when any port will do.
    """

    address: Address
    prefix_length: int
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Peer":
        """Read `10.1.0.9`, `10.1.0.9:5060`, `10.1.0.0/24`, `2001:db8::1`, `[2001:db8::1]:5060`,
        `2001:db8::/32`.

        Raises ValueError, saying what is allowed.
        """
        try:
            return cls._parse(text)
        except ValueError as error:
            raise ValueError(
                'must be an IP address, address:port, [IPv6]:port, a prefix such as "10.1.0.0/24", or "tls:" '
                f"and the host name in its certificate ({error})"
            ) from error

    @classmethod
    def _parse(cls, text: str) -> "Peer":
        if "%" in text:
            raise ValueError("a zone is known on one machine only")
        if "/" in text:
            network = ip_network(text)
            return cls(network.network_address, network.prefixlen)
        host, port = split_port(text)
        address = ip_address(host)
        if address.is_unspecified or address.is_multicast or host == "255.255.255.255":
            raise ValueError("nothing comes from there")
        return cls(address, address.max_prefixlen, port)

    @property
    def is_prefix(self) -> bool:
        """Whether this names many addresses, so that nothing can be sent to it."""
        return self.prefix_length < self.address.max_prefixlen

    def __str__(self) -> str:
        if self.is_prefix:
            return f"{self.address}/{self.prefix_length}"
        if self.port is None:
            return str(self.address)
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"{host}:{self.port}"


def parse_peer(text: str) -> Peer | TlsName:
    """Read a peer as the plan writes it: what `Peer.parse` reads, or `tls:NAME`. Raises ValueError."""
    if not text.lower().startswith(TLS):
        return Peer.parse(text)
    try:
        return TlsName(host_name(text[len(TLS) :]))
    except ValueError as error:
        raise ValueError(
            'must be "tls:" and the host name in its certificate, such as "tls:pbx.example.se"'
        ) from error


def is_one_host(peer: Peer | TlsName) -> bool:
    """Whether this is an address that something can be sent to."""
    return isinstance(peer, Peer) and not peer.is_prefix


def split_port(text: str) -> tuple[str, int | None]:
    """Take `host:port`, `[IPv6]:port`, or a host alone apart. Raises ValueError."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("a bracket is not closed")
        return host, _port(rest[1:]) if rest else None
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, _port(port)
    return text, None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise ValueError("a port is 1 to 65535")
    return int(text)


@dataclass(frozen=True, slots=True)
class PeerTable:
    """The peers of all trunks, ready for look-up. `prefixes` is ordered from the longest to the shortest,
    `names` are those of certificates."""

    sockets: Mapping[tuple[Address, int], str]
    hosts: Mapping[Address, str]
    prefixes: tuple[tuple[int, int, Mapping[int, str]], ...]
    names: Mapping[str, str]

    @classmethod
    def of(cls, peers: Iterable[tuple[Peer | TlsName, str]]) -> "PeerTable":
        """Build the table from pairs of peer and trunk name."""
        sockets: dict[tuple[Address, int], str] = {}
        hosts: dict[Address, str] = {}
        prefixes: dict[tuple[int, int], dict[int, str]] = {}
        names: dict[str, str] = {}
        for peer, trunk in peers:
            if isinstance(peer, TlsName):
                names[peer.name] = trunk
            elif peer.is_prefix:
                by_network = prefixes.setdefault((peer.address.version, peer.prefix_length), {})
                by_network[_network_bits(peer.address, peer.prefix_length)] = trunk
            elif peer.port is None:
                hosts[peer.address] = trunk
            else:
                sockets[peer.address, peer.port] = trunk
        longest_first = sorted(prefixes.items(), key=lambda item: -item[0][1])
        in_order = tuple((version, length, by) for (version, length), by in longest_first)
        return cls(sockets, hosts, in_order, names)

    def trunk(self, host: str, port: int, names: Iterable[str] = ()) -> str | None:
        """The trunk that a source address belongs to, or None when it is nobody we know.

        `names` are those that it has proven by its certificate: they tell more than where it is.
        """
        for name in names:
            if name in self.names:
                return self.names[name]
        address = _address(host)
        if address is None:
            return None
        found = self.sockets.get((address, port)) or self.hosts.get(address)
        if found:
            return found
        for version, length, by_network in self.prefixes:
            if version == address.version:
                found = by_network.get(_network_bits(address, length))
                if found:
                    return found
        return None


def _network_bits(address: Address, length: int) -> int:
    return int(address) >> (address.max_prefixlen - length)


def _address(host: str) -> Address | None:
    """The address of a socket, as the plan would write it: without zone, IPv4 not wrapped in IPv6."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
