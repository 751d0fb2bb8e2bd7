"""What the facts of a menu change, and when they may not be."""

import pytest

from routing.decision import Branch
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.call import LegState, Phase
from telephony.call.errors import IllegalTransition
from telephony.call.evolve import evolve
from tests.support.calls import NOON, after, announce, menu, phone, ring
from tests.support.desk import Desk

DECISIONS = [
    m.MenuSaid(at=NOON, call="c1", leg="c1.0", menu="val", prompt="menu", attempt=1),
    m.KeyTimeExpired(at=NOON, call="c1"),
    m.MenuLeft(at=NOON, call="c1", menu="val", branch=Branch.NO_KEY),
    m.CentreAsked(at=NOON, call="c1", voicemail="kontaktcenter", outcome="closed"),
]


@pytest.mark.parametrize("fact", DECISIONS, ids=lambda fact: type(fact).__name__)
def test_decisions_about_a_menu_are_of_a_menu(fact: f.Fact) -> None:
    desk = Desk()
    desk.arrives(ring(phone("anna")))

    with pytest.raises(IllegalTransition):
        evolve(desk.call(), fact)


def test_the_time_for_a_key_begins_with_the_end_of_the_prompt() -> None:
    desk = Desk()
    desk.arrives(menu(wait=7.0))
    assert desk.call().phase is Phase.MENU and desk.call().key_until is None
    desk.wait(3.0)

    desk.see(f.AnnouncementEnded)

    assert desk.call().key_until == desk.call().deadline == after(10.0)


def test_an_unplayed_prompt_takes_the_answer_back() -> None:
    desk = Desk()
    desk.arrives(announce())
    assert desk.call().caller.state is LegState.ANSWERED

    call = evolve(desk.call(), f.AnnouncementEnded(at=NOON, call="c1", leg="c1.0", played=False))

    assert call.caller.state is LegState.OFFERED and not call.service_answered
    assert call.announcement_ended and not call.announcement_played


def test_an_unplayed_prompt_brings_no_leg_back_to_life() -> None:
    desk = Desk()
    desk.arrives(menu())
    ended = evolve(desk.call(), f.LegEnded(at=NOON, call="c1", leg="c1.0"))

    call = evolve(ended, f.AnnouncementEnded(at=NOON, call="c1", leg="c1.0", played=False))

    assert call.caller.state is LegState.ENDED
