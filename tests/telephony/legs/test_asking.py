"""A caller at a menu: what they hear, how their keys come, and that they are connected as anybody is."""

import pytest

from routing.decision import WRONG_KEY
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.facts import EndedBy, Outcome
from telephony.legs.asking import MOST_KEYS
from telephony.legs.leg import RINGING
from telephony.sip.message import Response
from tests.support.menus import BOX, GREETING, MENU, MORE, RUNG, WAIT, menu_town
from tests.support.plans import BYGGLOV
from tests.support.scripted_peer import Outgoing, sdp
from tests.support.stage import DIRECT, GROUPS, NUMBERS, Stage
from tests.telephony.legs.test_consulted import replaces
from tests.telephony.legs.test_refer import refer

CALLER, MEMBER = "call1.0", "call1.1"


@pytest.fixture(name="town")
def _town() -> Stage:
    return menu_town()


def press(stage: Stage, keys: str, leg: str = CALLER) -> None:
    """Press keys in the sound of a leg."""
    for key in keys:
        stage.node.key_pressed(leg, key, stage.now)
        stage.pump()


def inform(caller: Outgoing, key: str, kind: str = "application/dtmf-relay") -> int:
    """Press a key as INFO."""
    body = key if kind == "application/dtmf" else f"Signal={key}\r\nDuration=100\r\n"
    return caller.ask("INFO", body, ("Content-Type", kind)).status


def heard_out(stage: Stage) -> None:
    """What plays to the caller is over."""
    stage.media.playing.pop(CALLER)
    stage.node.playback_ended(CALLER, stage.now)
    stage.pump()


def keys(stage: Stage) -> str:
    """What the call was told of."""
    return "".join([fact.key for fact in stage.facts(m.KeyPressed)])


def in_menu(stage: Stage, number: str = MENU) -> Outgoing:
    """A caller by the trunk who hears what the service says."""
    caller = stage.call(number)
    caller.pick_up()
    return caller


def test_a_caller_is_answered_and_asked(town: Stage) -> None:
    caller = town.call(MENU)

    answer = caller.assert_answered()
    assert 180 not in caller.statuses and b"telephone-event" in answer.body
    assert town.media.playing == {CALLER: "menu"}
    assert town.media.watched == {CALLER}


@pytest.mark.parametrize("way", ["RTP", "application/dtmf-relay", "application/dtmf"])
def test_a_key_stops_the_prompt_and_somebody_rings(town: Stage, way: str) -> None:
    caller = in_menu(town)

    if way == "RTP":
        press(town, "1")
    else:
        assert inform(caller, "1", way) == 200

    assert town.media.playing == {CALLER: RINGING} and not town.media.watched
    david = town.offered("bygg1")
    david.ring()
    david.accept()
    david.peer.take("ACK")
    assert town.media.bridges == {CALLER: MEMBER, MEMBER: CALLER}
    assert town.media.playing == {}
    assert caller.statuses == [100, 200]
    assert not caller.peer.has("INVITE")  # what was agreed stays
    caller.hang_up()
    david.peer.answer(david.peer.take("BYE"), 200)
    assert town.outcome().outcome is Outcome.ANSWERED
    town.assert_nothing_kept()


def test_whom_they_talk_with_hears_their_keys_from_then_on(town: Stage) -> None:
    caller = in_menu(town)
    press(town, "1")
    david = town.offered("bygg1")
    david.accept(Allow="INVITE, ACK, BYE, INFO")
    david.peer.take("ACK")

    ask = caller.request("INFO", "Signal=5", ("Content-Type", "application/dtmf-relay"))
    david.peer.answer(david.peer.take("INFO"), 200)

    assert caller.final(ask, "INFO").status == 200
    assert keys(town) == "1"


def test_a_phone_that_sends_each_key_both_ways_presses_it_once(town: Stage) -> None:
    caller = in_menu(town)

    assert inform(caller, "9") == 200
    press(town, "9")
    heard_out(town)
    press(town, "8")

    assert keys(town) == "9"


def test_a_wrong_key_is_said_to_be_one(town: Stage) -> None:
    in_menu(town)

    press(town, "9")
    assert town.media.playing == {CALLER: WRONG_KEY}
    heard_out(town)
    assert town.media.playing == {CALLER: "menu"}
    heard_out(town)
    town.wait(WAIT + 0.1)

    assert town.media.playing == {CALLER: RINGING}  # who presses nothing goes to Kontaktcenter
    assert town.offered("kc1")


