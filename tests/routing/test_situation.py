from datetime import UTC, datetime

from routing.override import Override
from routing.places import Named, Place
from routing.situation import Everybody, Situation
from tests.support.plans import Presence

CLOSED = Override(open=False, until=datetime(2027, 3, 1, tzinfo=UTC), reason="Utbildning", owner="Anna")
GATEWAY = Place("192.0.2.10", 5060)


def test_a_situation_is_anything_that_answers_these_questions() -> None:
    situation: Situation = Presence(
        unregistered={"kc1"}, busy={"bengt"}, by_hand={"": CLOSED}, down={GATEWAY}
    )

    assert not situation.is_registered("kc1")
    assert situation.is_registered("kc2")
    assert not situation.is_free("bengt")
    assert not situation.is_up(GATEWAY)
    assert situation.overrides() == {"": CLOSED}


def test_everybody_is_there_and_free_and_only_what_was_closed_by_hand_is_as_it_is() -> None:
    situation: Situation = Everybody({"": CLOSED})

    (found,) = situation.places(Named("pbx.example.se", None, "TLS"))
    assert str(found.places[0]) == "tls:pbx.example.se:5061"
    assert situation.is_registered("kc1") and situation.is_free("bengt") and situation.is_up(GATEWAY)
    assert situation.overrides() == {"": CLOSED}
    assert Everybody().overrides() == {}


def test_where_nobody_looks_no_trunk_has_a_call_nor_has_anybody_had_one() -> None:
    assert Everybody().channels("operator") == 0
    assert Everybody().idle_since("bengt") is None
    assert Everybody().answered_today("bengt", CLOSED.until) == 0
    assert Everybody().offered_first("kc") == ""
