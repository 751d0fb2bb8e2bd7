"""Chance that can be had again: each draw has a name, so that a change of the plan changes no other draw."""

from hashlib import blake2b

_OCTETS = 7
_RANGE = float(1 << (8 * _OCTETS))


class Draws:
    """Draws by one seed: the same name gives the same number, whatever else is drawn."""

    def __init__(self, seed: int) -> None:
        self._key = seed.to_bytes(8, "big")

    def __call__(self, *name: str) -> float:
        """As if random, in [0, 1)."""
        digest = blake2b("\0".join(name).encode(), digest_size=_OCTETS, key=self._key).digest()
        return int.from_bytes(digest, "big") / _RANGE
