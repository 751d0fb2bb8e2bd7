"""Telephone numbers: one form inside, one form for people, and what kind a number is.

Inside a number is E.164 (`+46853061000`) or a short number (`1177`). Everything here is plain string rules,
because a parse by `phonenumbers` costs 90 µs; the check of a plan uses that library, and the tests compare
with it.
"""

from enum import StrEnum

from routing.emergency import EMERGENCY_NUMBER, is_emergency

COUNTRY_CODE = "46"

# ITU-T E.164 section 6: at most 15 digits. Nothing under 7 with its country code is a whole number in Sweden.
MAX_DIGITS = 15
MIN_DIGITS = 7

# What is not a number is kept for the log and the refusal, but bounded.
MAX_TEXT = 64

# RFC 3966 section 3 visual separators, and blanks.
_SEPARATORS = str.maketrans("", "", " -.()")


class NumberFormat(StrEnum):
    """How a trunk writes numbers. A number that begins with + is always E.164."""

    E164 = "e164"
    INTERNATIONAL = "international"
    NATIONAL = "national"
    SUBSCRIBER_WITHOUT_ZERO = "subscriber-without-zero"


class NumberClass(StrEnum):
    """What kind a number is (what it costs, whether it may be called: P30, P31)."""

    EMERGENCY = "emergency"
    PUBLIC_SERVICE = "public_service"
    DIRECTORY = "directory"
    FIXED = "fixed"
    MOBILE = "mobile"
    UAN = "uan"
    TOLL_FREE = "toll_free"
    SHARED_COST = "shared_cost"
    PREMIUM = "premium"
    SPECIAL = "special"
    ABROAD = "abroad"
    UNKNOWN = "unknown"


# Short numbers by prefix and whole length.
_SHORT_NUMBERS = (
    ("112", 3, NumberClass.EMERGENCY),
    ("1177", 4, NumberClass.PUBLIC_SERVICE),
    ("11313", 5, NumberClass.PUBLIC_SERVICE),
    ("11414", 5, NumberClass.PUBLIC_SERVICE),
    ("116", 6, NumberClass.PUBLIC_SERVICE),
    ("118", 6, NumberClass.DIRECTORY),
    ("900", 5, NumberClass.PREMIUM),
)

# National significant numbers by their first digits; the longest wins, and what is not here is fixed.
# 99 and 719 are series that `phonenumbers` does not know.
_SERIES = {
    "10": NumberClass.UAN,
    "20": NumberClass.TOLL_FREE,
    "200": NumberClass.TOLL_FREE,
    "70": NumberClass.MOBILE,
    "72": NumberClass.MOBILE,
    "73": NumberClass.MOBILE,
    "76": NumberClass.MOBILE,
    "79": NumberClass.MOBILE,
    "71": NumberClass.SPECIAL,
    "719": NumberClass.SPECIAL,
    "74": NumberClass.SPECIAL,
    "77": NumberClass.SHARED_COST,
    "900": NumberClass.PREMIUM,
    "939": NumberClass.PREMIUM,
    "944": NumberClass.PREMIUM,
    "99": NumberClass.PREMIUM,
}
_LONGEST_SERIES = max(map(len, _SERIES))

# Area codes without their zero: Stockholm's is 8, these have two digits, all others three.
# fmt: off
_TWO_DIGIT_CODES = frozenset({
    "10", "11", "13", "16", "18", "19", "20", "21", "23", "26", "31", "33", "35", "36", "40", "42",
    "44", "46", "54", "60", "63", "70", "72", "73", "74", "75", "76", "77", "78", "79", "90",
})
# fmt: on
_PREMIUM_CODES = ("900", "939", "944")

# How the digits after the area code are grouped, by how many they are.
_GROUPS = {4: (2, 2), 5: (3, 2), 6: (2, 2, 2), 7: (3, 2, 2), 8: (3, 3, 2)}


