"""A calendar with all that it takes from those it is based on, each entry with its place in the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from routing.errors import BaseLoop
from routing.holiday_table import HOLIDAY_YEARS, swedish_holidays
from routing.interval import Interval
from routing.plan_calendar import Calendar, Deviation, HolidayRule, Weekly

Breaks = tuple[tuple[str, Interval], ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What holds for a calendar, its own entries first.

    `week` is the calendar whose week holds. Deviations and rules come with the breaks that hold in them:
    those of calendars that are based on the one they stand in.
    """

    week: tuple[str, Calendar]
    breaks: Breaks
    holidays_path: str
    keeps_holidays: bool
    eves: bool
    rules: tuple[tuple[str, HolidayRule, Breaks], ...]
    deviations: tuple[tuple[str, Deviation, Breaks], ...]

    def holidays(self) -> Mapping[date, str]:
        """The holidays that it keeps, in all years that are known."""
        return swedish_holidays(HOLIDAY_YEARS, self.eves) if self.keeps_holidays else {}


def chain(name: str, calendars: Mapping[str, Calendar]) -> Iterator[tuple[str, Calendar]]:
    """The calendar and those it is based on, by name. Raises KeyError and BaseLoop."""
    seen: list[str] = []
    at: str | None = name
    while at is not None:
        if at in seen:
            raise BaseLoop(" -> ".join([*seen, at]))
        seen.append(at)
        yield at, calendars[at]
        at = calendars[at].based_on


def gather(name: str, calendars: Mapping[str, Calendar]) -> Gathered:
    """Everything that holds for a calendar. Raises KeyError and BaseLoop."""
    levels = [(f"calendars.{key}", calendar) for key, calendar in chain(name, calendars)]
    breaks: Breaks = ()
    rules: list[tuple[str, HolidayRule, Breaks]] = []
    deviations: list[tuple[str, Deviation, Breaks]] = []
    for path, calendar in levels:
        rules += [(f"{path}.rules[{n}]", rule, breaks) for n, rule in enumerate(calendar.rules)]
        deviations += [(f"{path}.deviations[{n}]", day, breaks) for n, day in enumerate(calendar.deviations)]
        breaks += tuple((f"{path}.breaks[{n}]", rest) for n, rest in enumerate(calendar.breaks))
    keeping = [(path, calendar) for path, calendar in levels if calendar.holidays]
    return Gathered(
        week=next((level for level in levels if says_its_week(level[1])), levels[-1]),
        breaks=breaks,
        holidays_path=keeping[0][0] if keeping else "",
        keeps_holidays=bool(keeping),
        eves=any(calendar.holiday_eves for _, calendar in keeping),
        rules=tuple(rules),
        deviations=tuple(deviations),
    )


def says_its_week(calendar: Calendar) -> bool:
    """Whether it has a week of its own."""
    return calendar.open != "weekly" or calendar.weekly != Weekly()
