from routing.situation import Situation
from tests.support.plans import Presence


def test_a_situation_is_anything_that_answers_two_questions() -> None:
    situation: Situation = Presence(unregistered={"kc1"}, busy={"bengt"})

    assert not situation.is_registered("kc1")
    assert situation.is_registered("kc2")
    assert not situation.is_free("bengt")
