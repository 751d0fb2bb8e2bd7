"""Calendars made by hypothesis, and the tables of them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from routing.compile_calendar import compile_calendar
from routing.plan_calendar import Calendar, HolidayName
from routing.tables import CalendarTable
from tests.routing.calendar_oracle import Level, Rule, holidays
from tests.routing.hours_oracle import DAY_NAMES

QUARTER = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
INTERVAL = st.tuples(QUARTER, QUARTER).filter(lambda pair: pair[0] != pair[1]).map("-".join)
BREAK = st.tuples(QUARTER, QUARTER).filter(lambda pair: pair[0] < pair[1]).map("-".join)
BEFORE = st.none() | st.lists(st.sampled_from(get_args(HolidayName)), max_size=2)
RULE = st.builds(Rule, BEFORE, closes=QUARTER) | st.builds(
    Rule, BEFORE, intervals=st.lists(INTERVAL, max_size=2)
)
HOLIDAYS = [day for year in range(2024, 2033) for day in holidays(year, eves=True)]
NEAR = st.builds(lambda day, n: day - timedelta(days=n), st.sampled_from(HOLIDAYS[1:]), st.integers(0, 2))
DAYS = NEAR | st.dates(date(2024, 1, 2), date(2032, 12, 29))


@st.composite
def levels(draw: st.DrawFn, day: date) -> Level:
    weekly = draw(st.dictionaries(st.sampled_from(DAY_NAMES), st.lists(INTERVAL, max_size=2)))
    around = st.integers(-1, 2).map(lambda n: day + timedelta(days=n))
    return Level(
        weekly,
        draw(st.lists(BREAK, max_size=2)),
        draw(st.lists(RULE, max_size=2)),
        draw(st.dictionaries(around, st.lists(INTERVAL, max_size=2), max_size=1)),
    )


def written(level: Level, based_on: str | None) -> dict[str, Any]:
    rules: list[dict[str, object]] = []
    for rule in level.rules:
        says: dict[str, object] = {"note": "n"}
        says |= {"between": True} if rule.before is None else {"day_before": rule.before or "any"}
        says |= {"closes": rule.closes} if rule.closes else {"intervals": rule.intervals}
        rules.append(says)
    deviations = [{"date": on, "intervals": hours, "note": "n"} for on, hours in level.deviations.items()]
    whole: dict[str, Any] = {"weekly": level.weekly, "breaks": level.breaks, "rules": rules}
    return {**whole, "deviations": deviations, **({"based_on": based_on} if based_on else {})}


def compiled(own: Mapping[str, Any], **others: Mapping[str, Any]) -> CalendarTable:
    parts = {name: Calendar.model_validate(parts) for name, parts in {"x": own, **others}.items()}
    return compile_calendar("x", parts)


def table_of(chain: Sequence[Level], *, eves: bool) -> CalendarTable:
    """The calendar of these levels, its own first; the last one keeps holidays."""
    names = ["x", "b", "c"][: len(chain)]
    parts = {
        name: written(level, names[n + 1] if n + 1 < len(chain) else None)
        for n, (name, level) in enumerate(zip(names, chain, strict=True))
    }
    parts[names[-1]] |= {"holidays": "SE", "holiday_eves": eves}
    return compiled(parts.pop("x"), **parts)
