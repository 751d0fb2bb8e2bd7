"""A crash after any fact of any call: what is replayed is what was live, and nothing of it stays open."""

from collections import Counter
from datetime import timedelta

import pytest

from telephony.call import facts as f
from telephony.call.actions import EndLeg
from telephony.call.react import interrupt
from tests.support.call_scenarios import SCENARIOS, Scenario, play
from tests.support.desk import Desk, fold, picture, replay

every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@every_scenario
def test_evolve_alone_gives_the_state_that_was_live(scenario: Scenario) -> None:
    desk = play(scenario)
    desk.arrives(*scenario.decisions, call="c2")  # left where its decisions lead it
    desk.arrives(*scenario.decisions, call="c3")

    calls, house = replay(desk.facts)

    assert calls == desk.calls
    assert picture(house) == picture(desk.house)


@every_scenario
def test_whenever_the_service_dies_nothing_stays_open(scenario: Scenario) -> None:
    written = play(scenario).facts

    for length in range(len(written) + 1):
        assert_recovers(written[:length])


def assert_recovers(written: list[f.Fact]) -> None:
    """Every open leg is ended once, by a request or by a fact; then the call is gone and everybody free."""
    calls, house = replay(written)
    for call in calls.values():
        now = call.last_at + timedelta(minutes=5)
        left = {leg.id for leg in call.open_legs()}
        reaction = interrupt(call, now)

        requests = [action.leg for action in reaction.actions if isinstance(action, EndLeg)]
        facts = [fact.leg for fact in reaction.facts if isinstance(fact, f.LegEnded)]
        assert Counter(requests + facts) == Counter(left)

        for fact in (*reaction.facts, *(f.LegEnded(at=now, call=call.id, leg=leg) for leg in requests)):
            calls = fold(calls, house, fact)
    assert calls == {}
    assert picture(house) == picture(replay(free_of_calls(written))[1])


def free_of_calls(written: list[f.Fact]) -> list[f.Fact]:
    """What a house knows without any call."""
    return [fact for fact in written if not isinstance(fact, f.CallFact)]


def test_a_second_crash_ends_what_the_first_recovery_had_not_finished() -> None:
    desk = Desk()
    desk.arrives(*SCENARIOS[0].decisions)
    first = interrupt(desk.call(), desk.now)
    desk.feed(*first.facts)

    second = interrupt(desk.call(), desk.now)

    assert [type(fact) for fact in first.facts] == [f.CallInterrupted]
    assert second.facts == []
    assert second.actions == first.actions
