"""What was counted today."""

from metrics.day_counts import DayCount, DayCounts
from metrics.instruments import Instruments

MAIN, OTHER = "+46853061000", "+46853061201"


def test_of_a_number_to_which_nobody_called_nothing_is_counted() -> None:
    assert DayCounts(Instruments()).of(MAIN) == DayCount(0, 0, 0, 0)


def test_what_was_counted_before_the_day_began_is_not_of_it() -> None:
    instruments = Instruments()
    counts = DayCounts(instruments)
    instruments.answer.observe(20.0, MAIN)
    instruments.answer.observe(21.0, MAIN)
    instruments.abandoned.add(MAIN, "late")
    instruments.abandoned.add(OTHER, "short")
    assert counts.of(MAIN) == DayCount(2, 1, 0, 1)
    assert counts.of(OTHER) == DayCount(0, 0, 1, 0)

    counts.begin()
    instruments.answer.observe(3.0, MAIN)
    assert counts.of(MAIN) == DayCount(1, 1, 0, 0)
    assert counts.of(OTHER) == DayCount(0, 0, 0, 0)


def test_what_was_counted_of_the_day_before_a_restart_is_of_it_and_not_of_the_next() -> None:
    instruments = Instruments()
    counts = DayCounts(instruments)
    instruments.answer.observe(3.0, MAIN)
    counts.recall({MAIN: DayCount(4, 3, 2, 1)})
    assert counts.of(MAIN) == DayCount(5, 4, 2, 1)
    assert counts.of(OTHER) == DayCount()

    counts.begin()
    assert counts.of(MAIN) == DayCount()
