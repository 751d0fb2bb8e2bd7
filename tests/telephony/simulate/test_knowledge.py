"""What the log knows is kept to the microsecond; all else is drawn."""

import pytest

from telephony.call.facts import Outcome
from telephony.simulate.draws import Draws
from telephony.simulate.knowledge import ANSWER, MEAN_TALK, Knowledge
from telephony.simulate.values import SimulatedCall
from tests.support.plans import BYGGLOV
from tests.support.simulated import came, then

GAVE_UP = then(Outcome.ABANDONED, 31.25)


def of(*calls: SimulatedCall) -> Knowledge:
    return Knowledge.of(calls, Draws(1))


def many(count: int = 12) -> list[SimulatedCall]:
    """Calls that Amina answered after 1, 2, ... s, and as many that were given up after 10, 20, ... s."""
    answered = [came(f"a{n}", became=then(waited=float(n), talked=100.0 + n)) for n in range(1, count + 1)]
    given_up = [
        came(f"g{n}", became=then(Outcome.ABANDONED, 10.0 * n, offered=("bengt",)))
        for n in range(1, count + 1)
    ]
    return answered + given_up


def test_who_gave_up_does_so_after_the_same_time() -> None:
    assert of().gives_up_after(came(became=GAVE_UP)) == 31.25


def test_who_was_answered_would_have_waited_longer() -> None:
    knowledge = of(*many())

    waited = {knowledge.gives_up_after(came(f"c{n}", became=then(waited=45.0))) for n in range(200)}

    assert waited == {50.0, 60.0, 70.0, 80.0, 90.0, 100.0, 110.0, 120.0}


def test_who_met_closed_doors_has_shown_no_patience() -> None:
    closed = then(Outcome.CLOSED, 10.0, offered=())

    drawn = {of(*many()).gives_up_after(came(f"c{n}", became=closed)) for n in range(300)}

    assert 10.0 in drawn


def test_who_answered_then_answers_at_the_same_time() -> None:
    call = came(became=then(waited=7.5))

    assert of().answers_after(call, "amina", 0.0) == 7.5
    assert of().answers_after(call, "amina", 7.0) == 7.5
    later = of(*many()).answers_after(call, "amina", 20.0)
    assert later is None or later > 20.0


def test_who_was_rung_and_did_not_answer_does_not_until_then() -> None:
    call = came(became=then(waited=7.5))
    knowledge = of(*many())

    answers = [knowledge.answers_after(came(f"c{n}", became=call.then), "bengt", 1.0) for n in range(200)]

    assert all(answer is None or answer > 7.5 for answer in answers)
    strangers = [knowledge.answers_after(came(f"c{n}", became=call.then), "david", 1.0) for n in range(200)]
    assert any(answer is not None and answer < 7.5 for answer in strangers)


def test_a_call_that_was_picked_up_is_answered_then_by_whoever_is_rung() -> None:
    call = came(became=then(waited=9.0, answered_by="elif"))

    assert of().answers_after(call, "amina", 0.0) == 9.0
    assert of().answers_after(call, "david", 8.0) == 9.0


def test_a_call_lasts_as_long_as_then_or_as_one_to_that_number() -> None:
    to_bygglov = [came(f"b{n}", became=then(talked=7.0), dialled=BYGGLOV) for n in range(10)]
    knowledge = of(*many(), *to_bygglov)

    assert knowledge.talks_for(came(became=then(talked=33.3))) == 33.3
    assert knowledge.talks_for(came(became=GAVE_UP, dialled=BYGGLOV)) == 7.0
    assert {knowledge.talks_for(came(f"c{n}", became=GAVE_UP)) for n in range(300)} <= {
        100.0 + n for n in range(1, 13)
    }


def test_what_too_few_calls_tell_is_invented_and_said() -> None:
    few = of(*many(3))

    assert len(few.invented) == 3
    assert of(*many()).invented == []
    drawn = [few.talks_for(came(f"c{n}", became=GAVE_UP)) for n in range(500)]
    assert sum(drawn) / 500 == pytest.approx(MEAN_TALK, rel=0.2)


def test_an_invented_call_has_no_past() -> None:
    knowledge = of(*many())

    assert knowledge.gives_up_after(came()) is not None
    assert knowledge.answers_after(came(), "amina", 3.0) != 3.0
    assert knowledge.talks_for(came()) > 0.0


def test_a_call_that_rang_nobody_tells_of_no_answer() -> None:
    closed = [came(f"x{n}", became=then(Outcome.CLOSED, 10.0, offered=(), rang=None)) for n in range(20)]

    assert len(of(*closed).invented) == 3


def test_of_who_waited_in_a_queue_patience_is_known_and_not_how_soon_a_phone_was_answered() -> None:
    queued = [
        came(f"q{n}", became=then(Outcome.ABANDONED, 200.0, offered=(), queued=True, rang=None))
        for n in range(12)
    ]
    answered = [came(f"a{n}", became=then(waited=300.0, queued=True)) for n in range(12)]

    knowledge = of(*queued, *answered)

    assert knowledge.gives_up_after(came("c", became=answered[0].then)) is None  # nobody waited for longer
    assert knowledge.gives_up_after(came("c")) in (200.0, None)
    assert [words.partition(":")[0] for words in knowledge.invented] == [ANSWER]


def test_whether_a_phone_is_answered_that_rings_again_is_drawn_again() -> None:
    knowledge = of(*many())
    call = came("new")

    times = [knowledge.answers_after(call, "amina", 0.0, again) for again in range(20)]

    assert len(set(times)) > 3
    assert times[0] == knowledge.answers_after(call, "amina", 0.0)
