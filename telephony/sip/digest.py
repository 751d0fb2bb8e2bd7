"""Digest authentication of requests, the server's side (RFC 3261 22, RFC 7616, RFC 8760).

Both algorithms are offered with one nonce, because a phone that knows only MD5 may take the nonce of the
first challenge whatever its algorithm. A check costs one digest and gives one answer, whether the user is
unknown or the password wrong.

The `uri` of the credentials is hashed as it stands and not compared with the Request-URI: phones write it
without the port or with parameters of their own, and proxies rewrite the Request-URI (RFC 3261 22.4).
The rising `nc` lets each answer serve once, so it cannot be moved to another request.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from telephony.sip.challenge import Challenge
from telephony.sip.credentials import Credentials
from telephony.sip.errors import ParseError
from telephony.sip.message import Request
from telephony.sip.nonce import Nonces

QOP = "auth"
"""All that is offered: `auth-int` would hash bodies, and NAT helpers rewrite those on the way."""

_NC_DIGITS = 8  # RFC 7616 3.4
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")


class Algorithm(StrEnum):
    """Strongest first: a client takes the first challenge that it supports (RFC 8760 2.4)."""

    SHA256 = "SHA-256"
    MD5 = "MD5"

    def digest(self, text: str) -> str:
        """H(text) of RFC 7616 3.3, in lower-case hexadecimal."""
        octets = text.encode("utf-8", "surrogateescape")
        if self is Algorithm.SHA256:
            return hashlib.sha256(octets).hexdigest()
        return hashlib.md5(octets, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request is `user`'s."""

    user: str


@dataclass(frozen=True, slots=True)
class Missing:
    """There are no credentials for our realm: answer 401 with `challenges`."""


@dataclass(frozen=True, slots=True)
class Stale:
    """Right password, but the nonce is spent or not ours: answer 401 with `challenges(now, stale=True)`."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Wrong or unusable credentials: answer 401 with `challenges`, or 403.

    `user` is whom they name: text from outside, not cleaned.
    """

    user: str


Verdict = Accepted | Missing | Stale | Refused


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client answers to a challenge (RFC 7616 3.4).

    Without `qop` it is an answer of RFC 2069, which has no `nc` and no `cnonce` either.
    """

    uri: str
    nonce: str
    qop: str = ""
    nc: str = ""
    cnonce: str = ""

    def response(self, algorithm: Algorithm, ha1: str, method: str) -> str:
        """Return the `response` that goes with H(A1) and this method (RFC 7616 3.4.1, RFC 2617 3.2.2.1)."""
        ha2 = algorithm.digest(f"{method}:{self.uri}")
        if not self.qop:
            return algorithm.digest(f"{ha1}:{self.nonce}:{ha2}")
        return algorithm.digest(f"{ha1}:{self.nonce}:{self.nc}:{self.cnonce}:{self.qop}:{ha2}")


def make_ha1(user: str, realm: str, password: str, algorithm: Algorithm) -> str:
    """Return H(A1), which is kept instead of the password (RFC 7616 3.4.2)."""
    return algorithm.digest(f"{user}:{realm}:{password}")


class Authenticator:
    """Challenges requests and checks the answers, for one realm.

    `secret` signs the nonces; kept across restarts it keeps them valid. `lookup(user, algorithm)` gives H(A1)
    in lower-case hexadecimal, or `None` for an unknown user; it should take as long for both. `legacy(user)`
    says whether this account may answer without `qop`, and is challenged with MD5 alone. An answer without
    `qop` can be replayed, for its method and uri, until its nonce is `NONCE_LIFETIME` old: nothing in it is
    counted. That is why it is off unless an account needs it.
    """

    def __init__(
        self,
        realm: str,
        secret: bytes,
        lookup: Callable[[str, str], str | None],
        legacy: Callable[[str], bool],
    ) -> None:
        self._realm = realm
        self._lookup = lookup
        self._legacy = legacy
        self._nonces = Nonces(realm, secret)
        # Only who has the secret can answer for an unknown user, so its digest is compared like any other.
        decoy = hmac.new(secret, b"unknown user", hashlib.sha256).hexdigest()
        self._decoys = {algorithm: algorithm.digest(decoy) for algorithm in Algorithm}

    def challenges(self, now: float, stale: bool = False, user: str = "") -> list[str]:
        """Return the values of the WWW-Authenticate headers, one for a line. `now` is as in `check`.

        `user` is whom the request names in From. A legacy account gets MD5 alone: there are phones that give
        up when any challenge is of an algorithm they do not know, where RFC 2617 3.2.1 says to ignore it
        (baresip 1.0, PJSIP before 2.11).
        """
        nonce = self._nonces.issue(now)
        offered = [Algorithm.MD5] if self._legacy(user) else Algorithm
        return [self._challenge(algorithm, nonce, stale) for algorithm in offered]

    def check(self, request: Request, now: float) -> Verdict:
        """Say whose request it is, by its Authorization headers.

        `now` is in seconds, of a clock that goes on across restarts, such as those since 1970.
        """
        credentials = self._credentials_for_us(request)
        if credentials is None:
            return Missing()
        user = credentials.get("username") or ""
        answer = self._right_answer(user, credentials, request.method)
        if answer is None or not (answer.qop or self._legacy(user)):
            return Refused(user)
        nonce = self._nonces.recognise(answer.nonce, now)
        if nonce is None:
            return Stale()
        if answer.qop and not self._nonces.count(nonce, int(answer.nc, 16)):
            return Stale()
        return Accepted(user)

    def _challenge(self, algorithm: Algorithm, nonce: str, stale: bool) -> str:
        parameters = {"realm": self._realm, "nonce": nonce, "algorithm": algorithm.value, "qop": QOP}
        if stale:
            parameters["stale"] = "true"
        return str(Challenge("Digest", parameters))

    def _credentials_for_us(self, request: Request) -> Credentials | None:
        # The first are all: a request has no more than one for each realm (RFC 3261 22.3).
        for text in request.headers.get_all("Authorization"):
            try:
                credentials = Credentials.parse(text)
            except ParseError:
                continue
            if credentials.scheme.lower() == "digest" and credentials.get("realm") == self._realm:
                return credentials
        return None

    def _right_answer(self, user: str, credentials: Credentials, method: str) -> Answer | None:
        """Return the answer if it is whole, in our terms, and made with the user's password."""
        # Credentials that do not say it are of RFC 2069, which had only MD5.
        algorithm = _ALGORITHMS.get((credentials.get("algorithm") or Algorithm.MD5).lower())
        answer = _read_answer(credentials)
        if algorithm is None or answer is None:
            return None
        ha1 = self._lookup(user, algorithm) or self._decoys[algorithm]
        expected = answer.response(algorithm, ha1, method).encode()
        given = (credentials.get("response") or "").encode("utf-8", "surrogateescape")
        return answer if hmac.compare_digest(expected, given) else None


_ALGORITHMS = {algorithm.lower(): algorithm for algorithm in Algorithm}


def _read_answer(credentials: Credentials) -> Answer | None:
    """Return what the credentials answer, or `None` if their `qop` was not offered or their `nc` is no
    number."""
    uri, nonce = credentials.get("uri") or "", credentials.get("nonce") or ""
    qop = credentials.get("qop")
    if qop is None:
        return Answer(uri, nonce)
    nc = credentials.get("nc") or ""
    if qop.lower() != QOP or len(nc) != _NC_DIGITS or not _HEXADECIMAL.issuperset(nc):
        return None
    return Answer(uri, nonce, qop, nc, credentials.get("cnonce") or "")
