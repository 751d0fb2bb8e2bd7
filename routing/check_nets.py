"""What may be wrong with nets: a prefix in two of them, trunks outside of all, nobody who hears a prompt."""

from collections.abc import Iterator

from routing.nets import NetRow, NetTable, read_prefix
from routing.peers import Peer
from routing.plan import Plan
from routing.problem import Problem, error, warning

ANNOUNCED = ("pcma", "pcmu", "g722")
"""What announcements and tones are played in."""


def check_nets(plan: Plan) -> Iterator[Problem]:
    """The problems of nets."""
    owner: dict[str, str] = {}
    for name, net in plan.nets.items():
        for index, prefix in enumerate(net.prefixes):
            path = f"nets.{name}.prefixes[{index}]"
            first = owner.setdefault(prefix, path)
            if first != path:
                yield error(path, f"{prefix} is given already ({first})", "A prefix belongs to one net")
        codecs = [codec.lower() for codec in net.codecs or ()]
        if len(set(codecs)) != len(codecs):
            yield error(f"nets.{name}.codecs", "a codec is given twice", "Name each once, the best first")
        if codecs and not set(ANNOUNCED) & set(codecs):
            yield warning(
                f"nets.{name}.codecs",
                "without PCMA, PCMU or G722 nobody there hears an announcement or a ringing tone",
                "Add PCMA",
            )
    if plan.nets:
        yield from _outside(plan)


def _outside(plan: Plan) -> Iterator[Problem]:
    table = NetTable.of(
        (read_prefix(prefix), NetRow(name)) for name, net in plan.nets.items() for prefix in net.prefixes
    )
    for name, trunk in plan.trunks.items():
        for index, peer in enumerate(trunk.peers):
            if table.at(str(Peer.parse(peer).address)) is None:
                yield warning(
                    f"trunks.{name}.peers[{index}]",
                    f"{peer} is in no net, so sound that is to go there is refused (but for 112)",
                    "Put the addresses of the trunk's sound into a net",
                )
