"""Whether a number is open now: its override, else its calendar. The one truth for calls, figures and the
API."""

from collections.abc import Mapping
from datetime import datetime

from routing.decision import Reason
from routing.hours import STOCKHOLM, Opening, is_open
from routing.override import Override
from routing.tables import NumberRow

ALL_NUMBERS = ""
"""The key of the override that holds for every number of the plan but people's own, which have no hours."""


def in_force(overrides: Mapping[str, Override], row: NumberRow, now: datetime) -> tuple[str, Override] | None:
    """The override that decides for a number at an aware time, and its key: the number's own, else that for
    all."""
    if row.personal:
        return None
    for key in (row.number, ALL_NUMBERS):
        override = overrides.get(key)
        if override is not None and override.until > now:
            return key, override
    return None


def opening(overrides: Mapping[str, Override], row: NumberRow, now: datetime) -> Opening:
    """Whether a number is open at an aware time, and the entry that decides. Raises NaiveTime."""
    found = in_force(overrides, row, now)
    if found is None:
        return is_open(row.calendar, now)
    key, override = found
    return Opening(override.open, override_reason(key, override))


def override_reason(key: str, override: Override) -> Reason:
    """The override as the entry that decides."""
    state = "open" if override.open else "closed"
    until = override.until.astimezone(STOCKHOLM)
    text = f"{state} by override until {until:%Y-%m-%d %H:%M}: {override.reason} ({override.owner})"
    return Reason("override", f"overrides.{key or 'all'}", text)
