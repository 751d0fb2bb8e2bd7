"""Between a command and whoever typed it: arguments that cannot be understood, and what is printed.

Every command has this, so it loads little."""

import json
from collections.abc import Iterable
from datetime import date

from routing.numbers import NumberFormat, is_e164, normalise, short_number_class
from telephony.errors import Misuse

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
"""The days that can be asked about: what lies outside is a slip of the finger, and no calendar knows it."""


class UsageError(Misuse):
    """An argument that cannot be understood: says which, and what is allowed."""


def number_of(text: str, argument: str) -> str:
    """The number that an argument is. Raises UsageError."""
    number = normalise(text, NumberFormat.NATIONAL)
    if not is_e164(number) and short_number_class(number) is None:
        allowed = "a number such as 070-1740605 or +46701740605, or a short one such as 112"
        raise UsageError(f"{argument} {text!r} is no number; allowed: {allowed}")
    return number


def check_range(argument: str, day: date) -> None:
    """Raise UsageError for a day that is a slip of the finger."""
    if not EARLIEST <= day <= LATEST:
        raise UsageError(f"{argument} is out of range; allowed: from {EARLIEST} to {LATEST}")


def print_json(value: object) -> None:
    """Print the documented object of a command."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_lines(lines: Iterable[str]) -> None:
    """Print what a command says to people."""
    for line in lines:
        print(line)
