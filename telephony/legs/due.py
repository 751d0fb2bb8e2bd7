"""What is due in a leg, by the last part of its key in the agenda, `NAME/WHAT`: NAME is a leg, or the
transaction of an INVITE."""

from collections.abc import Callable, Mapping

from telephony.legs.direct import prove, try_again
from telephony.legs.keypad import expire
from telephony.legs.ping import ping
from telephony.legs.wire import Wire


def do(wire: Wire, key: str, now: float) -> None:
    """Do what is due under this key of the agenda."""
    name, _, what = key.rpartition("/")
    DUE[what](wire, name, now)


DUE: Mapping[str, Callable[[Wire, str, float], object]] = {
    "again": lambda wire, name, now: try_again(wire.legs[name], now),
    "disown": lambda wire, name, now: wire.owners.pop(name, None),
    "keys": lambda wire, name, now: expire(wire.legs[name], now),
    "expire": lambda wire, name, now: wire.legs[name].timer.expire(now),
    "past": lambda wire, name, now: prove(wire.legs[name], now),
    "patience": lambda wire, name, now: wire.legs[name].negotiation.stop(now),
    "ping": lambda wire, name, now: ping(wire.legs[name], now),
    "prack": lambda wire, name, now: wire.setups[name].repeat_provisional(now),
    "refresh": lambda wire, name, now: wire.legs[name].timer.refresh(now),
    "remind": lambda wire, name, now: wire.setups[name].remind(now),
    "retry": lambda wire, name, now: wire.legs[name].negotiation.retry(now),
}
"""A leg that ends, and an INVITE that gets its final answer, take what was due out of the agenda."""
