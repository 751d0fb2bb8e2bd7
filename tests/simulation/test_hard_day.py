"""Whole calls of every kind on a hostile network: nothing is left behind, and nobody is in two calls."""

from collections import Counter

from telephony.call.facts import CallEnded, Outcome
from tests.simulation.hard_day import HardDay


def test_nothing_is_left(hard_day: HardDay) -> None:
    hard_day.town.assert_nothing_kept()


def test_no_phone_ever_has_two_calls(hard_day: HardDay) -> None:
    town = hard_day.town
    phones = [*town.members.values(), *town.switched_off]
    assert {phone.name: phone.most_at_once for phone in phones if phone.most_at_once > 1} == {}


def test_the_day_has_all_that_can_happen(hard_day: HardDay) -> None:
    town = hard_day.town
    outcomes = Counter([fact.outcome for fact in town.facts if isinstance(fact, CallEnded)])
    rare = {Outcome.NOBODY_THERE, Outcome.INTERRUPTED, Outcome.FULL, Outcome.SELF_SERVICE, Outcome.CALLBACK}
    assert outcomes.keys() >= set(Outcome) - rare
    callers = [placed.phone.events for placed in town.placed]
    assert any("cancelled" in events and "answered" in events for events in callers)  # CANCEL and 200 cross
    assert any(placed.vanished for placed in town.placed)
    assert town.switched_off
