"""Transfers by keys, for phones that cannot REFER: who hears what, and when."""

import pytest

from telephony.call import transfer_facts as t
from telephony.legs.digits import CODE_SECONDS, FIRST_SECONDS, PAUSE_SECONDS
from telephony.legs.keypad import DIAL_TONE, SILENCE
from telephony.legs.leg import RINGING
from tests.support.plans import BYGGLOV, MUNICIPALITY
from tests.support.scripted_peer import Party, sdp
from tests.support.stage import CLOSED, DIRECT, Stage
from tests.telephony.legs.test_consulted import consulting, replaces
from tests.telephony.legs.test_refer import DAVID, HANDED_ON, PEOPLE, answered, refer

CODE = MUNICIPALITY + 'transfer_code = "**"\n'
BY_KEYS = "0853061777#"
CALLER, AMINA, TARGET = "call1.0", "call1.1", "call1.2"


@pytest.fixture(name="town")
def _town() -> Stage:
    """A town in which calls are handed on by two stars."""
    stage = Stage(municipality=CODE, people=PEOPLE)
    stage.register("bygg1")
    return stage


def press(stage: Stage, keys: str, leg: str = AMINA) -> None:
    """Press keys in the sound of a leg, as its phone does."""
    for key in keys:
        assert leg in stage.media.watched
        stage.node.key_pressed(leg, key, stage.now)
        stage.pump()


def inform(party: Party, key: str) -> int:
    """Press a key as INFO."""
    return party.ask("INFO", f"Signal={key}", ("Content-Type", "application/dtmf-relay")).status


def numbers(stage: Stage) -> list[str]:
    """What was asked for."""
    return [fact.number for fact in stage.facts(t.TransferRequested)]


def test_only_the_member_is_listened_to(town: Stage) -> None:
    town.connected()

    assert town.media.watched == {AMINA}


def test_who_picks_up_a_caller_without_keys_is_listened_to(town: Stage) -> None:
    town.call(BYGGLOV, body=sdp("192.0.2.10", "8"))

    colleague = town.dial_from("bygg2", "*8")

    assert b"telephone-event" in colleague.assert_answered().body
    colleague.pick_up()
    assert town.media.watched == {"call1.2"}


def test_nobody_is_without_a_code(stage: Stage) -> None:
    _, amina = stage.connected()

    assert stage.media.watched == set()
    stage.node.key_pressed(AMINA, "*", stage.now)
    assert inform(amina, "*") == 200
    assert stage.media.bridges


def test_the_caller_hears_ringing_from_the_code_on_and_then_the_target(town: Stage) -> None:
    caller, amina = town.connected()

    press(town, "**")
    assert town.media.playing == {CALLER: RINGING, AMINA: DIAL_TONE}
    assert town.media.bridges == {}
    press(town, "0")
    assert town.media.playing == {CALLER: RINGING, AMINA: SILENCE}
    press(town, "853061777#")
    assert numbers(town) == [DAVID]
    assert town.media.playing == {CALLER: HANDED_ON, AMINA: RINGING}
    david = answered(town, "bygg1")

    assert town.media.bridges == {CALLER: TARGET, TARGET: CALLER}
    assert town.media.playing == {}
    amina.peer.answer(amina.peer.take("BYE"), 200)
    assert not caller.peer.has("INVITE") and not amina.peer.has("NOTIFY")
    david.hang_up()
    caller.peer.answer(caller.peer.take("BYE"), 200)
    town.assert_nothing_kept()


def test_a_pause_ends_the_number(town: Stage) -> None:
    town.connected()
    press(town, "**0853061777")

    town.wait(PAUSE_SECONDS - 0.1)
    assert numbers(town) == []
    town.wait(0.2)

    assert numbers(town) == [DAVID]


def test_stars_that_are_pressed_slowly_are_for_the_caller(town: Stage) -> None:
    town.connected()
    press(town, "*")
    town.wait(CODE_SECONDS + 0.1)
    press(town, "*")

    assert town.media.bridges == {CALLER: AMINA, AMINA: CALLER}


@pytest.mark.parametrize("keys", ["***", "**08*", "**#"])
def test_called_off_the_two_go_on(town: Stage, keys: str) -> None:
    caller, amina = town.connected()

    press(town, keys)

    assert town.media.bridges == {CALLER: AMINA, AMINA: CALLER}
    assert town.media.playing == {}
    assert numbers(town) == []
    assert not caller.peer.requests and not amina.peer.requests
    press(town, "**")
    assert town.media.playing[AMINA] == DIAL_TONE


def test_nothing_keyed_they_go_on(town: Stage) -> None:
    town.connected()
    press(town, "**")

    town.wait(FIRST_SECONDS + 0.1)

    assert town.media.bridges == {CALLER: AMINA, AMINA: CALLER}


@pytest.mark.parametrize("number", ["112#", "0853061999#", "5#"])
def test_a_number_that_nobody_may_be_handed_to_connects_them_again(town: Stage, number: str) -> None:
    town.connected()

    press(town, "**" + number)

    assert town.media.bridges == {CALLER: AMINA, AMINA: CALLER}
    assert len(town.facts(t.TransferRefused)) == 1


def test_nobody_answers_and_they_are_connected_again(town: Stage) -> None:
    _, amina = town.connected()
    press(town, "**" + BY_KEYS)

    town.offered("bygg1").refuse(486)

    assert town.media.bridges == {CALLER: AMINA, AMINA: CALLER}
    assert not amina.peer.has("BYE") and not amina.peer.has("NOTIFY")
    press(town, "**")
    assert town.media.playing[AMINA] == DIAL_TONE


