from datetime import UTC, datetime

from routing.override import Override
from routing.situation import Everybody, Situation
from tests.support.plans import Presence

CLOSED = Override(open=False, until=datetime(2027, 3, 1, tzinfo=UTC), reason="Utbildning", owner="Anna")


def test_a_situation_is_anything_that_answers_three_questions() -> None:
    situation: Situation = Presence(unregistered={"kc1"}, busy={"bengt"}, by_hand={"": CLOSED})

    assert not situation.is_registered("kc1")
    assert situation.is_registered("kc2")
    assert not situation.is_free("bengt")
    assert situation.overrides() == {"": CLOSED}


def test_everybody_is_there_and_free_and_only_what_was_closed_by_hand_is_as_it_is() -> None:
    situation: Situation = Everybody({"": CLOSED})

    assert situation.is_registered("kc1") and situation.is_free("bengt")
    assert situation.overrides() == {"": CLOSED}
    assert Everybody().overrides() == {}
