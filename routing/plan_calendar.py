"""Calendars as a plan writes them: the hours of a week, and what is otherwise on some days."""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, PlainSerializer, Strict, WithJsonSchema, model_validator

from routing.interval import Interval, parse_clock, show_clock
from routing.plan_part import Flag, Name, Part, Text


def _interval(value: object) -> Interval:
    if not isinstance(value, str):
        raise ValueError('must be text such as "08:00-16:30"')
    return Interval.parse(value)


Hours = Annotated[
    Interval,
    BeforeValidator(_interval),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"}),
]


def _clock(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError('must be text such as "15:00"')
    return parse_clock(value)


Clock = Annotated[
    int,
    BeforeValidator(_clock),
    PlainSerializer(show_clock, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}),
]
"""A time of day, in seconds of the wall clock."""

HolidayName = Literal[
    "Nyårsdagen",
    "Trettondedag jul",
    "Långfredagen",
    "Påskdagen",
    "Annandag påsk",
    "Första maj",
    "Kristi himmelsfärdsdag",
    "Pingstdagen",
    "Nationaldagen",
    "Midsommarafton",
    "Midsommardagen",
    "Alla helgons dag",
    "Julafton",
    "Juldagen",
    "Annandag jul",
    "Nyårsafton",
]
"""What `holiday_table` knows, eves among them."""


class Weekly(Part):
    """The hours of an ordinary week. A day that is left out is closed."""

    mon: tuple[Hours, ...] = ()
    tue: tuple[Hours, ...] = ()
    wed: tuple[Hours, ...] = ()
    thu: tuple[Hours, ...] = ()
    fri: tuple[Hours, ...] = ()
    sat: tuple[Hours, ...] = ()
    sun: tuple[Hours, ...] = ()


def _holidays(value: object) -> object:
    """Said in one sentence: of two forms each would complain of what the other has."""
    known = get_args(HolidayName)
    if value is None or value == "any":
        return value
    if isinstance(value, list | tuple) and value and all(name in known for name in value):
        return value
    raise ValueError(f'must be "any" or a list of holidays, of {", ".join(known)}')


class Deviation(Part):
    """One day of one year that is not like others. No intervals is closed all day.

    announcement: the prompt that a caller hears who meets this day closed, instead of the number's `closed`.
    """

    date: Annotated[date, Strict()]
    intervals: tuple[Hours, ...] = ()
    note: Text
    announcement: Name | None = None


class HolidayRule(Part):
    """Days that come every year with a holiday: the day before it, or the one between two free days.

    day_before: the day before these holidays, by their Swedish names, or before "any" that the calendar
    keeps. between: a day from Monday to Friday that a holiday parts from the weekend or another holiday
    (klämdag). closes: it closes at this time, should it be open so long; it opens on no day that is closed.
    intervals: its hours are these, whatever they would have been; none is closed all day.
    """

    day_before: Annotated[Literal["any"] | tuple[HolidayName, ...] | None, BeforeValidator(_holidays)] = None
    between: Flag = False
    closes: Clock | None = None
    intervals: tuple[Hours, ...] | None = None
    note: Text
    announcement: Name | None = None

    @model_validator(mode="after")
    def _says_which_day_and_what(self) -> "HolidayRule":
        if (self.day_before is None) is not self.between:
            raise ValueError('must have either day_before = "any" or a list of holidays, or between = true')
        if (self.closes is None) is (self.intervals is None):
            raise ValueError('must have either closes = "15:00" or intervals = [], and not both')
        return self


class Calendar(Part):
    """When a number is open. Precedence: deviation, rule, holiday, then the week (or always, or never).

    based_on: another calendar, which says everything that this one does not. Its deviations and rules hold,
    but those of this one come first; its week holds if this one has none. breaks: times of each day at which
    it is closed though it would be open, such as lunch; a deviation or rule that says its hours itself has
    none.
    holidays: "SE" closes on the 13 legal holidays. holiday_eves: also on midsommarafton, julafton and
    nyårsafton.
    """

    based_on: Name | None = None
    open: Literal["weekly", "always", "never"] = "weekly"
    weekly: Weekly = Weekly()
    breaks: tuple[Hours, ...] = ()
    holidays: Literal["SE"] | None = None
    holiday_eves: Flag = False
    rules: tuple[HolidayRule, ...] = ()
    deviations: tuple[Deviation, ...] = ()

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Calendar":
        if self.open != "weekly" and self.weekly != Weekly():
            raise ValueError(f'weekly hours have no meaning with open = "{self.open}": leave one of them out')
        if self.holiday_eves and self.holidays is None:
            raise ValueError('holiday_eves needs holidays = "SE"')
        return self
