"""telephony/legs/keys.py: keys that come as INFO."""

import pytest

from telephony.call import facts as f
from telephony.legs.keys import MOST_WAITING, PLAIN, RELAY, Key
from tests.support.scripted_peer import Party, sdp
from tests.support.stage import CLOSED, DIRECT, Stage

TAKES_INFO = ("Allow", "INVITE, ACK, BYE, INFO")


def talking(stage: Stage, side: str = "caller") -> tuple[Party, Party]:
    """A call in which both take INFO: who presses keys, and the other."""
    stage.register("kc1")
    call = stage.call(DIRECT, TAKES_INFO)
    member = stage.offered("kc1")
    member.accept(Allow=TAKES_INFO[1])
    member.peer.take("ACK")
    call.pick_up()
    return (call, member) if side == "caller" else (member, call)


def press(party: Party, body: str, content_type: str = RELAY) -> int:
    """Send an INFO with this body; the status that it gets."""
    return party.ask("INFO", body, ("Content-Type", content_type)).status


@pytest.mark.parametrize("side", ["caller", "member"])
@pytest.mark.parametrize(
    ("content_type", "body", "passed_on"),
    [
        (RELAY, "Signal=5\r\nDuration=100\r\n", b"Signal=5\r\nDuration=100\r\n"),
        (RELAY, "Signal= # \nDuration= 250", b"Signal=#\r\nDuration=250\r\n"),
        (RELAY, "Signal=a", b"Signal=A\r\nDuration=160\r\n"),
        (RELAY, "Signal=1\r\nDuration=99999\r\nX-Other=secret", b"Signal=1\r\nDuration=5000\r\n"),
        (RELAY, "Signal=1\r\nDuration=soon", b"Signal=1\r\nDuration=160\r\n"),
        (PLAIN, "*", b"*"),
        (PLAIN, "7\r\n", b"7"),
        (PLAIN, "Signal=9", b"9"),
    ],
)
def test_a_key_is_passed_on(stage: Stage, side: str, content_type: str, body: str, passed_on: bytes) -> None:
    one, other = talking(stage, side)

    assert press(one, body, content_type) == 200

    info = other.peer.take("INFO")
    assert (info.body, info.headers.get("Content-Type")) == (passed_on, content_type)
    other.peer.answer(info, 200)
    assert not one.peer.requests


@pytest.mark.parametrize("body", ["Signal=55", "Signal=", "Duration=1", "Signal=\x01", "Hook=1", " "])
def test_what_is_no_key_is_400(stage: Stage, body: str) -> None:
    one, other = talking(stage)

    assert press(one, body) == 400

    assert not other.peer.requests


@pytest.mark.parametrize("content_type", ["application/json", "application/sdp", "nonsense"])
def test_a_body_of_another_type_is_415(stage: Stage, content_type: str) -> None:
    one, _ = talking(stage)

    response = one.ask("INFO", "Signal=1", ("Content-Type", content_type))

    assert (response.status, response.headers.get("Accept")) == (415, f"{RELAY}, {PLAIN}")


def test_a_body_without_a_type_is_415(stage: Stage) -> None:
    one, _ = talking(stage)

    assert press(one, "Signal=1", "") == 415


def test_an_info_that_says_nothing_is_200(stage: Stage) -> None:
    one, other = talking(stage)

    assert one.ask("INFO").status == 200
    assert not other.peer.requests


def test_where_nobody_takes_keys_the_phone_is_told(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept(sdp(member.peer.host, "8"))
    member.peer.take("ACK")
    call.pick_up()

    assert press(call, "Signal=1") == 488
    assert not member.peer.requests


@pytest.mark.parametrize("content_type", [RELAY, PLAIN])
def test_a_key_goes_into_the_sound_of_who_takes_no_info(stage: Stage, content_type: str) -> None:
    caller, member = stage.connected()

    assert press(caller, "Signal=1\r\nDuration=250" if content_type == RELAY else "1", content_type) == 200
    assert press(member, "#", PLAIN) == 200

    length = 250 if content_type == RELAY else 160
    assert stage.media.keys == [("call1.1", "1", length), ("call1.0", "#", 160)]
    assert not member.peer.requests


def test_a_key_in_the_sound_goes_as_info_to_who_has_none_in_it(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept(sdp(member.peer.host, "8"), Allow=TAKES_INFO[1])
    member.peer.take("ACK")
    assert b"telephone-event" in call.assert_answered().body
    call.ack()
    assert stage.media.watched == {"call1.0"}

    stage.node.key_pressed("call1.0", "7", stage.now)
    stage.pump()

    info = member.peer.take("INFO")
    assert (info.body, info.headers.get("Content-Type")) == (b"Signal=7\r\nDuration=160\r\n", RELAY)
    member.peer.answer(info, 200)
    assert not call.peer.has("INVITE") and not member.peer.has("INVITE")
    assert b"telephone-event" in call.reinvite(sdp(call.peer.host, "8 101", "sendonly")).body


def test_keys_in_the_sound_of_both_are_none_of_ours(stage: Stage) -> None:
    stage.connected()

    assert stage.media.watched == set()
    stage.node.key_pressed("call1.0", "7", stage.now)
    stage.node.key_pressed("call9.0", "7", stage.now)
    stage.pump()
    assert not stage.phone("kc1").has("INFO")


def test_keys_during_an_announcement_go_nowhere(stage: Stage) -> None:
    call = stage.call(CLOSED)
    call.pick_up()

    assert press(call, "Signal=1") == 488


def test_keys_do_not_overtake_each_other(stage: Stage) -> None:
    one, other = talking(stage)
    for key in "123":
        press(one, f"Signal={key}")
    taken = []

    while other.peer.has("INFO"):
        info = other.peer.take("INFO")
        taken.append(info.body[7:8])
        assert not other.peer.has("INFO")
        other.peer.answer(info, 100)
        assert not other.peer.has("INFO")
        other.peer.answer(info, 200)

    assert taken == [b"1", b"2", b"3"]


def test_keys_that_are_not_taken_are_refused_in_the_end(stage: Stage) -> None:
    one, _ = talking(stage)

    statuses = [press(one, "Signal=1") for _ in range(MOST_WAITING + 2)]

    assert statuses == [200] * (MOST_WAITING + 1) + [480]


def test_a_key_that_finds_no_dialog_ends_the_call(stage: Stage) -> None:
    one, other = talking(stage)
    press(one, "Signal=1")

    other.peer.answer(other.peer.take("INFO"), 481)

    assert stage.facts(f.LegLost)[0].why == "no_dialog"


def test_keys_that_wait_end_with_the_call(stage: Stage) -> None:
    one, other = talking(stage)
    press(one, "Signal=1")
    press(one, "Signal=2")
    info = other.peer.take("INFO")
    one.hang_up()
    assert press(other, "Signal=3") == 488

    other.peer.answer(info, 200)
    other.peer.answer_all("BYE")

    assert not other.peer.has("INFO")
    stage.assert_nothing_kept()


def test_an_answer_to_a_key_after_the_end_leaves_nothing(stage: Stage) -> None:
    one, other = talking(stage)
    press(one, "Signal=1")
    one.hang_up()
    other.peer.answer_all("BYE")

    other.peer.answer(other.peer.take("INFO"), 481)

    stage.assert_nothing_kept()


def test_reading_costs_the_same_whatever_is_sent() -> None:
    assert Key.parse(b"Signal=1\r\n" * 100_000, RELAY) is not None
    assert Key.parse(b"\xff" * 1000, PLAIN) is None
