"""telephony/call/changes.py: what changes of a call are made with."""

import pytest

from telephony.call import facts as f
from telephony.call.call import LegState, Phase
from telephony.call.changes import enter, leg_changed, require, rung, with_leg, with_leg_over
from telephony.call.errors import IllegalTransition
from telephony.call.evolve import begin, evolve
from tests.support.calls import after, arrive, phone, ring

CALL = begin(arrive())
RINGING = evolve(CALL, f.RouteDecided(at=after(0), call="c1", decision=ring(phone("anna")), talk_limit=0.0))


def test_a_phase_is_entered_from_the_one_before_it_alone() -> None:
    assert enter(CALL, Phase.RINGING, question=None) == {"phase": Phase.RINGING, "question": None}
    with pytest.raises(IllegalTransition, match="c1: arrived cannot become talking"):
        enter(CALL, Phase.TALKING)


def test_what_a_fact_requires_is_named_when_it_is_not_so() -> None:
    fact = f.CallerAlerted(at=after(1), call="c1", leg="c1.0")
    require(CALL, fact, Phase.ARRIVED, Phase.RINGING)
    with pytest.raises(IllegalTransition, match="c1: CallerAlerted while arrived"):
        require(CALL, fact, Phase.TALKING)


def test_a_leg_that_the_call_does_not_have_is_not_changed() -> None:
    assert leg_changed(CALL, f.LegHeld(at=after(1), call="c1", leg="c1.7", held=True), held=True) == {}
    (leg,) = leg_changed(CALL, f.LegHeld(at=after(1), call="c1", leg="c1.0", held=True), held=True)[
        "legs"
    ].values()
    assert leg.held


def test_a_rung_leg_is_of_this_round_and_waits_no_more() -> None:
    (target,) = RINGING.pending
    leg = type(CALL.caller)(id="c1.1", state=LegState.OFFERED, target=target)

    assert rung(RINGING, leg) == {
        "round_legs": frozenset({"c1.1"}),
        "pending": (),
        "redirected": (),
    }
    assert list(with_leg(RINGING, leg)["legs"]) == ["c1.0", "c1.1"]


def test_the_last_leg_ends_a_call_that_is_ending() -> None:
    over = type(CALL.caller)(id="c1.0", state=LegState.ENDED, gone=True)
    end = f.CallEnded(at=after(1), call="c1", outcome=f.Outcome.FAILED, ended_by=f.EndedBy.SERVICE)

    assert "phase" not in with_leg_over(CALL, over)
    assert with_leg_over(evolve(CALL, end), over)["phase"] is Phase.ENDED
