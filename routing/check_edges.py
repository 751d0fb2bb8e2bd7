"""What may be wrong with edges: one that is a trunk, or another edge."""

from collections.abc import Iterator

from routing.plan import Plan
from routing.problem import Problem, error


def check_edges(plan: Plan) -> Iterator[Problem]:
    """The problems of `[edges.NAME]`."""
    peers = {
        peer: f"trunks.{name}.peers[{index}]"
        for name, trunk in plan.trunks.items()
        for index, peer in enumerate(trunk.peers)
    }
    owner: dict[str, str] = {}
    for name, edge in plan.edges.items():
        for index, address in enumerate(edge.addresses):
            path = f"edges.{name}.addresses[{index}]"
            if address in peers:
                yield error(
                    path,
                    f"{address} is a trunk's peer too ({peers[address]}): who calls by the edge would be it",
                    "Give that trunk the addresses behind the edge as peers, and the edge's as gateways",
                )
            first = owner.setdefault(address, path)
            if first != path:
                yield error(path, f"{address} is given already ({first})", "Leave one of them out")
