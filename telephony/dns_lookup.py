"""What a host name means by DNS: SRV records when it has no port, and addresses (RFC 3263 4.2, RFC 2782).

The transport is in the plan, so NAPTR records are not asked for. `/etc/hosts` is no DNS, and is not read.

    VaxelnError
    └── LookupFailed     no address is known now: the message says why
        └── NameUnknown  DNS itself says that there is none
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
from dns.nameserver import Do53Nameserver
from dns.rdtypes.IN.SRV import SRV

from routing.places import Found, Named, Place, default_port
from telephony.errors import VaxelnError

SYSTEM = ()
"""No servers of our own: those of the system."""

QUERY_SECONDS = 5.0
"""How long one question may take, at all servers together."""

SERVER_SECONDS = 1.5
"""How long one server has, before the next is asked."""

MAX_PLACES = 8
"""Addresses of one name that are used: a call to 112 waits 4 s at each that does not answer."""

_SERVICES = {"UDP": "_sip._udp", "TCP": "_sip._tcp", "TLS": "_sips._tcp"}


class LookupFailed(VaxelnError):
    """Nobody knows now what the name means."""


class NameUnknown(LookupFailed):
    """DNS says that the name has no address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name means, by priority, for `ttl` seconds from now."""

    found: tuple[Found, ...]
    ttl: float


@dataclass(frozen=True, slots=True)
class _Addresses:
    hosts: tuple[str, ...]
    ttl: float


class Dns:
    """Asks these servers (address and port), or with none those of the system. It keeps nothing."""

    def __init__(self, servers: Sequence[tuple[str, int]] = SYSTEM) -> None:
        self._servers = tuple(servers)

    async def look_up(self, named: Named) -> Answer:
        """What the name means now. Raises LookupFailed."""
        resolver = self._resolver()
        if named.port is None and (records := await _services(resolver, named)):
            return await _targets(resolver, named, records)
        addresses = await _addresses(resolver, named.name)
        port = named.port or default_port(named.transport)
        return Answer((_found(named, 0, 0, addresses, port),), addresses.ttl)

    def _resolver(self) -> dns.asyncresolver.Resolver:
        """A new one each time: the system's servers are others when the machine changes nets."""
        try:
            resolver = dns.asyncresolver.Resolver(configure=not self._servers)
        except dns.exception.DNSException as error:
            raise LookupFailed(f"the system names no DNS server: {error}") from error
        if self._servers:
            resolver.nameservers = [Do53Nameserver(host, port) for host, port in self._servers]
        resolver.timeout, resolver.lifetime = SERVER_SECONDS, QUERY_SECONDS
        return resolver


async def _ask(resolver: dns.asyncresolver.Resolver, name: str, kind: str) -> dns.resolver.Answer | None:
    """The answer; None when there is no such record. Raises LookupFailed."""
    try:
        return await resolver.resolve(f"{name}.", kind, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    except (dns.exception.DNSException, OSError) as error:
        raise LookupFailed(f"no answer of DNS to {name} {kind}: {error}") from error


async def _services(resolver: dns.asyncresolver.Resolver, named: Named) -> list[tuple[SRV, float]]:
    """SRV records and their seconds to live; none when the name has none. Raises LookupFailed."""
    answer = await _ask(resolver, f"{_SERVICES[named.transport]}.{named.name}", "SRV")
    if answer is None or answer.rrset is None:
        return []
    records = [record for record in answer if isinstance(record, SRV)]
    if any(record.target == dns.name.root for record in records):  # RFC 2782: decidedly not available
        raise NameUnknown(f"{named.name} offers no SIP by {named.transport}")
    return [(record, answer.rrset.ttl) for record in records if record.port]


async def _targets(
    resolver: dns.asyncresolver.Resolver, named: Named, records: list[tuple[SRV, float]]
) -> Answer:
    """The addresses of what the records name; of those that have none nothing."""
    ordered = sorted(records, key=lambda each: (each[0].priority, -each[0].weight, each[0].target))
    ordered = ordered[:MAX_PLACES]
    hosts = [record.target.to_text(omit_final_dot=True) for record, _ in ordered]
    asked = await asyncio.gather(*[_addresses(resolver, host) for host in hosts], return_exceptions=True)
    found, ttl = [], min(seconds for _, seconds in ordered)
    for (record, _), addresses in zip(ordered, asked, strict=True):
        if isinstance(addresses, _Addresses):
            found.append(_found(named, record.priority, record.weight, addresses, record.port))
            ttl = min(ttl, addresses.ttl)
        elif not isinstance(addresses, LookupFailed):
            raise addresses
    if not found:
        problems = [each for each in asked if isinstance(each, LookupFailed)]
        raise next((each for each in problems if not isinstance(each, NameUnknown)), problems[0])
    return Answer(_bounded(found), ttl)


async def _addresses(resolver: dns.asyncresolver.Resolver, host: str) -> _Addresses:
    """All addresses of a host, of both families. Raises LookupFailed."""
    asked = await asyncio.gather(
        _ask(resolver, host, "A"), _ask(resolver, host, "AAAA"), return_exceptions=True
    )
    hosts: list[str] = []
    ttl = float("inf")
    for answer in asked:
        if isinstance(answer, dns.resolver.Answer) and answer.rrset is not None:
            hosts += sorted(text for record in answer if _is_one_host(text := record.to_text()))
            ttl = min(ttl, answer.rrset.ttl)
        elif isinstance(answer, BaseException) and not isinstance(answer, LookupFailed):
            raise answer
    if hosts:
        return _Addresses(tuple(hosts[:MAX_PLACES]), ttl)
    failed = next((each for each in asked if isinstance(each, LookupFailed)), None)
    raise failed or NameUnknown(f"{host} has no address")


def _is_one_host(text: str) -> bool:
    address = ip_address(text)
    return not (address.is_unspecified or address.is_multicast or text == "255.255.255.255")


def _found(named: Named, priority: int, weight: int, addresses: _Addresses, port: int) -> Found:
    return Found(priority, weight, tuple(named.at(host, port) for host in addresses.hosts))


def _bounded(found: list[Found]) -> tuple[Found, ...]:
    """The first so many places of all."""
    left, kept = MAX_PLACES, []
    for each in found[:left]:
        places: tuple[Place, ...] = each.places[: max(left, 0)]
        left -= len(places)
        if places:
            kept.append(Found(each.priority, each.weight, places))
    return tuple(kept)
