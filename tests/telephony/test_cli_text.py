from datetime import date

import pytest

from telephony.cli_text import UsageError, check_range, number_of, print_json, print_lines


@pytest.mark.parametrize(
    ("typed", "number"), [("070-1740605", "+46701740605"), ("+46701740605", "+46701740605"), ("112", "112")]
)
def test_a_number_is_what_was_typed(typed: str, number: str) -> None:
    assert number_of(typed, "NUMBER") == number


def test_what_is_no_number_is_told_with_what_is_allowed() -> None:
    with pytest.raises(UsageError, match=r"NUMBER 'abc' is no number; allowed: a number such as"):
        number_of("abc", "NUMBER")


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2200, 1, 1)])
def test_a_day_that_no_calendar_knows_is_a_slip(day: date) -> None:
    check_range("--from", date(2000, 1, 1))
    with pytest.raises(UsageError, match="--from is out of range; allowed: from 2000-01-01 to 2199-12-31"):
        check_range("--from", day)


def test_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "Växeln"})
    print_lines(["one", "two"])

    assert capsys.readouterr().out == '{\n  "name": "Växeln"\n}\none\ntwo\n'
