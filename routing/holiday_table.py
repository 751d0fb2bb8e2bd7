"""The Swedish holidays of every year that the `holidays` library knows."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

import holidays

FIRST_YEAR = 2000
LAST_YEAR = 2100
HOLIDAY_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


@cache
def swedish_holidays(years: range, eves: bool) -> Mapping[date, str]:
    """The 13 legal holidays of each year by their Swedish names, Sundays not counted.

    `eves` adds midsommarafton, julafton and nyårsafton, which the law on annual leave (semesterlagen
    1977:480) puts on a level with Sundays.
    """
    categories = ("public", "de_facto") if eves else ("public",)
    found = holidays.country_holidays(
        "SE", years=years, language="sv", include_sundays=False, categories=categories
    )
    return MappingProxyType(dict(sorted(found.items())))
