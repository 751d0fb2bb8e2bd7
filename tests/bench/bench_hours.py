"""What a year of a number's hours costs, by the example's calendars and a crowded one.

CPU time is measured, for other work on the machine is no cost of ours.
"""

import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from routing.compile_calendar import compile_calendar
from routing.hours import effective_hours
from routing.load import load_plan
from routing.plan_calendar import Calendar
from routing.tables import CalendarTable
from routing.year import period_of, year_of
from tests.bench.report import Bar, Findings

YEAR = 2027
ROUNDS, QUICK_ROUNDS = 100, 20
BAR_MILLISECONDS = 10.0

_EXAMPLE = Path(__file__).parents[2] / "deploy" / "botkyrka.toml"


def crowded() -> CalendarTable:
    """A calendar that builds on another, with lunch, rules and a deviation each week."""
    days = [date(YEAR, 1, 1) + timedelta(weeks=week) for week in range(52)]
    base = {
        "weekly": {day: ["08:00-12:00", "12:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": "SE",
        "holiday_eves": True,
        "rules": [{"day_before": "any", "closes": "15:00", "note": "Dag före helgdag"}],
    }
    own = {
        "based_on": "base",
        "breaks": ["10:00-10:15", "14:30-14:45"],
        "deviations": [{"date": day, "intervals": ["09:00-11:00"], "note": "Möte"} for day in days],
    }
    calendars = {"base": Calendar.model_validate(base), "own": Calendar.model_validate(own)}
    return compile_calendar("own", calendars)


def tables() -> Iterator[CalendarTable]:
    """Every calendar that is measured."""
    plan = load_plan(_EXAMPLE.read_text("utf-8"))
    yield from (compile_calendar(name, plan.calendars) for name in plan.calendars)
    yield crowded()


def run(quick: bool) -> Findings:
    """Measure each calendar; the slowest one counts."""
    medians, drawn = [], []
    period = period_of(YEAR)
    for calendar in tables():
        costs = []
        for _ in range(QUICK_ROUNDS if quick else ROUNDS):
            start = time.process_time()
            spans = effective_hours(calendar, *period)
            costs.append((time.process_time() - start) * 1e3)
        medians.append(statistics.median(costs))
        start = time.process_time()
        year_of(spans, YEAR)
        drawn.append((time.process_time() - start) * 1e3)
        print(f"{calendar.name}: {medians[-1]:.1f} ms; as days {drawn[-1]:.1f} ms")
    bar = Bar("effective hours of a year, median in ms", max(medians), BAR_MILLISECONDS)
    return Findings((bar,), figures={"median_ms": max(medians), "as_days_ms": max(drawn)})
