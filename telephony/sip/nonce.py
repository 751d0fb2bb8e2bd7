"""Nonces of the digest scheme: signed instead of stored, and counted while in use (RFC 7616 3.3, 5.4)."""

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass

NONCE_LIFETIME = 300.0
"""Seconds. Long enough that a phone which refreshes its binding each few minutes saves a round trip, short
enough to bound how long an answer without a request counter (`legacy` accounts) can be replayed."""

MAX_COUNTED_NONCES = 10_000
"""Only requests with a right digest are counted, so this is more than the phones of the largest municipality
within one lifetime. About 2 MB when full; a nonce pushed out costs its phone one more round trip."""

_MICROSECONDS = 1_000_000
_SIGNATURE_DIGITS = 32  # 128 bits of the HMAC: none can be guessed, and the header stays short


@dataclass(frozen=True, slots=True)
class Nonce:
    """A nonce of ours, read back. `issued` is in microseconds of the clock that `Nonces.issue` was given."""

    text: str
    issued: int


class Nonces:
    """Issues the nonces of one realm and keeps how far each has been counted.

    A nonce is `time-serial-signature`. The serial makes those of the same microsecond differ: two phones that
    shared one would outrun each other's `nc`. The signature is an HMAC-SHA256 with `secret`, so that nothing
    is kept of a nonce until it is used, and one issued before a restart is known after it. The counters do
    not live across a restart: a request seen in the last `NONCE_LIFETIME` before it could be replayed once.
    """

    def __init__(self, realm: str, secret: bytes, capacity: int = MAX_COUNTED_NONCES) -> None:
        self._realm = realm
        self._secret = secret
        self._capacity = capacity
        self._serial = 0
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._forgotten_until = -1

    def issue(self, now: float) -> str:
        """Return a new nonce. `now` is in seconds, zero or more, of a clock that goes on across restarts."""
        stem = f"{_microseconds(now):x}-{self._serial:x}"
        self._serial += 1
        return f"{stem}-{self._sign(stem)}"

    def recognise(self, text: str, now: float) -> Nonce | None:
        """Return the nonce if it is ours and in its lifetime, else `None`.

        One from the future is none: the clock was set back, and its true age is unknown.
        """
        stem, _, signature = text.rpartition("-")
        if not hmac.compare_digest(self._sign(stem).encode(), _octets(signature)):
            return None
        issued = int(stem.partition("-")[0], 16)
        if not 0 <= _microseconds(now) - issued <= NONCE_LIFETIME * _MICROSECONDS:
            return None
        return Nonce(text, issued)

    def count(self, nonce: Nonce, nc: int) -> bool:
        """Note request number `nc` with this nonce. False if it is no higher than the last, or that is
        forgotten.

        The transaction layer absorbs retransmissions, so an equal `nc` here is a replay.
        """
        counted = self._counts.get(nonce.text)
        if counted is None and nonce.issued <= self._forgotten_until:
            return False
        if nc <= (counted or 0):
            return False
        self._counts[nonce.text] = nc
        self._counts.move_to_end(nonce.text)
        if len(self._counts) > self._capacity:
            self._forget_least_recent()
        return True

    def _forget_least_recent(self) -> None:
        # Without this mark a nonce that was pushed out would pass for one never used, and could be replayed.
        text, _ = self._counts.popitem(last=False)
        self._forgotten_until = max(self._forgotten_until, int(text.partition("-")[0], 16))

    def _sign(self, stem: str) -> str:
        message = _octets(f"{stem}:{self._realm}")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:_SIGNATURE_DIGITS]


def _microseconds(now: float) -> int:
    return int(now * _MICROSECONDS)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