def test_the_caller_leaves_while_a_number_is_keyed(town: Stage) -> None:
    caller, amina = town.connected()
    press(town, "**08")

    caller.hang_up()

    amina.peer.answer(amina.peer.take("BYE"), 200)
    town.assert_nothing_kept()


def test_the_member_leaves_while_a_number_is_keyed(town: Stage) -> None:
    caller, amina = town.connected()
    press(town, "**08")

    amina.hang_up()

    caller.peer.answer(caller.peer.take("BYE"), 200)
    town.assert_nothing_kept()


def test_who_leaves_after_the_number_has_handed_the_call_on(town: Stage) -> None:
    _, amina = town.connected()
    press(town, "**" + BY_KEYS)
    amina.hang_up()

    answered(town, "bygg1")

    assert town.media.bridges == {CALLER: TARGET, TARGET: CALLER}


def test_keys_as_info_do_it_too_and_are_not_passed_on(town: Stage) -> None:
    _, amina = town.connected()

    assert [inform(amina, key) for key in "**" + BY_KEYS] == [200] * (2 + len(BY_KEYS))

    assert numbers(town) == [DAVID]
    assert town.media.keys == [(CALLER, "*", 160)]  # the first of the code: it could be anything


def test_a_phone_that_sends_each_key_twice_is_heard_once(town: Stage) -> None:
    _, amina = town.connected()

    press(town, "*")
    assert inform(amina, "*") == 200

    assert town.media.bridges
    press(town, "*")
    assert town.media.playing[AMINA] == DIAL_TONE
    assert inform(amina, "*") == 200
    assert town.media.playing[AMINA] == DIAL_TONE


def test_a_caller_on_hold_is_taken_off_it(town: Stage) -> None:
    caller, amina = town.connected()
    assert amina.reinvite(sdp(amina.peer.host, "8 101", "sendonly")).status == 200
    held = caller.peer.take("INVITE")
    caller.peer.answer(held, 200, sdp(caller.peer.host, "8 101", "recvonly"))

    press(town, "**")

    assert town.media.playing[CALLER] == RINGING


def test_keys_are_agreed_on_with_a_member_whose_caller_has_none(town: Stage) -> None:
    town.register("kc1")
    call = town.call(DIRECT, body=sdp("192.0.2.10", "8"))
    member = town.offered("kc1")
    assert b"telephone-event/8000" in member.invite.body
    member.accept(sdp(member.peer.host, "8 101"))
    member.peer.take("ACK")
    call.pick_up()

    assert town.media.watched == {AMINA}
    assert b"telephone-event" in member.reinvite(sdp(member.peer.host, "8 101", "sendonly")).body
    held = call.peer.take("INVITE")
    call.peer.answer(held, 200, sdp(call.peer.host, "8", "recvonly"))
    assert not member.peer.has("INVITE")


def test_keys_stay_agreed_on_when_we_change_something(town: Stage) -> None:
    town.register("kc1")
    call = town.call(DIRECT, body=sdp("192.0.2.10", "8"))
    member = town.offered("kc1")
    member.accept(sdp(member.peer.host, "8 101"))
    member.peer.take("ACK")
    call.pick_up()

    call.reinvite(sdp("192.0.2.10", "8", "inactive"))

    assert b"telephone-event" in member.peer.take("INVITE").body


def test_a_phone_that_calls_may_hand_on_too(town: Stage) -> None:
    town.register("kc1", "kc2")
    call = town.dial_from("kc2", DIRECT)
    member = town.offered("kc1")
    member.accept(sdp(member.peer.host, "8 101"))
    call.pick_up()

    assert town.media.watched == {CALLER, AMINA}
    press(town, "**" + BY_KEYS, CALLER)
    answered(town, "bygg1")

    assert town.media.bridges == {AMINA: TARGET, TARGET: AMINA}


def test_112_is_not_handed_on(town: Stage) -> None:
    call = town.call("112")
    alarm = town.offered_at(town.alarm)
    alarm.accept()
    call.pick_up()

    assert town.media.watched == set()


def test_keys_during_an_announcement_are_nobodys(town: Stage) -> None:
    town.register("kc2")
    call = town.dial_from("kc2", CLOSED)
    call.pick_up()

    assert town.media.watched == set()


def test_a_refer_has_to_wait(town: Stage) -> None:
    _, amina = town.connected()
    press(town, "**")

    assert refer(amina) == 491


def test_a_refer_of_the_other_puts_an_end_to_it(town: Stage) -> None:
    town.register("kc1", "kc2")
    call = town.dial_from("kc2", DIRECT)
    member = town.offered("kc1")
    member.accept(sdp(member.peer.host, "8 101"))
    call.pick_up()
    press(town, "**08", AMINA)

    assert refer(call) == 202

    assert town.media.playing[AMINA] == HANDED_ON
    town.node.key_pressed(AMINA, "5", town.now)
    assert numbers(town) == [DAVID]
    town.wait(FIRST_SECONDS)
    answered(town, "bygg1")
    assert town.media.bridges == {AMINA: TARGET, TARGET: AMINA}


def test_who_is_taken_over_while_keying_keys_for_nothing() -> None:
    town = Stage(municipality=CODE, people=PEOPLE)
    caller, amina, second, _ = consulting(town)
    press(town, "**0", "call2.1")

    assert refer(amina, replaces(second)) == 202
    town.wait(FIRST_SECONDS)

    assert town.media.bridges == {CALLER: TARGET, TARGET: CALLER}
    assert caller.peer.has("INVITE")


def test_who_keys_for_a_caller_that_is_gone_has_nobody_to_go_on_with(town: Stage) -> None:
    caller, amina = town.connected()
    press(town, "**0")
    caller.hang_up()

    assert inform(amina, "*") == 488

    amina.peer.answer(amina.peer.take("BYE"), 200)
    town.assert_nothing_kept()
