"""Pick-up on the wire: by code, and by INVITE with Replaces (RFC 3891)."""

import pytest

from telephony.call import actions as a
from telephony.call import facts as f
from telephony.call.record import records
from tests.support.plans import BYGGLOV, MAIN
from tests.support.scripted_peer import Incoming, Outgoing, sdp
from tests.support.stage import CALLER, DIRECT, Stage


def rings(stage: Stage, number: str = BYGGLOV, account: str = "bygg1") -> tuple[Outgoing, Incoming]:
    """A caller, and a phone that rings."""
    stage.register(account)
    caller = stage.call(number)
    member = stage.offered(account)
    member.ring()
    return caller, member


def naming(leg: Incoming | Outgoing, more: str = "") -> tuple[str, str]:
    """Replaces for a dialog of a phone, as the dialog event package has it: local is the phone's."""
    mine = leg.local.rpartition("tag=")[2] if isinstance(leg, Outgoing) else leg.tag
    ours = leg.remote.rpartition("tag=")[2]
    return "Replaces", f"{leg.call_id};to-tag={ours};from-tag={mine}{more}"


def assert_talk(stage: Stage, a: str, b: str) -> None:
    assert stage.media.bridges == {a: b, b: a}


# ---- by code


def test_a_colleague_picks_up_by_code(stage: Stage) -> None:
    caller, member = rings(stage)

    colleague = stage.dial_from("bygg2", "*8")

    colleague.pick_up()
    member.assert_cancelled('cause=200;text="Call completed elsewhere"')
    caller.pick_up()
    assert_talk(stage, "call1.0", "call1.2")
    assert colleague.hang_up().status == 200
    caller.peer.answer_all("BYE")
    stage.assert_nothing_kept()
    first, second = records(stage.virtual.journal.facts).values()
    assert (first.answered_by, first.outcome) == ("elif", f.Outcome.ANSWERED)
    assert second.reason == "picked up"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ((), f'"Bygglov: 070-174 06 05" <sip:{CALLER}@192.0.2.1>'),
        ([("Privacy", "id")], '"Bygglov: dold" <sip:anonymous@anonymous.invalid>'),
    ],
)
def test_whoever_picks_up_is_shown_who_that_is(
    stage: Stage, fields: list[tuple[str, str]], shown: str
) -> None:
    stage.register("bygg1")
    stage.call(BYGGLOV, *fields)

    answer = stage.dial_from("bygg2", "*8").assert_answered()

    assert answer.headers.get("P-Asserted-Identity") == shown


def test_one_who_hears_early_sound_is_picked_up(stage: Stage) -> None:
    stage.register("bygg1")
    caller = stage.call(BYGGLOV)
    member = stage.offered("bygg1")
    member.ring(183, sdp(member.peer.host, "8 101"))
    member.ring(180, sdp(member.peer.host, "8 101"))
    assert caller.statuses[-1] == 183

    peer = stage.phone("bygg2")
    colleague = Outgoing(peer, "x", "<sip:bygg2@vaxeln.example>;tag=c", "<sip:*8@x>", "sip:*8@vaxeln.example")
    colleague.authenticated("INVITE", "bygg2", "", body=sdp(peer.host, "0 101"))  # the law that it has not

    colleague.pick_up()
    caller.pick_up()
    assert_talk(stage, "call1.0", "call1.2")


def test_an_escaped_code_and_a_number_after_it(stage: Stage) -> None:
    _, member = rings(stage)

    stage.dial_from("bygg2", "%2A80853061201").pick_up()

    member.assert_cancelled()


@pytest.mark.parametrize("account", ["kc1", "kc2"])
def test_who_is_not_of_the_group_gets_404(stage: Stage, account: str) -> None:
    caller, member = rings(stage)

    stage.dial_from(account, "*8").assert_refused(404)

    member.accept()
    caller.pick_up()


