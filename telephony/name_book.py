"""What the host names of gateways mean, kept so that no call waits for DNS, nor depends on one that is away.

Each name is looked up again before its answer is too old. When that fails the last good answer stays in use.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from routing.places import Found, Named

log = structlog.get_logger("vaxeln")

MIN_TTL = 30.0
"""The least seconds that an answer is good for: a record of 0 would have DNS asked all the time."""

MAX_TTL = 3600.0
"""The most: a change of DNS is followed within an hour, whatever its records said before."""

EARLY = 0.8
"""Which part of that time passes before the name is looked up again: what is left is for a second attempt."""

RETRY_SECONDS = (5.0, 60.0)
"""How long after a failure it is tried again: at first, and at most; twice as long each time."""

KEEP_SECONDS = 7 * 86400.0
"""How long the last good answer is used while DNS gives none: a week, in which somebody mends a DNS even over
the longest holidays. An address that nobody has confirmed for longer may be somebody else's by now."""


@dataclass(slots=True)
class _Entry:
    """`due`: when it is looked up, infinite while it is being so. `good_at`: when its answer came."""

    due: float
    found: tuple[Found, ...] = ()
    good_at: float = 0.0
    expires: float = 0.0
    retry: float = RETRY_SECONDS[0]
    failing: bool = False


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer of an earlier life, and how many seconds ago it was good."""

    found: tuple[Found, ...]
    age: float


class NameBook:
    """The names of the plan in force; `now` is monotonic seconds, `places` what `decide` asks."""

    def __init__(self) -> None:
        self._entries: dict[Named, _Entry] = {}

    def load(
        self, names: Iterable[Named], now: float, remembered: Mapping[Named, Remembered] | None = None
    ) -> None:
        """Keep these names from now on. What is known of them stays known; all others are looked up at
        once."""
        before, self._entries = self._entries, {}
        for named in names:
            entry = before.get(named)
            if entry is None:
                entry = _Entry(due=now)
                old = (remembered or {}).get(named)
                if old is not None and 0.0 <= old.age < KEEP_SECONDS:
                    entry.found, entry.good_at, entry.expires = old.found, now - old.age, now
            self._entries[named] = entry

    def places(self, named: Named) -> Sequence[Found]:
        """What the name means, as far as is known."""
        entry = self._entries.get(named)
        return () if entry is None else entry.found

    def unconfirmed(self, now: float) -> int:
        """How many names have no answer that is good now: an old one, or none."""
        return sum(entry.failing and entry.expires <= now for entry in self._entries.values())

    def known(self, now: float) -> dict[Named, Remembered]:
        """All answers, to be remembered."""
        return {
            named: Remembered(entry.found, now - entry.good_at)
            for named, entry in self._entries.items()
            if entry.found
        }

    # ---- looking up

    def next_due(self) -> float:
        """When the next is to be looked up; infinite for never."""
        return min((entry.due for entry in self._entries.values()), default=float("inf"))

    def take_due(self, now: float) -> list[Named]:
        """The names that are to be looked up now. Each waits for `answered` or `failed` then."""
        due = [named for named, entry in self._entries.items() if entry.due <= now]
        for named in due:
            self._entries[named].due = float("inf")
        return due

    def answered(self, named: Named, found: tuple[Found, ...], ttl: float, now: float) -> bool:
        """Take an answer of DNS, good for `ttl` seconds; whether it is another than the one before."""
        entry = self._entries.get(named)
        if entry is None:  # it has left the plan
            return False
        good_for = min(max(ttl, MIN_TTL), MAX_TTL)
        is_new = found != entry.found
        if is_new or entry.failing:
            addresses = [str(place) for each in found for place in each.places]
            log.info("gateway_name_resolved", name=str(named), addresses=addresses)
        entry.found, entry.good_at, entry.expires = found, now, now + good_for
        entry.due, entry.retry, entry.failing = now + EARLY * good_for, RETRY_SECONDS[0], False
        return is_new

    def failed(self, named: Named, problem: str, now: float) -> bool:
        """DNS gives no answer that can be used; whether the last good one is too old now, and gone."""
        entry = self._entries.get(named)
        if entry is None:
            return False
        entry.due = now + entry.retry
        entry.retry = min(2 * entry.retry, RETRY_SECONDS[1])
        is_gone = bool(entry.found) and now - entry.good_at >= KEEP_SECONDS
        if is_gone:
            entry.found = ()
        if is_gone or not entry.failing:
            write = log.warning if entry.found else log.error
            write("gateway_name_not_resolved", name=str(named), problem=problem, kept=bool(entry.found))
        entry.failing = True
        return is_gone
