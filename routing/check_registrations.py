"""What may be wrong with registrations of ours: nowhere to register, and two trunks that are called alike."""

from collections.abc import Iterator

from routing.peers import is_one_host, parse_peer
from routing.plan import Plan, Trunk
from routing.problem import Problem, error


def check_registrations(plan: Plan) -> Iterator[Problem]:
    """The problems of `[trunks.NAME.registration]`."""
    owner: dict[str, str] = {}
    for name, trunk in plan.trunks.items():
        if trunk.registration is None:
            continue
        path = f"trunks.{name}.registration"
        if not _has_gateway(trunk):
            yield error(
                path,
                "there is no gateway to register at: the peers are prefixes",
                "Give the address of the registrar in gateways",
            )
        user = trunk.registration.record.partition("@")[0]
        first = owner.setdefault(user, path)
        if first != path:
            yield error(
                path,
                f"{user} is registered already ({first}): whose a call to it is could not be told",
                "Give one of them an address_of_record with another user",
            )


def _has_gateway(trunk: Trunk) -> bool:
    return bool(trunk.gateways) or any(is_one_host(parse_peer(peer)) for peer in trunk.peers)