def test_a_flood_of_keys_is_bounded_and_answered(town: Stage) -> None:
    caller = in_menu(town)
    press(town, "9")  # and while that is said to be wrong:

    press(town, "9" * 3 * MOST_KEYS)

    assert len(keys(town)) == 1 + MOST_KEYS
    heard_out(town)
    assert inform(caller, "1") == 200  # it had come in the sound before
    press(town, "1")
    assert keys(town)[-1] == "1" and town.offered("bygg1")


def test_a_key_of_who_left_the_offer_to_us_is_heard(town: Stage) -> None:
    caller = town.call(MENU, body="")
    caller.assert_answered()
    assert not town.media.watched
    assert inform(caller, "1") == 488  # it has heard nothing yet
    caller.ack(sdp("192.0.2.10", "8 101"), cseq=1)

    assert town.media.playing == {CALLER: "menu"} and town.media.watched == {CALLER}


def test_who_waits_for_a_prack_is_asked_after_it(town: Stage) -> None:
    town.register("kc2")
    caller = town.call(MENU, ("Require", "100rel"))

    caller.assert_answered()
    assert inform(caller, "1") == 200
    assert town.offered("bygg1")


def test_a_caller_may_hold_and_come_back(town: Stage) -> None:
    caller = in_menu(town)

    assert caller.reinvite(sdp("192.0.2.10", direction="sendonly")).status == 200
    caller.ack()
    answer = caller.reinvite(sdp("192.0.2.10"))
    caller.ack()

    assert b"telephone-event" in answer.body
    assert town.media.watched == {CALLER}
    press(town, "1")
    assert town.offered("bygg1")


def test_who_speaks_nothing_that_a_prompt_is_in_goes_on_as_after_a_fault(town: Stage) -> None:
    caller = town.call(MENU, body=sdp("192.0.2.10", "18"))

    assert [fact.branch.value for fact in town.facts(m.MenuLeft)] == ["error"]
    assert 200 not in caller.statuses
    assert town.media.watched == set()


def test_what_is_closed_is_said_and_then_it_ends(town: Stage) -> None:
    caller = in_menu(town)
    press(town, "2")
    assert town.media.playing == {CALLER: "closed"}
    assert inform(caller, "1") == 488  # nobody asks for a key now
    heard_out(town)

    caller.peer.answer(caller.peer.take("BYE"), 200)
    assert town.outcome().outcome is Outcome.CLOSED
    town.assert_nothing_kept()


def test_a_refusal_is_said_too(town: Stage) -> None:
    caller = in_menu(town)
    press(town, "3")
    assert town.media.playing == {CALLER: "nobody_there"}
    heard_out(town)

    caller.peer.answer(caller.peer.take("BYE"), 200)
    town.assert_nothing_kept()


def test_who_hangs_up_has_given_up(town: Stage) -> None:
    caller = in_menu(town)

    assert caller.hang_up().status == 200

    assert (town.outcome().outcome, town.outcome().ended_by) == (Outcome.ABANDONED, EndedBy.CALLER)
    town.assert_nothing_kept()


def test_a_menu_has_an_end_for_who_never_confirms_the_200(town: Stage) -> None:
    caller = town.call(MENU)
    town.wait(40.0)

    caller.peer.answer(caller.peer.take("BYE"), 200)
    assert town.outcome().outcome is Outcome.ABANDONED
    town.assert_nothing_kept()


def test_it_is_ended_when_the_service_stops(town: Stage) -> None:
    caller = in_menu(town)

    town.node.end_all(town.now, "service stopped")
    town.pump()

    bye = caller.peer.take("BYE")
    assert "service stopped" in (bye.headers.get("Reason") or "")
    caller.peer.answer(bye, 200)
    town.assert_nothing_kept()


def test_a_phone_of_ours_chooses_as_others_do(town: Stage) -> None:
    caller = town.dial_from("bygg2", MENU)
    caller.pick_up()

    press(town, "1")

    town.offered("bygg1").accept()
    assert town.media.bridges == {CALLER: MEMBER, MEMBER: CALLER}


def test_a_call_to_112_is_asked_nothing(town: Stage) -> None:
    caller = town.call("112", peer=town.pbx)

    assert town.offered_at(town.alarm)
    assert 200 not in caller.statuses and not town.media.playing


# ---- after a ringing phone, and together with what else calls do


def test_who_heard_it_ring_is_answered_and_asked(town: Stage) -> None:
    town.register("kc2")
    caller = town.call(RUNG)
    bengt = town.offered("kc2")
    bengt.ring()
    caller.assert_ringing()
    town.wait(15.1)

    caller.assert_answered()
    bengt.assert_cancelled()
    assert town.media.playing == {CALLER: "menu"} and town.media.watched == {CALLER}


