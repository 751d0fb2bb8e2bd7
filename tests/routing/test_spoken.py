from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.hours import STOCKHOLM
from routing.spoken import first_of, joined, spoken_clock, spoken_opening
from telephony.media.prompts import PROMPT_FOLDER
from telephony.media.texts import Texts

NOW = datetime(2026, 11, 27, 17, tzinfo=STOCKHOLM)  # a Friday
TEXTS = Texts.of(PROMPT_FOLDER)


def heard(prompt: str) -> str:
    return " ".join(TEXTS.fragments[name] for name in prompt.split("+"))


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-11-27T18:30:00", "Vi öppnar igen i dag klockan arton och trettio"),
        ("2026-11-28T00:00:00", "Vi öppnar igen i morgon klockan noll"),
        ("2026-11-30T08:00:00", "Vi öppnar igen på måndag klockan åtta"),
        ("2026-12-03T08:05:00", "Vi öppnar igen på torsdag klockan åtta och fem"),
        ("2026-12-04T08:00:00", "Vi öppnar igen den fjärde december klockan åtta"),
        ("2027-01-02T13:00:00", "Vi öppnar igen den andra januari klockan tretton"),
        ("2026-11-27T17:59:00.000001", "Vi öppnar igen i dag klockan arton"),
        ("2026-11-27T23:59:30", "Vi öppnar igen i morgon klockan noll"),
    ],
)
def test_the_next_opening_in_words(at: str, words: str) -> None:
    assert heard(spoken_opening(datetime.fromisoformat(at).replace(tzinfo=STOCKHOLM), NOW)) == words


@given(st.timedeltas(timedelta(0), timedelta(1000)), st.timedeltas(timedelta(0), timedelta(400)))
def test_there_is_a_prompt_for_every_word(later: timedelta, wait: timedelta) -> None:
    now = NOW + later

    assert heard(spoken_opening(now + wait, now)).startswith("Vi öppnar igen ")


def test_the_clock_is_local_and_by_24_hours() -> None:
    assert heard(spoken_clock(NOW)) == "sjutton"
    assert heard(spoken_clock(NOW + timedelta(minutes=45))) == "sjutton och fyrtiofem"


def test_names_are_joined_and_the_first_is_found_again() -> None:
    assert joined("closed", "", "today") == "closed+today"
    assert (first_of("closed+today"), first_of("closed")) == ("closed", "closed")
