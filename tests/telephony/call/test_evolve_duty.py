"""What facts change in who takes part in answering, as the house folds them."""

from datetime import UTC, datetime, timedelta

import pytest

from routing.decision import Target
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call.duty import RestKind
from telephony.call.house import House
from telephony.call.house_facts import ClockStepped
from telephony.call.transfer_facts import LegHandedOver

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(seconds=5)


def test_members_leave_and_come_back() -> None:
    house = House()
    house.evolve(d.MemberLoggedOut(at=NOW, member="anna", by="anna", group="bygglov"))
    assert not house.on_duty("anna", "bygglov")
    house.evolve(d.MemberLoggedIn(at=NOW, member="anna", by="anna", group="bygglov"))
    assert house.on_duty("anna", "bygglov")


def test_members_pause_and_resume() -> None:
    house = House()
    house.evolve(d.MemberPaused(at=NOW, member="anna", by="anna", reason="Lunch"))
    assert not house.on_duty("anna", "bygglov")
    house.evolve(d.MemberResumed(at=NOW, member="anna", by="anna"))
    assert house.on_duty("anna", "bygglov")


def test_who_misses_an_offer_is_left_alone_for_a_moment() -> None:
    house = House()
    house.evolve(
        d.OfferMissed(at=NOW, member="anna", by="", call="c", group="bygglov", why="ring_time", until=LATER)
    )
    assert not house.on_duty("anna", "bygglov")
    assert house.duty.missed("anna") == 1
    house.evolve(d.MemberRested(at=LATER, member="anna", by=""))
    assert house.on_duty("anna", "bygglov")


@pytest.mark.parametrize(
    "over",
    [
        f.LegEnded(at=LATER, call="c", leg="c.1"),
        LegHandedOver(at=LATER, call="c", leg="c.1", to="d.2"),
    ],
)
def test_the_time_after_a_call_begins_with_the_end_of_its_leg(over: f.Fact) -> None:
    house = House()
    house.evolve(f.MemberOffered(at=NOW, call="c", leg="c.1", target=Target("anna", "a1")))
    house.evolve(f.CallConnected(at=NOW, call="c", leg="c.1", member="anna", wrap_up_seconds=30))
    house.evolve(over)
    rest = house.duty.rest("anna")
    assert rest is not None
    assert (rest.kind, rest.until) == (RestKind.WRAP_UP, LATER + timedelta(seconds=30))


def test_states_are_carried_over_and_move_with_the_clock() -> None:
    before, house = House(), House()
    before.evolve(d.MemberPaused(at=NOW, member="anna", by="anna", reason="Lunch"))
    house.evolve(d.DutiesCarried(at=NOW, duties=before.duty.carry()))
    house.evolve(ClockStepped(at=NOW, seconds=5))
    pause = house.duty.pause("anna")
    assert pause is not None
    assert pause.since == LATER
