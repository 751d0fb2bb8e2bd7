"""A member's mobile behind a trunk: what it hears, how its key comes, and when the caller is answered."""

import pytest

from telephony.call import facts as f
from telephony.call.confirming import SECONDS, TIMES
from telephony.call.facts import Outcome
from tests.support.plans import BYGGLOV, PEOPLE
from tests.support.scripted_peer import Incoming, Outgoing, sdp
from tests.support.stage import GROUPS, NUMBERS, Stage

MOBILE = "+46701740699"
NET = """
[trunks.operator]
peers = ["192.0.2.10"]
numbers = ["+4685306"]
[trunks.net]
peers = ["192.0.2.40"]
gateways = ["192.0.2.40", "192.0.2.41"]
outside = true
number_format_out = "national"
identity = "p-asserted-identity"
"""
CALLER, PHONE, OUTSIDE = "call1.0", "call1.1", "call1.2"


def town(options: str = "") -> Stage:
    """David has a phone, Elif a mobile alone; both are rung together."""
    stage = Stage(
        trunks=NET + options,
        people=PEOPLE.replace('["bygg2"]', f'[], mobile = "{MOBILE}"'),
        groups=GROUPS.replace('strategy = "linear", ring_seconds = 15', "ring_seconds = 25"),
        numbers=NUMBERS,
    )
    stage.peer("192.0.2.40"), stage.peer("192.0.2.41")
    stage.register("bygg1")
    return stage


def called(stage: Stage) -> tuple[Outgoing, Incoming, Incoming]:
    """A citizen calls: the caller, David's phone, Elif's mobile."""
    caller = stage.call(BYGGLOV)
    return caller, stage.offered("bygg1"), stage.offered_at(stage.peer("192.0.2.40"))


def answered(stage: Stage) -> tuple[Outgoing, Incoming, Incoming]:
    caller, david, mobile = called(stage)
    david.ring()
    mobile.ring()
    mobile.accept()
    mobile.peer.take("ACK")
    return caller, david, mobile


def press(stage: Stage, mobile: Incoming, key: str, way: str) -> None:
    """Press a key in the sound, or as INFO."""
    if way == "RTP":
        stage.node.key_pressed(OUTSIDE, key, stage.now)
        stage.pump()
    else:
        body = f"Signal={key}\r\nDuration=100\r\n"
        assert mobile.ask("INFO", body, ("Content-Type", way)).status == 200


def test_the_invite_goes_as_calls_outside_do_with_the_number_that_was_called() -> None:
    stage = town()

    _, _, mobile = called(stage)

    assert mobile.invite.uri == "sip:0701740699@192.0.2.40:5060"
    assert "<sip:0853061201@" in (mobile.invite.headers.get("Diversion") or "")
    assert mobile.invite.headers.get("P-Asserted-Identity") == "<sip:0701740605@192.0.2.1>"
    assert b"telephone-event" in mobile.invite.body
    assert not stage.peer("192.0.2.41").has("INVITE")


def test_a_caller_without_keys_does_not_keep_the_mobile_from_them() -> None:
    stage = town()
    stage.call(BYGGLOV, body=sdp("192.0.2.10", "8"))

    assert b"telephone-event" in stage.offered_at(stage.peer("192.0.2.40")).invite.body


@pytest.mark.parametrize("way", ["RTP", "application/dtmf-relay"])
def test_the_caller_is_answered_when_the_key_is_pressed(way: str) -> None:
    stage = town()
    caller, david, mobile = answered(stage)
    assert stage.media.playing == {OUTSIDE: "confirm_outside"}
    assert stage.media.watched == {OUTSIDE}
    assert caller.statuses == [100, 180] and not stage.media.bridges

    press(stage, mobile, "1", way)

    caller.pick_up()
    assert stage.media.bridges == {CALLER: OUTSIDE, OUTSIDE: CALLER}
    assert stage.media.playing == {} and not stage.media.watched
    david.assert_cancelled("Call completed elsewhere")
    caller.hang_up()
    mobile.peer.answer(mobile.peer.take("BYE"), 200)
    assert stage.outcome().outcome is Outcome.ANSWERED
    stage.assert_nothing_kept()


def test_a_colleague_is_connected_while_a_voicemail_hears_the_prompt() -> None:
    stage = town()
    caller, david, mobile = answered(stage)
    stage.wait(5.0)

    david.accept()
    david.peer.take("ACK")

    caller.pick_up()
    mobile.peer.answer(mobile.peer.take("BYE"), 200)
    assert stage.media.bridges == {CALLER: PHONE, PHONE: CALLER}
    caller.hang_up()
    david.peer.answer(david.peer.take("BYE"), 200)
    (connected,) = stage.facts(f.CallConnected)
    assert connected.member == "david"
    stage.assert_nothing_kept()


def test_a_voicemail_is_hung_up_on_and_the_others_ring_on() -> None:
    stage = town()
    caller, david, mobile = answered(stage)

    stage.wait(SECONDS * TIMES)

    mobile.peer.answer(mobile.peer.take("BYE"), 200)
    assert not david.peer.has("CANCEL")
    assert caller.statuses == [100, 180]
    david.accept()
    david.peer.take("ACK")
    caller.pick_up()
    assert stage.media.bridges == {CALLER: PHONE, PHONE: CALLER}


def test_what_a_mobile_keys_while_it_talks_is_for_the_caller() -> None:
    stage = town()
    caller, _, mobile = answered(stage)
    press(stage, mobile, "1", "RTP")
    caller.pick_up()
    before = len(stage.facts(f.LegFact))

    stage.node.key_pressed(OUTSIDE, "5", stage.now)

    assert len(stage.facts(f.LegFact)) == before


def test_a_key_after_the_end_is_nobodys() -> None:
    stage = town()
    _, _, mobile = answered(stage)
    mobile.hang_up()

    stage.node.key_pressed(OUTSIDE, "1", stage.now)

    assert not stage.facts(f.CallConnected)


def test_who_has_hung_up_already_is_asked_nothing() -> None:
    """The answer and the BYE of a caller who leaves cross: nothing plays to a leg that is being ended."""
    stage = town()
    caller, _, mobile = called(stage)
    caller.cancel()
    mobile.accept()

    mobile.peer.take("ACK")
    mobile.peer.answer(mobile.peer.take("BYE"), 200)
    assert stage.media.playing == {}
