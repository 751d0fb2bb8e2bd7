"""Who may come in: tokens, the admin socket, and how often."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from telephony.admin.errors import Kind, Refusal
from telephony.admin.limits import Buckets, Rate
from telephony.admin.operation import Who
from telephony.admin.peer import local_user
from telephony.admin.problems import too_often
from telephony.tokens import MAX_TOKENS, Role, Tokens

REQUESTS = Rate(burst=200, per_second=50)
"""Of one token: a console that shows everything every second asks ten times, and a script that runs wild is
stopped before calls notice."""

FAILURES = Rate(burst=10, per_second=0.2)
"""Of one address: a slip of the hand is forgiven, a list of guesses is not. A good token is never kept out by
its neighbour's bad one, for many may sit behind one proxy."""

MAX_ADDRESSES = 10_000
"""Addresses whose failures are remembered: 2 MB."""


class Gate:
    """Lets in who shows who they are, not too often. `now` is UTC, `monotonic` seconds."""

    def __init__(
        self,
        tokens: Tokens,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        requests: Rate = REQUESTS,
        failures: Rate = FAILURES,
    ) -> None:
        self._tokens = tokens
        self._now = now
        self._monotonic = monotonic
        self._requests = Buckets(requests, MAX_TOKENS)
        self._failures = Buckets(failures, MAX_ADDRESSES)

    def let_in(self, request: web.Request, role: Role) -> Who:
        """Who asks, when their role is enough. Raises Refusal: 401, 403 or 429."""
        who = self._local(request) or self._by_token(request)
        wait = self._requests.take(who.name, self._monotonic())
        if wait:
            raise too_often(wait)
        if not who.role.allows(role):
            raise Refusal(Kind.FORBIDDEN, f"this is for the role {role}; {who.name} is {who.role}")
        return who

    def _local(self, request: web.Request) -> Who | None:
        try:
            user = local_user(request)
        except PermissionError as error:
            raise Refusal(Kind.FORBIDDEN, str(error)) from error
        return None if user is None else Who(f"local:{user}", Role.ADMIN)

    def _by_token(self, request: web.Request) -> Who:
        scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
        found = self._tokens.find(presented.strip(), self._now()) if scheme.lower() == "bearer" else None
        if found is not None:
            return Who(*found)
        wait = self._failures.take(request.remote or "", self._monotonic())
        if wait:
            raise too_often(wait)
        challenge = 'Bearer realm="vaxeln"' + (', error="invalid_token"' if presented else "")
        detail = "the token is unknown or has run out" if presented else "send Authorization: Bearer TOKEN"
        raise Refusal(Kind.NO_TOKEN, detail, headers={"WWW-Authenticate": challenge})