def unacknowledged(stage: Stage) -> tuple[Outgoing, Response]:
    """A caller who has not yet acknowledged that it rang, when the menu is due."""
    stage.register("kc2")
    caller = stage.call(RUNG, ("Require", "100rel"))
    stage.offered("kc2").ring(183, sdp("192.0.2.102", "8 101"))
    (ringing,) = [answer for answer in caller.responses(caller.branch) if answer.status == 183]
    caller.remote = str(ringing.to)
    stage.wait(15.1)
    assert 200 not in caller.statuses and not stage.media.playing
    return caller, ringing


def test_a_200_that_waits_for_a_prack_is_followed_by_the_menu(town: Stage) -> None:
    caller, ringing = unacknowledged(town)

    caller.ask("PRACK", "", ("RAck", f"{ringing.headers.get('RSeq')} {ringing.cseq}"))

    caller.assert_answered()
    assert town.media.playing == {CALLER: "menu"} and town.media.watched == {CALLER}
    press(town, "1")
    assert town.offered("bygg1")


def test_who_cancels_before_that_200_is_asked_nothing(town: Stage) -> None:
    caller, _ = unacknowledged(town)

    assert caller.cancel().status == 200

    caller.ack_refusal(caller.assert_refused(487))
    assert town.outcome().outcome is Outcome.ABANDONED
    assert not town.media.watched


def test_a_session_timer_runs_in_a_menu_too(town: Stage) -> None:
    caller = town.call(MENU, ("Session-Expires", "1800;refresher=uac"), ("Supported", "timer"))

    assert caller.assert_answered().headers.get("Session-Expires") == "1800;refresher=uac"


def test_a_colleague_picks_up_who_came_by_a_menu(town: Stage) -> None:
    caller = in_menu(town)
    press(town, "1")
    town.offered("bygg1").ring()
    town.register("bygg2")

    colleague = town.dial_from("bygg2", "*8")

    colleague.pick_up()
    assert town.media.bridges == {CALLER: "call1.2", "call1.2": CALLER}
    assert caller.statuses == [100, 200] and not caller.peer.has("INVITE")


def test_somebody_who_was_consulted_by_way_of_a_menu_is_handed_the_caller() -> None:
    stage = Stage(groups=GROUPS, numbers=NUMBERS, more=MORE)
    _, amina = stage.connected(DIRECT)
    stage.register("bygg1")
    second = stage.dial_from("kc1", MENU)
    second.pick_up()
    press(stage, "1", "call2.0")
    david = stage.offered("bygg1")
    david.accept()
    david.peer.take("ACK")

    assert refer(amina, replaces(second)) == 202

    assert stage.media.bridges == {CALLER: "call1.2", "call1.2": CALLER}


def test_whoever_is_in_a_menu_has_nobody_to_be_handed_to() -> None:
    stage = Stage(groups=GROUPS, numbers=NUMBERS, more=MORE)
    _, amina = stage.connected(DIRECT)
    second = stage.dial_from("kc1", MENU)
    second.pick_up()

    refer(amina, replaces(second))

    assert stage.media.bridges == {CALLER: MEMBER, MEMBER: CALLER}
    assert stage.media.playing == {"call2.0": "menu"}


# ---- voicemail


def test_from_a_voicemail_to_kontaktcenter_by_a_key(town: Stage) -> None:
    in_menu(town, BOX)
    assert town.media.playing == {CALLER: GREETING}

    press(town, "50")

    assert town.media.playing == {CALLER: RINGING}
    town.offered("kc1").accept()
    assert town.media.bridges == {CALLER: MEMBER, MEMBER: CALLER}


def test_a_voicemail_takes_no_message_yet_and_the_log_says_so(town: Stage) -> None:
    caller = in_menu(town, BOX)
    heard_out(town)

    caller.peer.answer(caller.peer.take("BYE"), 200)
    ended = town.outcome()
    assert (ended.outcome, ended.ended_by) == (Outcome.CLOSED, EndedBy.SERVICE)
    assert ended.reason == "voicemail kontaktcenter: no message was taken"
    town.assert_nothing_kept()


# ---- no menu


def test_keys_without_a_menu_are_what_they_were(stage: Stage) -> None:
    caller, _ = stage.connected(DIRECT)

    assert inform(caller, "1") in (200, 488)
    press(stage, "1")

    assert keys(stage) == ""


def test_who_rings_is_not_asked(town: Stage) -> None:
    town.call(BYGGLOV)

    press(town, "1")

    assert keys(town) == "" and town.facts(f.MemberOffered)
