"""What may be wrong with hours: empty or overlapping intervals, days given twice, deviations of the past."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from routing.errors import BaseLoop
from routing.gather_calendar import chain, says_its_week
from routing.interval import DAY, WEEKDAYS, Interval
from routing.plan import Plan
from routing.plan_calendar import Calendar, Weekly
from routing.problem import Problem, error, warning


def check_calendars(
    plan: Plan, today: date | None, prompts: Collection[str] | None = None
) -> Iterator[Problem]:
    """The problems of calendars. Without `today` nothing is said of the past, without `prompts` none of
    announcements."""
    for name, calendar in plan.calendars.items():
        path = f"calendars.{name}"
        yield from _base(path, name, plan)
        yield from _week(path, calendar.weekly)
        yield from _breaks(path, calendar)
        yield from _rules(path, name, plan)
        yield from _deviations(path, calendar, today)
        yield from _announcements(path, calendar, prompts)
        if not says_its_week(calendar) and calendar.based_on is None:
            yield warning(path, "has no hours, so it is never open", 'Say open = "never" if that is meant')


def _base(path: str, name: str, plan: Plan) -> Iterator[Problem]:
    where = f"{path}.based_on"
    try:
        list(chain(name, plan.calendars))
    except KeyError as error_:
        if plan.calendars[name].based_on in plan.calendars:
            return  # said where it stands
        known = ", ".join(plan.calendars)
        yield error(where, f'there is no calendar "{error_.args[0]}"', f"Known: {known}")
    except BaseLoop as loop:
        yield error(where, f"is based on itself: {loop}", "Let one of them stand on its own")


def _breaks(path: str, calendar: Calendar) -> Iterator[Problem]:
    yield from _intervals(f"{path}.breaks", calendar.breaks)
    for number, rest in enumerate(calendar.breaks):
        if rest.end > DAY:
            yield error(
                f"{path}.breaks[{number}]", f"{rest} goes over midnight", "Make two of it, one of each day"
            )


def _rules(path: str, name: str, plan: Plan) -> Iterator[Problem]:
    for number, rule in enumerate(plan.calendars[name].rules):
        where = f"{path}.rules[{number}]"
        yield from _intervals(f"{where}.intervals", rule.intervals or ())
        if (rule.between or rule.day_before == "any") and not _keeps_holidays(name, plan):
            yield error(
                where, "is about the holidays of a calendar that keeps none", 'Add holidays = "SE" to it'
            )


def _keeps_holidays(name: str, plan: Plan) -> bool:
    try:
        return any(calendar.holidays for _, calendar in chain(name, plan.calendars))
    except (KeyError, BaseLoop):  # said already
        return True


def _announcements(path: str, calendar: Calendar, prompts: Collection[str] | None) -> Iterator[Problem]:
    named = [(f"{path}.rules[{n}]", rule.announcement) for n, rule in enumerate(calendar.rules)]
    named += [(f"{path}.deviations[{n}]", day.announcement) for n, day in enumerate(calendar.deviations)]
    for where, prompt in named:
        if prompt and prompts is not None and prompt not in prompts:
            known = ", ".join(prompts) or "none"
            yield error(f"{where}.announcement", f'there is no prompt "{prompt}"', f"Known: {known}")


def _week(path: str, weekly: Weekly) -> Iterator[Problem]:
    days = [getattr(weekly, day) for day in WEEKDAYS]
    for index, day in enumerate(WEEKDAYS):
        where = f"{path}.weekly.{day}"
        yield from _intervals(where, days[index])
        night = [interval.shifted(-DAY) for interval in days[index - 1] if interval.end > DAY]
        for number, interval in enumerate(days[index]):
            if any(interval.overlaps(before) for before in night):
                yield _overlap(f"{where}[{number}]", interval, "the night of the day before")


def _intervals(where: str, intervals: Sequence[Interval]) -> Iterator[Problem]:
    for number, interval in enumerate(intervals):
        path = f"{where}[{number}]"
        if interval.is_empty:
            yield error(
                path,
                f"{interval} is empty",
                "The end is the first moment that is closed; use 24:00 for midnight",
            )
        for other in intervals[:number]:
            if interval.overlaps(other):
                yield _overlap(path, interval, str(other))


def _overlap(path: str, interval: Interval, other: str) -> Problem:
    return error(path, f"{interval} overlaps {other}", "Make one interval of them, or move one")


def _deviations(path: str, calendar: Calendar, today: date | None) -> Iterator[Problem]:
    first_of_day: dict[date, str] = {}
    for index, deviation in enumerate(calendar.deviations):
        where = f"{path}.deviations[{index}]"
        yield from _intervals(f"{where}.intervals", deviation.intervals)
        first = first_of_day.setdefault(deviation.date, where)
        if first != where:
            yield error(
                where, f"{deviation.date} has a deviation already ({first})", "Make one deviation of them"
            )
        if today is not None and deviation.date < today:
            yield warning(where, f"{deviation.date} is in the past", "Remove it: it will not return")
