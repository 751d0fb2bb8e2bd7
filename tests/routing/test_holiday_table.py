from datetime import date

from routing.holiday_table import swedish_holidays

YEAR = range(2027, 2028)


def test_the_thirteen_legal_holidays_by_their_swedish_names() -> None:
    found = swedish_holidays(YEAR, eves=False)

    assert len(found) == 13
    assert found[date(2027, 5, 6)] == "Kristi himmelsfärdsdag"
    assert found[date(2027, 6, 26)] == "Midsommardagen"


def test_the_eves_on_a_level_with_sundays() -> None:
    eves = swedish_holidays(YEAR, eves=True).keys() - swedish_holidays(YEAR, eves=False).keys()

    assert eves == {date(2027, 6, 25), date(2027, 12, 24), date(2027, 12, 31)}


def test_sundays_are_no_holidays() -> None:
    assert date(2027, 1, 10) not in swedish_holidays(YEAR, eves=True)
