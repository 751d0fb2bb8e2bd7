"""Whether a number is open now: its override, else its calendar. The one truth for calls, figures and the
API."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from routing.decision import Reason
from routing.hours import (
    STOCKHOLM,
    Opening,
    Span,
    effective_hours,
    is_open,
    next_change,
    next_closing,
    next_opening,
)
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
    heard = "" if override.open else override.announcement
    return Opening(override.open, override_reason(key, override), heard)


def override_reason(key: str, override: Override) -> Reason:
    """The override as the entry that decides."""
    state = "open" if override.open else "closed"
    until = override.until.astimezone(STOCKHOLM)
    text = f"{state} by override until {until:%Y-%m-%d %H:%M}: {override.reason} ({override.owner})"
    return Reason("override", f"overrides.{key or 'all'}", text)


def next_opening_change(overrides: Mapping[str, Override], row: NumberRow, now: datetime) -> datetime | None:
    """When what `opening` says may next be another, in UTC; None when nothing in sight changes it.

    It is the end of the override that decides, even if the calendar then says the same.
    """
    found = in_force(overrides, row, now)
    return next_change(row.calendar, now) if found is None else found[1].until


def closes_next(overrides: Mapping[str, Override], row: NumberRow, now: datetime) -> datetime | None:
    """When a number that is open will be closed, in UTC; None when it is not open, or stays so all of today
    and tomorrow.

    An override that holds it open is waited out, be it the number's own or the one for all.
    """
    if not opening(overrides, row, now).open:
        return None
    at = now
    found = in_force(overrides, row, now)
    if found is not None:
        at = found[1].until
        if not is_open(row.calendar, at).open:
            return at
    return next_closing(row.calendar, at)


def opens_next(overrides: Mapping[str, Override], row: NumberRow, now: datetime) -> datetime | None:
    """The first moment from `now` on when the number is open, in UTC; None when none is in sight.

    An override that holds it closed is waited out, be it the number's own or the one for all.
    """
    at = now
    while (found := in_force(overrides, row, at)) is not None:
        if found[1].open:
            return at
        at = found[1].until
    return next_opening(row.calendar, at)


def effective_opening(
    overrides: Mapping[str, Override], row: NumberRow, start: datetime, end: datetime, now: datetime
) -> tuple[Span, ...]:
    """The hours of a number from `start` to before `end`, as `effective_hours`, with the overrides that are
    in force `now`: they hold from then to their end.

    Raises NaiveTime and PeriodTooLong.
    """
    spans: list[Span] = []
    for piece in _pieces(overrides, row, effective_hours(row.calendar, start, end), now):
        if spans and (spans[-1].open, spans[-1].entry) == (piece.open, piece.entry):
            spans[-1] = Span(spans[-1].start, piece.end, piece.open, piece.entry)
        else:
            spans.append(piece)
    return tuple(spans)


def _pieces(
    overrides: Mapping[str, Override], row: NumberRow, spans: tuple[Span, ...], now: datetime
) -> Iterator[Span]:
    """The spans of the calendar, cut where an override begins or ends to hold, and decided anew."""
    held = [overrides[key] for key in (row.number, ALL_NUMBERS) if key in overrides]
    cuts = sorted({now, *(override.until for override in held)})
    for span in spans:
        edges = [span.start, *(cut for cut in cuts if span.start < cut < span.end), span.end]
        for start, end in pairwise(edges):
            found = opening(overrides, row, start) if start >= now else Opening(span.open, span.entry)
            yield Span(start, end, found.open, found.entry)
