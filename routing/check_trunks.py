"""What may be wrong with trunks: peers of two trunks, nowhere to send, and no way to 112."""

from collections.abc import Iterator

from routing.peers import is_one_host, parse_peer
from routing.plan import Plan
from routing.problem import Problem, error, warning


def check_trunks(plan: Plan) -> Iterator[Problem]:
    """The problems of trunks."""
    owner: dict[str, str] = {}
    for name, trunk in plan.trunks.items():
        for index, peer in enumerate(trunk.peers):
            path = f"trunks.{name}.peers[{index}]"
            first = owner.setdefault(peer, path)
            if first != path:
                yield error(path, f"{peer} is given already ({first})", "A peer belongs to one trunk")
        has_address = any(is_one_host(parse_peer(peer)) for peer in trunk.peers)
        if trunk.emergency and not has_address and not trunk.gateways:
            yield error(
                f"trunks.{name}.gateways",
                "emergency calls cannot be sent to a prefix, nor to the name in a certificate",
                "Give the address that takes them",
            )
    if plan.phones and not any(trunk.emergency for trunk in plan.trunks.values()):
        yield warning(
            "trunks",
            "there are phones, but no trunk takes emergency calls: 112 cannot be reached",
            "Set emergency = true on a trunk that takes 112",
        )
