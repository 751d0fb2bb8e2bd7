import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.interval import DAY, Interval

HOUR = 3600


def test_an_ordinary_interval() -> None:
    interval = Interval.parse("08:00-16:30")

    assert interval == Interval(8 * HOUR, 16 * HOUR + 1800)
    assert str(interval) == "08:00-16:30"


def test_an_end_before_the_start_is_on_the_next_day() -> None:
    interval = Interval.parse("22:00-06:00")

    assert interval == Interval(22 * HOUR, DAY + 6 * HOUR)
    assert str(interval) == "22:00-06:00"


@pytest.mark.parametrize("text", ["16:00-24:00", "16:00-00:00"])
def test_midnight_as_an_end_is_the_end_of_the_day(text: str) -> None:
    assert Interval.parse(text) == Interval(16 * HOUR, DAY)
    assert str(Interval.parse(text)) == "16:00-24:00"


def test_an_interval_that_ends_where_it_begins_is_empty() -> None:
    assert Interval.parse("08:00-08:00").is_empty
    assert not Interval.parse("00:00-24:00").is_empty


@pytest.mark.parametrize(
    "text",
    [
        "",
        "08:00",
        "08:00-",
        "8:00-16:00",
        "08.00-16.00",
        "08:00-16:60",
        "08:00-24:01",
        "24:00-08:00",
        "٠٨:00-16:00",
    ],
)
def test_another_form_is_refused_and_told_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="HH:MM-HH:MM"):
        Interval.parse(text)


def test_intervals_that_touch_do_not_overlap() -> None:
    morning, afternoon = Interval.parse("08:00-12:00"), Interval.parse("12:00-16:00")

    assert not morning.overlaps(afternoon)
    assert morning.overlaps(Interval.parse("11:59-16:00"))


def test_an_interval_counted_from_the_next_midnight() -> None:
    assert Interval.parse("22:00-06:00").shifted(-DAY) == Interval(-2 * HOUR, 6 * HOUR)


@given(st.integers(0, 1439), st.integers(0, 1439))
def test_what_is_written_is_read_back(start: int, end: int) -> None:
    text = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    interval = Interval.parse(text)

    assert Interval.parse(str(interval)) == interval


@given(st.text())
def test_any_text_gives_an_interval_or_value_error(text: str) -> None:
    try:
        Interval.parse(text)
    except ValueError as error:
        assert "HH:MM" in str(error)
