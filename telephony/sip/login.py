"""Digest authentication of our own requests, the client's side (RFC 3261 22, RFC 7616, RFC 8760).

A challenge is answered if it is of the one realm that the login is for; all others get nothing, whatever
else they are. `auth` is the only quality of protection that is answered with, and one of RFC 2069 when none
is offered.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from telephony.sip.challenge import Challenge
from telephony.sip.credentials import Credentials
from telephony.sip.digest import QOP, Algorithm, Answer
from telephony.sip.errors import ParseError
from telephony.sip.message import Response

ANSWERED_IN = {"WWW-Authenticate": "Authorization", "Proxy-Authenticate": "Proxy-Authorization"}
"""Where a challenge stands, and where its answer goes. One refusal may hold both: a proxy that forks gathers
the challenges of all whom it asked (RFC 3261 16.7)."""

MOST_CHALLENGES = 8
"""In one refusal: one for each algorithm of a few realms. More are not looked at."""

MOST_NONCES = 256
"""Whose count is kept: a server that gives one out again does so within seconds. Of one that was forgotten we
count from 1, and hear that it is stale."""

_BY_NAME = {algorithm.lower(): algorithm for algorithm in Algorithm}


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are in a realm. `ha1` is H(user:realm:password) by algorithm; empty without a password."""

    user: str
    realm: str
    ha1: Mapping[str, str]

    def challenge_in(self, refusal: Response, header: str) -> Challenge | None:
        """The challenge of our realm in this header that is to be answered: the first of the best algorithm
        (RFC 8760 2.4). None when there is none that can be."""
        ours = [each for each in _challenges(refusal, header) if self._can_answer(each)]
        return min(ours, key=lambda each: _STRENGTH[_algorithm(each) or Algorithm.MD5], default=None)

    def _can_answer(self, challenge: Challenge) -> bool:
        if challenge.get("realm") != self.realm or not challenge.get("nonce"):
            return False
        return _algorithm(challenge) in self.ha1 and _qop(challenge) is not None

    def answer(self, challenge: Challenge, method: str, uri: str, cnonce: str, nc: int) -> str:
        """The value of the header that answers a challenge which `challenge_in` gave.

        `nc` says for the how-many-th time its nonce is answered; `cnonce` is unguessable text without quotes.
        """
        algorithm = _algorithm(challenge) or Algorithm.MD5
        qop = _qop(challenge) or ""
        nonce = challenge.get("nonce") or ""
        answer = Answer(uri, nonce, qop, f"{nc:08x}", cnonce) if qop else Answer(uri, nonce)
        given = {
            "username": self.user,
            "realm": self.realm,
            "nonce": nonce,
            "uri": uri,
            "response": answer.response(algorithm, self.ha1[algorithm], method),
        }
        for name, value in (
            ("algorithm", algorithm.value if "algorithm" in challenge.parameters else None),
            ("opaque", challenge.get("opaque")),
            ("qop", qop or None),
            ("nc", answer.nc or None),
            ("cnonce", answer.cnonce or None),
        ):
            if value is not None:
                given[name] = value
        return str(Credentials("Digest", given))


_STRENGTH = {algorithm: place for place, algorithm in enumerate(Algorithm)}


class NonceCounts:
    """How often each nonce was answered: each time by a higher `nc` (RFC 7616 3.4)."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, int] = OrderedDict()

    def next(self, nonce: str) -> int:
        """The `nc` of one more answer to this nonce."""
        count = self._counts.pop(nonce, 0) + 1
        self._counts[nonce] = count
        if len(self._counts) > MOST_NONCES:
            self._counts.popitem(last=False)
        return count


def realms_of(refusal: Response) -> list[str]:
    """The realms that a refusal asks for, each once."""
    found = [each.get("realm") or "" for header in ANSWERED_IN for each in _challenges(refusal, header)]
    return list(dict.fromkeys(found))


def _challenges(refusal: Response, header: str) -> Iterator[Challenge]:
    """The digest challenges in the order in which they stand."""
    for text in refusal.headers.get_all(header)[:MOST_CHALLENGES]:
        try:
            challenge = Challenge.parse(text)
        except ParseError:
            continue
        if challenge.scheme.lower() == "digest":
            yield challenge


def _algorithm(challenge: Challenge) -> Algorithm | None:
    # One that does not say it means MD5 (RFC 7616 3.3)
    return _BY_NAME.get((challenge.get("algorithm") or Algorithm.MD5).lower())


def _qop(challenge: Challenge) -> str | None:
    """What to answer with: "" when nothing is offered, None when only what we cannot do is."""
    offered = challenge.get("qop")
    if offered is None:
        return ""
    return QOP if QOP in [each.strip().lower() for each in offered.split(",")] else None
