"""What changes in the hours of numbers, in sentences: what comes back on the same days of the week at the
same times is one, however often."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from routing.coming import Changes, HoursPair, Run, entries_at
from routing.coming_days import Days
from routing.hours import STOCKHOLM
from routing.interval import DAY, show_clock
from routing.numbers import show
from routing.tables import NumberRow

MAX_TOLD = 100
"""Sets of numbers that change alike, and are told."""

MAX_WORDS = 20
"""Sentences of one set: who changes more than that has another calendar, and looks at its year."""

_MAX_DATES, _MAX_NAMES = 8, 5  # days and numbers named in one sentence

# How often it must come back on a day of the week to be told so, and on how many of four of them
_OFTEN, _OF_FOUR = 3, 3

_LONG_DAYS = 6  # what goes on for longer is no event of a day of the week

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class HoursTold:
    """Numbers whose hours change alike, in words `who`, and how: `words`, and `more` sentences that are left
    out."""

    numbers: tuple[str, ...]
    who: str
    words: tuple[str, ...]
    more: int


def told_hours(changes: Changes, rows: Mapping[str, NumberRow]) -> list[HoursTold]:
    """All numbers whose hours change, MAX_TOLD sets of them at most, in the order of the plan."""
    alike: dict[tuple[int, ...], list[HoursPair]] = {}
    for pair in changes.pairs:
        alike.setdefault(pair.turns, []).append(pair)
    return [_told(same, changes, rows) for same in list(alike.values())[:MAX_TOLD]]


def _told(pairs: Sequence[HoursPair], changes: Changes, rows: Mapping[str, NumberRow]) -> HoursTold:
    found = list(_sentences(pairs, changes))
    numbers = tuple([number for pair in pairs for number in pair.numbers])
    names = [f"{show(number)} {rows[number].function}" for number in numbers[:_MAX_NAMES]]
    more = len(numbers) - len(names)
    who = _listed([*names, _counted(more, "number")] if more else names)
    return HoursTold(numbers, who, tuple(found[:MAX_WORDS]), max(0, len(found) - MAX_WORDS))


def _sentences(pairs: Sequence[HoursPair], changes: Changes) -> Iterator[str]:
    days = changes.days
    for runs in _folded(changes.runs(pairs[0].turns)):
        yield from (f"{words}; {_why(pairs, days, run)}" for words, run in _when(runs, days))


def _folded(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Runs at the same times of the wall clock together, one by itself that is longer than a week."""
    same: dict[tuple[object, ...], list[Run]] = {}
    for run in runs:
        length = run.last_day - run.first_day
        key = (run.opens, run.first_second, run.last_second, length, run.start if length > _LONG_DAYS else 0)
        same.setdefault(key, []).append(run)
    yield from same.values()


def _when(runs: Sequence[Run], days: Days) -> Iterator[tuple[str, Run]]:
    """Sentences for runs of the same times, each with the first run that it is about."""
    verb = "opens" if runs[0].opens else "closes"
    if runs[0].last_day - runs[0].first_day > _LONG_DAYS:
        yield f"{verb} {_while(runs[0], days)}", runs[0]
        return
    weekdays: list[list[Run]] = [[] for _ in _WEEKDAYS]
    for run in runs:
        weekdays[days.dates[run.first_day].weekday()].append(run)
    every = [index for index, same in enumerate(weekdays) if _comes_back(same)]
    if every:
        often = sorted((run for index in every for run in weekdays[index]), key=lambda run: run.start)
        yield (
            f"{verb} {_clock(often[0])} every {_days_of_week(every)} {_period(often, every, days)}",
            often[0],
        )
    seldom = [run for run in runs if days.dates[run.first_day].weekday() not in every]
    if seldom:
        dates = [days.dates[run.first_day] for run in seldom]
        yield f"{verb} {_clock(seldom[0])} on {_dates(dates)}", seldom[0]


def _comes_back(runs: Sequence[Run]) -> bool:
    if len(runs) < _OFTEN:
        return False
    weeks = (runs[-1].first_day - runs[0].first_day) // 7 + 1
    return 4 * len(runs) >= _OF_FOUR * weeks


def _period(runs: Sequence[Run], weekdays: Sequence[int], days: Days) -> str:
    """From when to when, and on which of the days between it does not happen."""
    on = {run.first_day for run in runs}
    between = days.dates[min(on) : max(on) + 1]
    missing = [
        day for index, day in enumerate(between, min(on)) if day.weekday() in weekdays and index not in on
    ]
    text = f"from {between[0]} to {between[-1]}, {len(on)} days"
    return f"{text}, not on {_dates(missing)}" if missing else text


def _days_of_week(indices: Sequence[int]) -> str:
    names = [_WEEKDAYS[index] for index in indices]
    if len(names) == len(_WEEKDAYS):
        return "day"
    if len(names) > 2 and indices[-1] - indices[0] == len(names) - 1:
        return f"{names[0]} to {names[-1]}"
    return _listed(names)


def _dates(dates: Sequence[date]) -> str:
    names = [f"{_WEEKDAYS[day.weekday()][:3]} {day}" for day in dates[:_MAX_DATES]]
    more = len(dates) - len(names)
    return _listed([*names, _counted(more, "day")] if more else names)


def _counted(more: int, what: str) -> str:
    return f"{more} more {what}" if more == 1 else f"{more} more {what}s"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _clock(run: Run) -> str:
    length = run.last_day - run.first_day
    if (run.first_second, run.last_second) == (0, DAY):
        return "all day" if not length else f"for {length + 1} days"
    times = f"{show_clock(run.first_second)}-{show_clock(run.last_second)}"
    return times + {0: "", 1: " of the next day"}.get(length, f" {length} days later")


def _while(run: Run, days: Days) -> str:
    start = f"from {_at(run.start)}"
    return f"{start} on, as far as is looked" if run.end == days.end else f"{start} to {_at(run.end)}"


def _at(seconds: int) -> str:
    wall = datetime.fromtimestamp(seconds, UTC).astimezone(STOCKHOLM)
    return f"{_WEEKDAYS[wall.weekday()][:3]} {wall:%Y-%m-%d %H:%M}"


def _why(pairs: Sequence[HoursPair], days: Days, run: Run) -> str:
    """By which entries, where they are the same for all."""
    found = {entries_at(pair, days, run.first_day, run.first_second) for pair in pairs}
    if len(found) > 1:
        return "by each one's own calendar"
    ((before, after),) = found
    return f"was {before.text} ({before.where}), will be {after.text} ({after.where})"
