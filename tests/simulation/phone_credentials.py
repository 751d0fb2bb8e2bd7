"""The client's side of digest authentication (RFC 7616 3.4), written apart from `telephony.sip.digest`."""

import hashlib
from collections.abc import Callable

from telephony.sip.challenge import Challenge
from telephony.sip.message import Request, Response

MAX_ATTEMPTS = 3
"""Answers to challenges per request: one for the first, one when the nonce was stale, one to spare."""

_HASHES = {"SHA-256": "sha256", "MD5": "md5"}


class PhoneCredentials:
    """A phone's password, and the challenge that it answers until it gets another."""

    def __init__(self, user: str, password: str, token: Callable[[], str]) -> None:
        self._user = user
        self._password = password
        self._token = token
        self._challenge: Challenge | None = None
        self._count = 0

    def may_answer(self, response: Response, attempts: int) -> bool:
        """Take the first challenge of a 401 that we know. False if it has none, or we tried too often."""
        if response.status != 401 or attempts >= MAX_ATTEMPTS:
            return False
        for text in response.headers.get_all("WWW-Authenticate"):
            challenge = Challenge.parse(text)
            if (challenge.get("algorithm") or "MD5") in _HASHES:
                self._challenge, self._count = challenge, 0
                return True
        return False

    def authorize(self, request: Request) -> None:
        """Add the Authorization header, if we know a challenge."""
        if self._challenge is not None:
            self._count += 1
            request.headers.set("Authorization", self._answer(self._challenge, request.method, request.uri))

    def _answer(self, challenge: Challenge, method: str, uri: str) -> str:
        realm, nonce = challenge.get("realm") or "", challenge.get("nonce") or ""
        algorithm = challenge.get("algorithm") or "MD5"
        nc, cnonce = f"{self._count:08x}", self._token()

        def digest(*parts: str) -> str:
            return hashlib.new(_HASHES[algorithm], ":".join(parts).encode()).hexdigest()

        secret = digest(self._user, realm, self._password)
        response = digest(secret, nonce, nc, cnonce, "auth", digest(method, uri))
        return (
            f'Digest username="{self._user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{response}", algorithm={algorithm}, qop=auth, nc={nc}, cnonce="{cnonce}"'
        )
