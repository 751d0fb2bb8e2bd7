"""What is said to a caller who waits."""

from datetime import timedelta

import pytest

from routing.decision import Wait
from telephony.call.changed import changed
from telephony.call.house import House
from telephony.call.waiting_words import MOST_COUNTED, Words, words_for
from tests.support.calls import NOON, after
from tests.support.queue_town import QueueTown, queue_tables


def told(wait: Wait, *, ahead: int = 0, pace: float = 0.0, said: bool = False, closes: float = 0.0) -> Words:
    """What the caller behind `ahead` others hears, of whom one is answered each `pace` seconds."""
    town = QueueTown("kc1", tables=queue_tables())
    town.arrives(call="c1")
    town.arrives(call="me")
    call = town.switchboard.calls["me"]
    house = House()
    for number in range(10 if pace else 0):
        house.queues.join(f"b{number}", "kc", 5, after(-5000 + number))
    for number in range(ahead):
        house.queues.join(f"a{number}", "kc", 5, after(-1000 + number))
    house.queues.join("me", "kc", 5, NOON)
    for number in range(10 if pace else 0):
        house.queues.leave(f"b{number}", after(-4000 + pace * number), answered=True)
    at = NOON + timedelta(seconds=closes) if closes else None
    wait = Wait(**{name: getattr(wait, name) for name in wait.__slots__} | {"closes_at": at})
    assert call.waiting is not None
    assert call.waiting.said_at is not None
    if not said:
        call = changed(call, waiting=None)  # as before the first word
    return words_for(call, wait, house, NOON)


@pytest.fixture
def wait() -> Wait:
    """How one waits for Kontaktcenter."""
    return queue_tables().queues["kc"].wait


def test_the_first_words_are_that_one_waits_and_where(wait: Wait) -> None:
    assert told(wait) == Words("queue_welcome+queue_position+number_1", 1, 0.0)


def test_later_there_are_thanks(wait: Wait) -> None:
    assert told(wait, said=True).prompt == "queue_comfort+queue_position+number_1"


def test_a_place_that_has_no_word_is_many(wait: Wait) -> None:
    assert told(wait, ahead=MOST_COUNTED - 1).prompt.endswith(f"number_{MOST_COUNTED}")
    assert told(wait, ahead=MOST_COUNTED).prompt == "queue_welcome+queue_many"


@pytest.mark.parametrize(
    ("ahead", "pace", "words"),
    [
        (0, 40.0, "queue_under_minute"),
        (1, 30.0, "queue_one_minute"),
        (1, 50.0, "queue_estimate+number_2+queue_minutes"),
        (2, 100.0, "queue_estimate+number_5+queue_minutes"),
        (7, 98.0, "queue_estimate+number_15+queue_minutes"),
        (35, 100.0, "queue_estimate+number_60+queue_minutes"),
        (40, 100.0, "queue_over_hour"),
    ],
)
def test_the_wait_is_told_as_well_as_it_can_be_known(wait: Wait, ahead: int, pace: float, words: str) -> None:
    found = told(wait, ahead=ahead, pace=pace)

    assert found.prompt == f"queue_welcome+queue_position+number_{ahead + 1}+{words}"
    assert found.seconds == (ahead + 1) * pace


def test_until_when_it_is_open_is_told_in_the_last_hour_and_once(wait: Wait) -> None:
    first = "queue_welcome+queue_position+number_1"
    assert told(wait, closes=1800).prompt == f"{first}+queue_closes+number_12+and+number_30"
    assert told(wait, closes=3600).prompt == f"{first}+queue_closes+number_13"
    assert told(wait, closes=3601).prompt == first
    assert told(wait, closes=1800, said=True).prompt == "queue_comfort+queue_position+number_1"
    assert told(wait, closes=-5).prompt == first


def test_what_the_plan_leaves_out_is_not_said(wait: Wait) -> None:
    silent = Wait(
        **{name: getattr(wait, name) for name in wait.__slots__}
        | {"tells_position": False, "tells_estimate": False, "welcome": ""}
    )
    assert told(silent, ahead=3, pace=60.0) == Words("", 0, 0.0)
