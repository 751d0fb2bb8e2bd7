"""An extension on the wire: keyed in the sound or as INFO; it is quiet meanwhile; whoever has it rings."""

import pytest

from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.choosing import PAUSE, SILENCE
from telephony.call.facts import Outcome
from tests.support.menus import MENU, MORE
from tests.support.scripted_peer import Outgoing
from tests.support.stage import GROUPS, NUMBERS, Stage

CALLER = "call1.0"
BYGGLOV = "61201"


@pytest.fixture(name="town")
def _town() -> Stage:
    extensions = 'extensions = { series = "+468530", digits = 5 }'
    more = MORE.replace("[menus.val.keys]", f"{extensions}\n[menus.val.keys]")
    stage = Stage(groups=GROUPS, numbers=NUMBERS, more=more)
    stage.register("kc1", "bygg1")
    return stage


def key(stage: Stage, caller: Outgoing, digits: str, way: str = "RTP") -> None:
    """Key these digits one after the other."""
    for digit in digits:
        if way == "RTP":
            stage.node.key_pressed(CALLER, digit, stage.now)
            stage.pump()
        else:
            body = f"Signal={digit}\r\nDuration=100\r\n"
            assert caller.ask("INFO", body, ("Content-Type", way)).status == 200


@pytest.mark.parametrize("way", ["RTP", "application/dtmf-relay"])
def test_who_is_keyed_rings_and_is_connected(town: Stage, way: str) -> None:
    caller = town.call(MENU)
    caller.pick_up()
    key(town, caller, BYGGLOV[:1], way)
    assert town.media.playing == {CALLER: SILENCE}

    key(town, caller, BYGGLOV[1:], way)

    assert town.media.listened == [CALLER]  # once: to a new ear the rest of the first key were another
    david = town.offered("bygg1")
    david.accept()
    david.peer.take("ACK")
    assert town.media.bridges == {CALLER: "call1.1", "call1.1": CALLER}
    assert [fact.key for fact in town.facts(m.KeyPressed)] == list(BYGGLOV)
    caller.hang_up()
    david.peer.answer(david.peer.take("BYE"), 200)
    assert town.outcome().outcome is Outcome.ANSWERED
    town.assert_nothing_kept()


def test_the_silence_may_end_before_the_pause(town: Stage) -> None:
    caller = town.call(MENU)
    caller.pick_up()
    key(town, caller, "612")
    town.media.playing.pop(CALLER)
    town.node.playback_ended(CALLER, town.now)
    town.pump()

    town.wait(PAUSE.total_seconds() + 0.1)

    assert town.media.playing == {CALLER: "wrong_key"}  # too short to be anybody's
    (left,) = town.facts(m.MenuLeft)
    assert left.key == "612"
    town.media.playing.pop(CALLER)
    town.node.playback_ended(CALLER, town.now)
    town.pump()
    assert town.media.playing == {CALLER: "menu"}
    assert not town.facts(f.MemberOffered)


def test_after_the_second_unknown_one_kontaktcenter_takes_the_call(town: Stage) -> None:
    caller = town.call(MENU)
    caller.pick_up()
    key(town, caller, "61999")
    town.media.playing.pop(CALLER)
    town.node.playback_ended(CALLER, town.now)
    town.pump()

    key(town, caller, "61998")

    assert town.offered("kc1")
