"""What it is called when a member has not taken a call of a queue, and what follows for them."""

from collections.abc import Sequence

from telephony.call import duty_facts as d
from telephony.call.confirming import UNCONFIRMED
from telephony.call.facts import Fact
from telephony.call.house import House

_UNREACHABLE = frozenset({404, 408, 410, 480, 500, 502, 503, 504})


def why_missed(status: int, withdrawn: str) -> str:
    """How an offer was not taken, by what the far end said (0: nothing) and why it was taken back."""
    if withdrawn in ("ring_time", UNCONFIRMED):
        return "ring_time"
    if status // 100 == 3:
        return d.FORWARDED
    if withdrawn == "no_response" or status in _UNREACHABLE:
        return "unreachable"
    return "declined"


def missed(offer: d.OfferMissed, limit: int, house: House) -> Sequence[Fact]:
    """The facts of it: they are left alone for a moment, so that the next one is tried. Who has missed
    `limit` (0: any number) in a row has a pause, for they are not there."""
    is_last = offer.why != d.FORWARDED and house.duty.missed(offer.member) + 1 >= limit
    if not limit or not is_last:
        return (offer,)
    return offer, d.MemberPaused(at=offer.at, member=offer.member, by="", reason=d.MISSED)
