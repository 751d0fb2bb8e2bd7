"""In which order the gateways of a trunk are tried: by priority, then by chance and weight."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, TypeVar

from routing.places import Found, Named, Place
from routing.tables import GatewayRow

_LEAST_WEIGHT = 0.01
"""What an SRV record of weight 0 counts: a very small chance beside those of 1 and more (RFC 2782)."""


class Weighed(Protocol):
    """What has a priority and a weight."""

    @property
    def priority(self) -> int: ...

    @property
    def weight(self) -> int: ...


W = TypeVar("W", bound=Weighed)


class Names(Protocol):
    """Who knows what host names mean now; a quick look-up."""

    def places(self, named: Named) -> Sequence[Found]:
        """What DNS says of this name, by priority; nothing when that is not known."""


class NoNames:
    """Nobody knows anything."""

    def places(self, named: Named) -> Sequence[Found]:
        """No name means anything."""
        return ()


NO_NAMES = NoNames()


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to a trunk. `member` is what a target there is called, `where` its gateway's place in the
    plan."""

    address: Place
    member: str
    where: str


def in_turn(gateways: Sequence[GatewayRow], draw: float, names: Names) -> Iterator[Reach]:
    """The ways to the gateways, which stand by priority, in the order in which this call tries them.

    `draw` is random in [0, 1). A gateway with a name is tried at all its addresses, one after the other,
    before the next one is; one whose name means nothing now is left out.
    """
    for row in by_weight(gateways, draw):
        if isinstance(row.address, Place):
            yield Reach(row.address, row.member, row.where)
            continue
        found = by_weight(names.places(row.address), draw)
        for number, place in enumerate((place for each in found for place in _turned(each, draw)), 1):
            yield Reach(place, row.member if number == 1 else f"{row.member}#{number}", row.where)


def places_of(row: GatewayRow, names: Names) -> tuple[Place, ...]:
    """All addresses of a gateway, as far as they are known."""
    if isinstance(row.address, Place):
        return (row.address,)
    return tuple(place for found in names.places(row.address) for place in found.places)


def without_address(gateways: Sequence[GatewayRow], names: Names) -> list[GatewayRow]:
    """The gateways that have a name of which no address is known."""
    return [row for row in gateways if not places_of(row, names)]


def _turned(found: Found, draw: float) -> tuple[Place, ...]:
    """Addresses of one host, each as often the first."""
    at = int(draw * len(found.places))
    return found.places[at:] + found.places[:at]


def by_weight(rows: Sequence[W], draw: float) -> Iterator[W]:
    """By priority, which they stand by, then by weight (RFC 2782). `draw` serves for all: what a choice
    leaves of it is as random for the next one."""
    for _, equals in groupby(rows, lambda row: row.priority):
        left = [(row, max(row.weight, _LEAST_WEIGHT)) for row in equals]
        while len(left) > 1:
            at = draw * sum(weight for _, weight in left)
            index = 0
            while at >= left[index][1] and index < len(left) - 1:
                at -= left[index][1]
                index += 1
            chosen, weight = left.pop(index)
            draw = min(at / weight, 1.0)
            yield chosen
        yield left[0][0]