def test_two_who_pick_up_at_the_same_time(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    caller, first = rings(stage)

    one, two = stage.dial_from("bygg2", "*8"), stage.dial_from("bygg1m", "*8")

    one.pick_up()
    two.assert_refused(404)
    first.assert_cancelled()
    caller.pick_up()
    assert_talk(stage, "call1.0", "call1.2")


def test_the_phone_that_rings_answers_in_the_same_moment(stage: Stage) -> None:
    caller, member = rings(stage)

    colleague = stage.dial_from("bygg2", "*8")
    member.accept()  # crosses our CANCEL

    assert member.peer.has("ACK")
    member.peer.answer_all("BYE")
    colleague.pick_up()
    caller.pick_up()
    assert_talk(stage, "call1.0", "call1.2")


def test_the_caller_gives_up_in_the_same_moment(stage: Stage) -> None:
    caller, member = rings(stage)
    caller.cancel()

    stage.dial_from("bygg2", "*8").assert_refused(404)

    caller.assert_refused(487)
    member.assert_cancelled()
    stage.assert_nothing_kept()


def test_the_caller_leaves_as_soon_as_it_was_picked_up(stage: Stage) -> None:
    caller, member = rings(stage)
    colleague = stage.dial_from("bygg2", "*8")
    caller.pick_up()

    caller.hang_up()

    colleague.pick_up()
    member.assert_cancelled()
    colleague.peer.answer_all("BYE")
    stage.assert_nothing_kept()


def test_without_sound_in_common_it_is_488_and_rings_on(stage: Stage) -> None:
    caller, member = rings(stage)
    peer = stage.phone("bygg2")
    colleague = Outgoing(peer, "x", "<sip:bygg2@vaxeln.example>;tag=c", "<sip:*8@x>", "sip:*8@vaxeln.example")

    colleague.authenticated("INVITE", "bygg2", "", body=sdp(peer.host, "111"))

    colleague.assert_refused(488)
    member.accept()
    caller.pick_up()
    assert_talk(stage, "call1.0", "call1.1")


def delayed(stage: Stage) -> Outgoing:
    """A pick-up by a phone that leaves the offer to us."""
    peer = stage.phone("bygg2")
    colleague = Outgoing(peer, "x", "<sip:bygg2@vaxeln.example>;tag=c", "<sip:*8@x>", "sip:*8@vaxeln.example")
    colleague.authenticated("INVITE", "bygg2", "")
    colleague.assert_answered()
    return colleague


def test_a_pick_up_that_leaves_the_offer_to_us(stage: Stage) -> None:
    caller, member = rings(stage)
    colleague = delayed(stage)
    caller.assert_ringing()

    colleague.ack(sdp(colleague.peer.host, "8 101"))

    member.assert_cancelled()
    caller.pick_up()
    assert_talk(stage, "call1.0", "call1.2")


def test_somebody_else_answers_before_such_a_one_has(stage: Stage) -> None:
    caller, member = rings(stage)
    colleague = delayed(stage)

    member.accept()
    colleague.ack(sdp(colleague.peer.host, "8 101"))

    caller.pick_up()
    assert colleague.peer.answer_all("BYE")
    assert_talk(stage, "call1.0", "call1.1")


def test_a_caller_who_left_the_offer_to_us_is_picked_up(stage: Stage) -> None:
    stage.register("bygg1")
    caller = stage.call(BYGGLOV, body="")

    stage.dial_from("bygg2", "*8").pick_up()

    caller.assert_answered()
    caller.ack(sdp(caller.peer.host, "8 101"))
    assert_talk(stage, "call1.0", "call1.2")


def test_what_picks_up_and_gives_up_at_once_leaves_nothing(stage: Stage) -> None:
    caller, member = rings(stage)
    colleague = stage.dial_from("bygg2", "*8")
    colleague.cancel()  # too late: it was answered

    colleague.pick_up()
    assert colleague.hang_up().status == 200

    caller.pick_up()
    member.assert_cancelled()
    caller.peer.answer_all("BYE")
    stage.assert_nothing_kept()


def test_what_is_asked_of_legs_that_have_changed_meanwhile_is_nothing(stage: Stage) -> None:
    caller, _ = rings(stage)
    colleague = stage.dial_from("bygg2", "*8")
    caller.pick_up()
    sent = len(caller.peer.responses), len(colleague.peer.responses)

    stage.node.legs.perform(a.PickUp("call1.2", "call1.0", "", None), stage.now)
    stage.node.legs.perform(a.PickUp("call1.2", "call1.7", "", None), stage.now)
    stage.node.legs.perform(a.PassEarlySound("call1.0", "call1.7"), stage.now)
    stage.pump()

    assert (len(caller.peer.responses), len(colleague.peer.responses)) == sent


# ---- by Replaces


@pytest.mark.parametrize("more", ["", ";early-only"])
def test_a_ringing_dialog_is_replaced_by_a_colleague(stage: Stage, more: str) -> None:
    caller, member = rings(stage)

    colleague = stage.dial_from("bygg2", "bygg1", naming(member, more), ("Require", "replaces"))

    colleague.pick_up()
    member.assert_cancelled('cause=200;text="Call completed elsewhere"')
    caller.pick_up()
    assert_talk(stage, "call1.0", "call1.2")


def test_the_tags_may_be_named_from_the_other_side(stage: Stage) -> None:
    _, member = rings(stage)
    ours = member.remote.rpartition("tag=")[2]
    replaces = "Replaces", f"{member.call_id};from-tag={ours};to-tag={member.tag}"

    stage.dial_from("bygg2", "bygg1", replaces).pick_up()

    member.assert_cancelled()


def test_who_is_not_of_the_group_gets_403(stage: Stage) -> None:
    _, member = rings(stage)

    stage.dial_from("kc1", "bygg1", naming(member)).assert_refused(403)

    assert member.cancel is None


def test_a_trunk_takes_no_place_in_a_call(stage: Stage) -> None:
    _, member = rings(stage)

    stage.call(MAIN, naming(member)).assert_refused(403)

    assert member.cancel is None


def test_a_dialog_that_is_not_ours_is_481(stage: Stage) -> None:
    _, member = rings(stage)
    name, value = naming(member)

    for text in (value.replace(member.tag, "other"), f"x{value}"):
        stage.dial_from("bygg2", "bygg1", (name, text)).assert_refused(481)
    assert stage.facts(f.CallRefused)[-1].why == "what is to be replaced is no dialog of ours"


@pytest.mark.parametrize("text", ["", "x", "x;to-tag=1"])
def test_one_that_cannot_be_read_is_400(stage: Stage, text: str) -> None:
    stage.dial_from("bygg2", "bygg1", ("Replaces", text or ";")).assert_refused(400)


def test_more_than_one_is_400(stage: Stage) -> None:
    _, member = rings(stage)

    stage.dial_from("bygg2", "bygg1", naming(member), naming(member)).assert_refused(400)


def test_an_early_dialog_that_the_phone_has_set_up_is_481(stage: Stage) -> None:
    """RFC 3891 3."""
    stage.register("kc1")
    caller = stage.dial_from("bygg1", DIRECT)
    stage.offered("kc1").ring()
    caller.remote = str(caller.responses(caller.branch)[-1].to)

    stage.dial_from("bygg2", "bygg1", naming(caller)).assert_refused(481)


def test_one_that_is_over_is_603(stage: Stage) -> None:
    """RFC 3891 3: it has not yet ended for us."""
    caller, member = rings(stage)
    caller.cancel()

    stage.dial_from("bygg2", "bygg1", naming(member)).assert_refused(603)


def talk(stage: Stage) -> tuple[Outgoing, Incoming]:
    caller, member = rings(stage)
    member.accept()
    member.peer.take("ACK")
    caller.pick_up()
    return caller, member


def test_early_only_of_one_that_talks_is_486(stage: Stage) -> None:
    _, member = talk(stage)

    stage.dial_from("bygg1m", "bygg1", naming(member, ";early-only")).assert_refused(486)


def test_a_confirmed_dialog_of_somebody_else_is_403(stage: Stage) -> None:
    _, member = talk(stage)

    stage.dial_from("bygg2", "bygg1", naming(member)).assert_refused(403)
    assert_talk(stage, "call1.0", "call1.1")


def test_another_phone_of_ones_own_takes_it_over(stage: Stage) -> None:
    caller, member = talk(stage)

    other = stage.dial_from("bygg1m", "bygg1", naming(member))

    other.pick_up()
    assert_talk(stage, "call1.0", "call1.2")
    assert member.peer.answer_all("BYE")
    assert caller.hang_up().status == 200
    other.peer.answer_all("BYE")
    stage.assert_nothing_kept()


def test_a_take_over_without_sound_in_common_changes_nothing(stage: Stage) -> None:
    _, member = talk(stage)
    peer = stage.phone("bygg1m")
    other = Outgoing(peer, "x", "<sip:bygg1m@vaxeln.example>;tag=c", "<sip:b@x>", "sip:b@vaxeln.example")

    other.authenticated("INVITE", "bygg1m", "", naming(member), body=sdp(peer.host, "111"))

    other.assert_refused(488)
    assert_talk(stage, "call1.0", "call1.1")


def test_a_take_over_that_leaves_the_offer_to_us(stage: Stage) -> None:
    _, member = talk(stage)
    peer = stage.phone("bygg1m")
    other = Outgoing(peer, "x", "<sip:bygg1m@vaxeln.example>;tag=c", "<sip:b@x>", "sip:b@vaxeln.example")
    other.authenticated("INVITE", "bygg1m", "", naming(member))
    other.assert_answered()
    assert_talk(stage, "call1.0", "call1.1")

    other.ack(sdp(peer.host, "8 101"))

    assert_talk(stage, "call1.0", "call1.2")
    assert member.peer.answer_all("BYE")


def test_the_one_who_talks_hangs_up_before_such_a_one_has_it(stage: Stage) -> None:
    caller, member = talk(stage)
    peer = stage.phone("bygg1m")
    other = Outgoing(peer, "x", "<sip:bygg1m@vaxeln.example>;tag=c", "<sip:b@x>", "sip:b@vaxeln.example")
    other.authenticated("INVITE", "bygg1m", "", naming(member))
    other.assert_answered()

    member.hang_up()
    other.ack(sdp(peer.host, "8 101"))

    assert caller.peer.answer_all("BYE")
    assert peer.answer_all("BYE")
    stage.assert_nothing_kept()


def test_to_112_nobody_takes_a_place(stage: Stage) -> None:
    stage.register("bygg2")
    _, member = rings(stage)

    stage.call("112", naming(member), ("Require", "replaces"), peer=stage.phone("bygg2"), caller="bygg2")

    assert stage.alarm.has("INVITE")
    assert member.cancel is None


def test_nobody_takes_the_place_of_who_calls_112(stage: Stage) -> None:
    stage.register("bygg1")
    caller = stage.call("112", peer=stage.phone("bygg1"), caller="bygg1", host="vaxeln.example")
    alarm = stage.offered_at(stage.alarm)
    alarm.accept()
    caller.pick_up()

    stage.dial_from("bygg1m", "bygg1", naming(caller)).assert_refused(403)
    assert_talk(stage, "call1.0", "call1.1")
