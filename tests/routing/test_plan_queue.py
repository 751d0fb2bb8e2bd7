"""The form of a queue in a plan."""

import pytest
from pydantic import ValidationError

from routing.plan_queue import AtClosing, Queue


def test_a_queue_needs_nothing_said() -> None:
    queue = Queue()
    assert (queue.max_waiting, queue.max_wait_seconds, queue.at_closing) == (50, 1200, AtClosing.SERVE)
    assert queue.keys == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_waiting": 0},
        {"max_waiting": 501},
        {"max_wait_seconds": 9.0},
        {"retry_seconds": 0.0},
        {"wrap_up_seconds": 901.0},
        {"comfort_seconds": 5.0},
        {"at_closing": "stay"},
        {"keys": {"12": {"voicemail": "a"}}},
        {"keys": {"1": {}}},
        {"overflow": "elsewhere"},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Queue.model_validate(wrong)


def test_the_key_for_a_callback_leads_nowhere_else() -> None:
    with pytest.raises(ValidationError, match="takes the key 1"):
        Queue.model_validate({"callback": True, "keys": {"1": {"voicemail": "a"}}})
    assert Queue.model_validate({"callback": True, "keys": {"2": {"voicemail": "a"}}}).callback
