"""In which order the gateways of a trunk are tried: by priority, then by chance and weight."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from routing.tables import GatewayRow


def in_turn(gateways: Sequence[GatewayRow], draw: float) -> Iterator[GatewayRow]:
    """The gateways, which stand by priority, in the order in which this call tries them (RFC 2782).

    `draw` is random in [0, 1). It serves for all: what a choice leaves of it is as random for the next one.
    """
    for _, equals in groupby(gateways, lambda row: row.priority):
        left = list(equals)
        while len(left) > 1:
            at = draw * sum(row.weight for row in left)
            index = 0
            while at >= left[index].weight and index < len(left) - 1:
                at -= left[index].weight
                index += 1
            chosen = left.pop(index)
            draw = at / chosen.weight
            yield chosen
        yield left[0]
