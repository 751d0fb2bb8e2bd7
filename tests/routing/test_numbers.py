from datetime import timedelta

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.numbers import MAX_TEXT, NumberClass, NumberFormat, classify, is_e164, normalise, show, write

KONTAKTCENTER = "+46853061000"


@pytest.mark.parametrize(
    ("raw", "number_format"),
    [
        ("+46853061000", NumberFormat.E164),
        ("46853061000", NumberFormat.E164),
        ("0046853061000", NumberFormat.INTERNATIONAL),
        ("+46853061000", NumberFormat.INTERNATIONAL),
        ("0853061000", NumberFormat.NATIONAL),
        ("0046853061000", NumberFormat.NATIONAL),
        ("+46853061000", NumberFormat.NATIONAL),
        ("853061000", NumberFormat.SUBSCRIBER_WITHOUT_ZERO),
        ("0853061000", NumberFormat.SUBSCRIBER_WITHOUT_ZERO),
        ("0046853061000", NumberFormat.SUBSCRIBER_WITHOUT_ZERO),
        ("08-530 610 00", NumberFormat.NATIONAL),
        ("+46(8)530.610.00;phone-context=x", NumberFormat.E164),
    ],
)
def test_every_way_a_trunk_writes_a_number_gives_e164(raw: str, number_format: NumberFormat) -> None:
    assert normalise(raw, number_format) == KONTAKTCENTER


@pytest.mark.parametrize("number_format", NumberFormat)
@pytest.mark.parametrize("short", ["112", "1177", "11313", "11414", "116000", "118118", "90020"])
def test_a_short_number_stays_short_in_every_format(short: str, number_format: NumberFormat) -> None:
    assert normalise(short, number_format) == short


@pytest.mark.parametrize("raw", ["+46112", "0112", "urn:service:sos.fire"])
def test_every_spelling_of_an_emergency_becomes_112(raw: str) -> None:
    assert normalise(raw, NumberFormat.NATIONAL) == "112"


@pytest.mark.parametrize(
    ("raw", "number_format"),
    [
        ("anna", NumberFormat.NATIONAL),
        ("", NumberFormat.NATIONAL),
        ("", NumberFormat.E164),
        ("+", NumberFormat.E164),
        ("53061000", NumberFormat.NATIONAL),
        ("853061000", NumberFormat.INTERNATIONAL),
        ("0853061000", NumberFormat.E164),
        ("+4685306100000000", NumberFormat.E164),
        ("+46٠٨٥٣٠٦", NumberFormat.E164),
        ("anna.berg", NumberFormat.SUBSCRIBER_WITHOUT_ZERO),
    ],
)
def test_what_is_no_number_stays_as_it_came(raw: str, number_format: NumberFormat) -> None:
    assert normalise(raw, number_format) == raw


def test_what_is_too_long_is_cut_and_never_becomes_a_number() -> None:
    raw = "+46853061000" + "-" * MAX_TEXT + "1"

    assert normalise(raw, NumberFormat.E164) == raw[:MAX_TEXT]
    assert not is_e164(normalise(raw, NumberFormat.E164))


@settings(deadline=timedelta(seconds=1))
@given(st.text(), st.sampled_from(NumberFormat))
def test_normalise_takes_any_text_and_its_result_is_normal(raw: str, number_format: NumberFormat) -> None:
    number = normalise(raw, number_format)

    assert len(number) <= MAX_TEXT
    if is_e164(number):
        assert normalise(number, number_format) == number
    show(number)
    classify(number)


@pytest.mark.parametrize(
    ("number", "number_class"),
    [
        ("112", NumberClass.EMERGENCY),
        ("1177", NumberClass.PUBLIC_SERVICE),
        ("11313", NumberClass.PUBLIC_SERVICE),
        ("11414", NumberClass.PUBLIC_SERVICE),
        ("116000", NumberClass.PUBLIC_SERVICE),
        ("118118", NumberClass.DIRECTORY),
        ("90020", NumberClass.PREMIUM),
        ("+46853061000", NumberClass.FIXED),
        ("+4631123456", NumberClass.FIXED),
        ("+46701740605", NumberClass.MOBILE),
        ("+46790000000", NumberClass.MOBILE),
        ("+46101234567", NumberClass.UAN),
        ("+4620123456", NumberClass.TOLL_FREE),
        ("+46200123456", NumberClass.TOLL_FREE),
        ("+46771123456", NumberClass.SHARED_COST),
        ("+46900123456", NumberClass.PREMIUM),
        ("+46939123456", NumberClass.PREMIUM),
        ("+46944123456", NumberClass.PREMIUM),
        ("+46991234567", NumberClass.PREMIUM),
        ("+46719123456", NumberClass.SPECIAL),
        ("+4712345678", NumberClass.ABROAD),
        ("117", NumberClass.UNKNOWN),
        ("anna", NumberClass.UNKNOWN),
    ],
)
def test_the_class_of_a_number(number: str, number_class: NumberClass) -> None:
    assert classify(number) is number_class


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+46853061000", "08-530 610 00"),
        ("+46701740605", "070-174 06 05"),
        ("+4631123456", "031-12 34 56"),
        ("+4612012345", "0120-123 45"),
        ("+46900123456", "0900-12 34 56"),
        ("+468123456789", "08-123456789"),
        ("+4712345678", "+4712345678"),
        ("112", "112"),
        ("1177", "1177"),
        ("11313", "113 13"),
        ("118118", "118 118"),
        ("anna", "anna"),
    ],
)
def test_a_number_is_shown_as_swedes_write_it(number: str, shown: str) -> None:
    assert show(number) == shown


@settings(deadline=None, max_examples=300)
@given(st.from_regex(r"[1-9][0-9]{6,8}", fullmatch=True))
def test_show_agrees_with_phonenumbers_on_fixed_and_mobile_numbers(national: str) -> None:
    number = phonenumbers.parse(f"+46{national}")
    known = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    if phonenumbers.number_type(number) in known:
        expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        assert show(f"+46{national}") == expected


@pytest.mark.parametrize(
    ("number_format", "swedish", "foreign"),
    [
        (NumberFormat.E164, "+46853061000", "+4722334455"),
        (NumberFormat.INTERNATIONAL, "0046853061000", "004722334455"),
        (NumberFormat.NATIONAL, "0853061000", "004722334455"),
        (NumberFormat.SUBSCRIBER_WITHOUT_ZERO, "853061000", "004722334455"),
    ],
)
def test_a_number_is_written_as_a_trunk_wants_it_and_read_back(
    number_format: NumberFormat, swedish: str, foreign: str
) -> None:
    assert write("+46853061000", number_format) == swedish
    assert write("+4722334455", number_format) == foreign
    assert write("1177", number_format) == "1177"
    assert write("", number_format) == ""
    assert normalise(swedish, number_format) == "+46853061000"
    assert normalise(foreign, number_format) == "+4722334455"