def normalise(raw: str, number_format: NumberFormat) -> str:
    """The number as it is written inside: E.164, a short number, or the text as it came (bounded) when it is
    neither.

    `raw` is the user part of a SIP URI or a tel URI's number. Parameters after a semicolon and visual
    separators (RFC 3966 section 3) are dropped.
    """
    if is_emergency(raw):
        return EMERGENCY_NUMBER
    text = raw.partition(";")[0]
    if len(text) > MAX_TEXT:
        return raw[:MAX_TEXT]
    digits = text.translate(_SEPARATORS)
    international = _international(digits, number_format)
    if is_e164(international):
        return international
    return digits if short_number_class(digits) else raw[:MAX_TEXT]


def _international(digits: str, number_format: NumberFormat) -> str:
    """The digits with + and country code when the format says how, else as they are."""
    if digits.startswith("+") or short_number_class(digits):
        return digits
    if number_format is NumberFormat.E164:
        return "+" + digits
    if digits.startswith("00"):
        return "+" + digits[2:]
    if number_format is NumberFormat.NATIONAL and digits.startswith("0"):
        return f"+{COUNTRY_CODE}{digits[1:]}"
    if number_format is NumberFormat.SUBSCRIBER_WITHOUT_ZERO:
        return f"+{COUNTRY_CODE}{digits.removeprefix('0')}"
    return digits


def write(number: str, number_format: NumberFormat) -> str:
    """A number of ours as a trunk wants it: the inverse of `normalise`. Short numbers stay as they are."""
    if not number.startswith("+") or number_format is NumberFormat.E164:
        return number
    national = number.removeprefix(f"+{COUNTRY_CODE}")
    if national == number or number_format is NumberFormat.INTERNATIONAL:
        return f"00{number[1:]}"
    return f"0{national}" if number_format is NumberFormat.NATIONAL else national


def is_e164(text: str) -> bool:
    """Whether the text has the form of a whole E.164 number: + and 7 to 15 digits, the first not 0."""
    digits = text[1:]
    return (
        text.startswith("+")
        and MIN_DIGITS <= len(digits) <= MAX_DIGITS
        and digits.isascii()
        and digits.isdigit()
        and digits[0] != "0"
    )


def short_number_class(text: str) -> NumberClass | None:
    """The class of a short number, or None when the text is none."""
    if not (text.isascii() and text.isdigit()):
        return None
    for prefix, length, number_class in _SHORT_NUMBERS:
        if len(text) == length and text.startswith(prefix):
            return number_class
    return None


def classify(number: str) -> NumberClass:
    """The class of a normalised number."""
    short = short_number_class(number)
    if short:
        return short
    if not is_e164(number):
        return NumberClass.UNKNOWN
    if not number.startswith("+" + COUNTRY_CODE):
        return NumberClass.ABROAD
    national = number[1 + len(COUNTRY_CODE) :]
    for length in range(_LONGEST_SERIES, 1, -1):
        if national[:length] in _SERIES:
            return _SERIES[national[:length]]
    return NumberClass.FIXED


def show(number: str) -> str:
    """A normalised number as Swedes write it: `08-530 610 00`, `113 13`. Foreign numbers stay as they are."""
    if short_number_class(number):
        return _grouped(number, (3, len(number) - 3)) if len(number) > 4 else number
    if not (is_e164(number) and number.startswith("+" + COUNTRY_CODE)):
        return number
    national = number[1 + len(COUNTRY_CODE) :]
    code_length = _code_length(national)
    subscriber = national[code_length:]
    groups = _GROUPS.get(len(subscriber), (len(subscriber),))
    return f"0{national[:code_length]}-{_grouped(subscriber, groups)}"


def _code_length(national: str) -> int:
    if national.startswith("8"):
        return 1
    if national.startswith(_PREMIUM_CODES) or national[:2] not in _TWO_DIGIT_CODES:
        return 3
    return 2


def _grouped(digits: str, lengths: tuple[int, ...]) -> str:
    groups, start = [], 0
    for length in lengths:
        groups.append(digits[start : start + length])
        start += length
    return " ".join(groups)
