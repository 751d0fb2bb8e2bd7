import pytest

from telephony.legs.digits import (
    CODE_SECONDS,
    FIRST_SECONDS,
    MOST_DIGITS,
    PAUSE_SECONDS,
    Digits,
    Heard,
)


def press(digits: Digits, keys: str, now: float = 0.0) -> Heard:
    """Press these keys at once; what came of the last."""
    heard = Heard.NOTHING
    for key in keys:
        heard = digits.press(key, now)
    return heard


def dialling(keys: str = "", code: str = "**") -> Digits:
    """The code was pressed, and these."""
    digits = Digits(code)
    press(digits, code + keys)
    return digits


def test_the_code_begins_it_whatever_was_pressed_before() -> None:
    digits = Digits("*7#")

    assert press(digits, "0123*7") is Heard.NOTHING
    assert not digits.is_dialling
    assert press(digits, "#") is Heard.BEGUN
    assert digits.is_dialling
    assert digits.deadline == FIRST_SECONDS


def test_keys_that_are_pressed_slowly_are_no_code() -> None:
    digits = Digits("**")

    assert digits.press("*", 100.0) is Heard.NOTHING
    assert digits.press("*", 100.1 + CODE_SECONDS) is Heard.NOTHING
    assert digits.press("*", 100.0 + 2 * CODE_SECONDS) is Heard.BEGUN


def test_a_number_ends_with_its_hash() -> None:
    digits = dialling()

    assert press(digits, "0853") is Heard.MORE
    assert press(digits, "#") is Heard.DONE
    assert (digits.number, digits.is_dialling, digits.deadline) == ("0853", False, None)


def test_a_number_ends_with_a_pause() -> None:
    digits = dialling()
    digits.press("1", 7.0)
    assert digits.deadline == 7.0 + PAUSE_SECONDS

    assert digits.expire(7.0 + PAUSE_SECONDS) is Heard.DONE
    assert digits.number == "1"


@pytest.mark.parametrize("keys", ["*", "085*", "#"])
def test_it_is_called_off(keys: str) -> None:
    digits = dialling()

    assert press(digits, keys) is Heard.CANCELLED
    assert (digits.number, digits.is_dialling) == ("", False)


def test_nothing_pressed_calls_it_off() -> None:
    assert dialling().expire(FIRST_SECONDS) is Heard.CANCELLED


def test_letters_are_no_part_of_a_number() -> None:
    assert press(dialling(), "A") is Heard.NOTHING


def test_a_number_has_an_end() -> None:
    assert press(dialling(), "1" * MOST_DIGITS) is Heard.DONE


def test_rest_forgets_all() -> None:
    digits = dialling("08")

    digits.rest()

    assert (digits.number, digits.is_dialling, digits.deadline) == ("", False, None)
    digits.press("*", 0.0)
    digits.rest()
    assert digits.press("*", 0.0) is Heard.NOTHING
