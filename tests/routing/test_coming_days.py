from datetime import UTC, date, datetime

from routing.coming_days import Days
from routing.hours import STOCKHOLM


def test_a_day_runs_evenly_but_for_a_clock_change() -> None:
    days = Days(datetime(2027, 3, 27, tzinfo=STOCKHOLM), datetime(2027, 3, 29, tzinfo=STOCKHOLM))
    change = int(datetime(2027, 3, 28, 1, tzinfo=UTC).timestamp())

    assert days.dates == (date(2027, 3, 27), date(2027, 3, 28), date(2027, 3, 29))
    assert days.stretches == (
        ((0, 86400, days.start),),
        ((0, 7200, days.start + 86400), (10800, 86400, change)),
        (),
    )
    assert days.with_day_before[:2] == (date(2027, 3, 26), date(2027, 3, 27))


def test_in_october_both_stretches_have_the_hour() -> None:
    days = Days(datetime(2027, 10, 31, tzinfo=STOCKHOLM), datetime(2027, 11, 1, tzinfo=STOCKHOLM))

    first, second = days.stretches[0]

    assert (first[:2], second[:2]) == ((0, 10800), (7200, 86400))
    assert second[2] - first[2] == 10800


def test_the_first_and_last_day_are_clipped() -> None:
    days = Days(datetime(2027, 3, 1, 7, 30, 5, tzinfo=UTC), datetime(2027, 3, 2, 7, tzinfo=UTC))

    assert days.stretches == (
        ((8 * 3600 + 1805, 86400, days.start),),
        ((0, 8 * 3600, days.end - 8 * 3600),),
    )
