"""Which net of the plan an address is in: the longest prefix wins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Prefix = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class NetRow:
    """A net. `codecs` are names in lower case, the best first; None allows all."""

    name: str
    codecs: tuple[str, ...] | None = None
    direct: bool = False


@dataclass(frozen=True, slots=True)
class NetTable:
    """All nets, ready for look-up. `prefixes` is ordered from the longest to the shortest: IP version,
    length, and the net by the leading bits."""

    prefixes: tuple[tuple[int, int, Mapping[int, NetRow]], ...] = ()

    @classmethod
    def of(cls, nets: Iterable[tuple[Prefix, NetRow]]) -> "NetTable":
        """Build the table from pairs of prefix and net."""
        found: dict[tuple[int, int], dict[int, NetRow]] = {}
        for prefix, row in nets:
            bits = int(prefix.network_address) >> (prefix.max_prefixlen - prefix.prefixlen)
            found.setdefault((prefix.version, prefix.prefixlen), {})[bits] = row
        longest_first = sorted(found.items(), key=lambda item: -item[0][1])
        return cls(tuple((version, length, rows) for (version, length), rows in longest_first))

    def __bool__(self) -> bool:
        """Whether the plan has any."""
        return bool(self.prefixes)

    @property
    def has_direct(self) -> bool:
        """Whether in some net sound may go directly from peer to peer."""
        return any(row.direct for _, _, rows in self.prefixes for row in rows.values())

    def direct_at(self, host: str) -> str:
        """The name of the net that an address is in, if sound may go directly there; else ""."""
        row = self.at(host)
        return row.name if row is not None and row.direct else ""

    def at(self, host: str) -> NetRow | None:
        """The net that an address is in; None for an address in none, and for what is no address."""
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return None
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        number, width = int(address), address.max_prefixlen
        for version, length, rows in self.prefixes:
            if version == address.version and (row := rows.get(number >> (width - length))):
                return row
        return None


def read_prefix(text: str) -> Prefix:
    """Read `10.1.0.0/16`, `2001:db8::/32` or a single address. Raises ValueError, saying what is allowed."""
    try:
        prefix = ip_network(text)
        if "%" in text or prefix.is_multicast or _is_wrapped(prefix):
            raise ValueError("a zone, multicast and IPv4 wrapped in IPv6 are no addresses of a net")
    except ValueError as error:
        raise ValueError(f"must be a prefix such as 10.1.0.0/16 or 2001:db8::/32 ({error})") from error
    return prefix


def _is_wrapped(prefix: Prefix) -> bool:
    return isinstance(prefix, IPv6Network) and prefix.network_address.ipv4_mapped is not None
