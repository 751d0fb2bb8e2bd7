"""Whom a call was for before it came here: Diversion (RFC 5806) and History-Info (RFC 7044).

A call that went out into the public network and comes back has a new Call-ID and perhaps all its hops again;
but those who passed it on have said so.
"""

from collections.abc import Callable

from telephony.legs.identity import user_of
from telephony.sip.errors import ParseError
from telephony.sip.message import Request
from telephony.sip.name_addr import NameAddr

MOST = 32
"""Stations that are looked at, the latest: nobody is passed on so often without a loop of his own."""


def is_loop(request: Request, dialled: str, normalise: Callable[[str], str]) -> bool:
    """Whether the number dialled had this call before, and somebody else after that.

    A number that stands beside itself is no loop: operators note the same one anew at each of their hosts.
    Nor is what is no number of somebody else's. `normalise` makes E.164 of a number.
    """
    headers = request.headers
    if "Diversion" in headers and _returns(headers.elements("Diversion")[::-1], dialled, normalise):
        return True
    return "History-Info" in headers and _returns(headers.elements("History-Info"), dialled, normalise)


def _returns(stations: list[str], dialled: str, normalise: Callable[[str], str]) -> bool:
    """Whether `dialled` is among the stations, the oldest first, with another one after it."""
    left = False
    for station in stations[: -MOST - 1 : -1]:
        try:
            number = normalise(user_of(NameAddr.parse(station).uri))
        except ParseError:
            continue
        if number == dialled:
            if left:
                return True
        elif number.startswith("+"):
            left = True
    return False
