"""What a plan asks for that this machine is not set up to do: gateways and trunks that nothing can reach."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog

from routing.peers import TlsName
from routing.places import Place
from routing.tables import GatewayRow, Tables
from telephony.legs.sockets import Sockets
from telephony.secrets import PhoneSecrets
from telephony.sip.flow import Flow

TELL_SECONDS = 3600.0
"""How often the same is told."""

MOST_TOLD = 1000
"""What was told that is remembered; more gateways and phones than have a wrong certificate."""

log = structlog.get_logger("vaxeln")


@dataclass(frozen=True, slots=True)
class Unreachable:
    """`what` of the plan, at `where` in it, cannot be reached for want of `missing`."""

    what: str
    where: str
    missing: str


def unreachable(tables: Tables, sockets: Sockets, *, knows_names: bool) -> Iterator[Unreachable]:
    """The gateways that no socket of ours can send to, and the peers whose certificates are never asked for.

    `knows_names`: certificates of peers are checked.
    """
    for trunk in tables.trunks.values():
        if trunk.takes_calls:
            for row in trunk.gateways:
                if missing := _missing(row, sockets):
                    yield Unreachable(str(row.address), row.where, missing)
    if not knows_names:
        for name, owner in tables.peers.names.items():
            yield Unreachable(str(TlsName(name)), f"trunks.{owner}.peers", "authorities in sip.client_ca")


def _missing(row: GatewayRow, sockets: Sockets) -> str:
    transport = row.address.transport
    if not isinstance(row.address, Place):
        return "" if sockets.has(transport) else f"a {transport.lower()} address in sip.listen"
    if sockets.address(transport, row.address.host):
        return ""
    family = "IPv6" if ":" in row.address.host else "IPv4"
    return f"a {transport.lower()} address of {family} in sip.listen"


def warn_of_unreachable(tables: Tables, sockets: Sockets, *, knows_names: bool) -> None:
    """Tell them in the log, each once for a plan."""
    for each in unreachable(tables, sockets, knows_names=knows_names):
        log.warning("cannot_be_reached", what=each.what, where=each.where, missing=each.missing)


class DistrustLog:
    """Tells whose certificate is not what it must be, so that nothing is sent there. `now` gives seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._told: dict[tuple[Flow, str], float] = {}

    def tell(self, flow: Flow, problem: str) -> None:
        """Log it, the same no more than once an hour: gateways are asked every ten seconds."""
        now = self._now()
        if now - self._told.get((flow, problem), -TELL_SECONDS) < TELL_SECONDS:
            return
        if len(self._told) >= MOST_TOLD:
            self._told.clear()
        self._told[flow, problem] = now
        host, port = flow.remote
        expected = flow.name or host
        log.error("certificate_not_trusted", host=host, port=port, expected=expected, problem=problem)


def warn_of_other_realms(secrets: PhoneSecrets, realm: str) -> None:
    """Log whose passwords are of another realm than the phones are asked for."""
    if users := secrets.users_of_other_realms(realm):
        log.warning("passwords_of_another_realm", users=users, realm=realm)
