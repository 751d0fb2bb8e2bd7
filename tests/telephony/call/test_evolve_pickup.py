"""What the facts of a pick-up change; `test_picking.py` has what leads to them."""

import pytest

from telephony.call import facts as f
from telephony.call import pickup_facts as p
from telephony.call.call import LegState, Phase
from telephony.call.errors import IllegalTransition
from telephony.call.evolve import begin, evolve
from tests.support.calls import NOON, arrive, phone, ring

ELIF = phone("elif")


def ringing() -> tuple[f.Fact, ...]:
    return (
        f.RouteDecided(at=NOON, call="c1", decision=ring(phone("david"), ELIF, linear=True), talk_limit=0.0),
        f.MemberOffered(at=NOON, call="c1", leg="c1.1", target=phone("david")),
    )


def picked(**fields: str) -> p.LegPickedUp:
    return p.LegPickedUp(at=NOON, call="c1", leg="c1.2", of="c2.0", target=ELIF, dialog={"a": 1}, **fields)


def test_who_picks_up_is_one_more_of_those_who_may_answer() -> None:
    call = begin(arrive("c1"))
    for fact in (*ringing(), picked()):
        call = evolve(call, fact)

    assert [(leg.id, leg.state) for leg in call.ringing()] == [
        ("c1.1", LegState.OFFERED),
        ("c1.2", LegState.OFFERED),
    ]
    assert call.legs["c1.2"].dialog == {"a": 1}
    assert call.pending == ()  # nor is she rung later
    assert not call.is_being_taken_over


def test_what_takes_a_place_is_remembered_until_it_has_it() -> None:
    call = begin(arrive("c1"))
    connected = f.CallConnected(at=NOON, call="c1", leg="c1.1", member="david")
    for fact in (*ringing(), connected, picked(replaces="c1.1")):
        call = evolve(call, fact)

    assert (call.phase, call.talking_to) == (Phase.TALKING, "c1.1")
    assert call.take_over is not None
    assert (call.take_over.leg, call.take_over.replaces) == ("c1.2", "c1.1")
    assert call.is_being_taken_over


@pytest.mark.parametrize("replaces", ["", "c1.1"])
def test_a_call_in_another_phase_is_not_picked_up(replaces: str) -> None:
    with pytest.raises(IllegalTransition):
        evolve(begin(arrive("c1")), picked(replaces=replaces))


def test_what_is_asked_for_is_kept() -> None:
    asked = p.PickUpRequested(at=NOON, call="c1", leg="c1.0", of="c2.1")

    assert evolve(begin(arrive("c1")), asked).picks_up == asked
