"""routing/swedish.py: what callers are told of hours."""

from datetime import datetime

import pytest

from routing.hours import STOCKHOLM
from routing.swedish import opens_again

NOW = datetime(2027, 1, 4, 17, 0, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2027, 1, 4, 18, 30, tzinfo=STOCKHOLM), "Vi öppnar igen i dag klockan 18.30."),
        (datetime(2027, 1, 5, 0, 0, tzinfo=STOCKHOLM), "Vi öppnar igen i morgon klockan 0."),
        (datetime(2027, 1, 7, 8, 0, tzinfo=STOCKHOLM), "Vi öppnar igen på torsdag den 7 januari klockan 8."),
        (
            datetime(2028, 1, 3, 8, 5, tzinfo=STOCKHOLM),
            "Vi öppnar igen på måndag den 3 januari 2028 klockan 8.05.",
        ),
        (None, ""),
    ],
)
def test_the_words(at: datetime | None, words: str) -> None:
    assert opens_again(at, NOW) == words


def test_over_the_turn_of_the_year_the_year_is_understood() -> None:
    now = datetime(2026, 12, 23, 17, 0, tzinfo=STOCKHOLM)

    assert opens_again(datetime(2027, 1, 4, 8, tzinfo=STOCKHOLM), now).endswith(
        "måndag den 4 januari klockan 8."
    )
