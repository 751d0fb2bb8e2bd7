"""Attended transfers: REFER with Replaces, resolved among our own dialogs (RFC 3891, RFC 5589 7)."""

from urllib.parse import quote

import pytest

from telephony.call import facts as f
from telephony.call import transfer_facts as t
from telephony.call.actions import TakeOver
from telephony.call.facts import EndedBy, Outcome
from telephony.call.record import records
from tests.support.plans import BYGGLOV
from tests.support.scripted_peer import Incoming, Outgoing, Party, sdp
from tests.support.stage import DIRECT, Stage
from tests.support.switchboard import REALM, VirtualNode
from tests.telephony.legs.test_refer import DAVID, HANDED_ON, answered, refer, talking, told, town


def replaces(consulted: Party, more: str = "") -> str:
    """Refer-To with Replaces, as a phone makes it of its own dialog (RFC 5589 7.3): its remote tag is
    to-tag."""
    remote, local = (text.partition("tag=")[2] for text in (consulted.remote, consulted.local))
    fields = f"{quote(consulted.call_id)}%3Bto-tag%3D{remote}%3Bfrom-tag%3D{local}"
    return f"<sip:anybody@{REALM}?Replaces={fields}{more}>"


def consulting(stage: Stage, *, answer: bool = True) -> tuple[Outgoing, Incoming, Outgoing, Incoming]:
    """A caller talks with Amina, who holds and has called David."""
    caller, amina = talking(stage)
    amina.reinvite(sdp(amina.peer.host, "8 101", "sendonly"))
    held = caller.peer.take("INVITE")
    caller.peer.answer(held, 200, sdp(caller.peer.host, "8 101", "recvonly"))
    second = stage.dial_from("kc1", DAVID)
    david = stage.offered("bygg1")
    david.ring()
    if answer:
        david.accept()
        david.peer.take("ACK")
        second.pick_up()
    else:
        second.remote = str(second.responses(second.branch)[-1].to)
    return caller, amina, second, david


def test_the_callers_call_keeps_its_id_and_takes_over_the_consulted_leg() -> None:
    stage = town()
    caller, amina, second, david = consulting(stage)

    assert refer(amina, replaces(second, "&Require=replaces")) == 202

    assert told(amina.peer) == ["100 active", "200 terminated"]
    for _ in range(2):  # both of Amina's
        amina.peer.answer(amina.peer.take("BYE"), 200)
    assert stage.media.bridges == {"call1.0": "call1.2", "call1.2": "call1.0"}
    resumed = caller.peer.take("INVITE")
    assert b"a=sendrecv" in resumed.body or b"a=" not in resumed.body.partition(b"a=rtpmap")[0]
    caller.peer.answer(resumed, 200, sdp(caller.peer.host, "8 101"))
    assert [call.id for call in stage.virtual.switchboard.calls.values()] == ["call1"]
    made = records(stage.virtual.journal.facts)
    assert [talk.member for talk in made["call1"].talks] == ["amina", "david"]
    assert (made["call2"].outcome, made["call2"].reason) == (Outcome.ANSWERED, "transferred")
    assert "handed on to david of call call2" in made["call1"].reasons
    assert "goes on as call call1" in made["call2"].reasons
    assert not stage.virtual.switchboard.house.is_free("david")

    assert david.hang_up().status == 200
    caller.peer.answer(caller.peer.take("BYE"), 200)
    assert stage.outcome().ended_by is EndedBy.MEMBER
    assert stage.virtual.switchboard.house.is_free("david")
    stage.assert_nothing_kept()


def test_one_that_is_still_ringing_rings_on_and_the_caller_hears_it() -> None:
    stage = town()
    caller, amina, second, david = consulting(stage, answer=False)

    assert refer(amina, replaces(second)) == 202

    assert second.assert_refused(487)
    assert told(amina.peer) == ["100 active", "180 active"]
    assert stage.media.playing == {"call1.0": HANDED_ON}
    resumed = caller.peer.take("INVITE")
    caller.peer.answer(resumed, 200, sdp(caller.peer.host, "8 101"))
    assert david.cancel is None
    david.accept()
    assert told(amina.peer) == ["200 terminated"]
    amina.peer.answer(amina.peer.take("BYE"), 200)
    assert stage.media.bridges == {"call1.0": "call1.2", "call1.2": "call1.0"}
    caller.hang_up()
    david.peer.answer(david.peer.take("BYE"), 200)
    assert [fact.call for fact in stage.facts(f.CallEnded)] == ["call2", "call1"]
    stage.assert_nothing_kept()


def test_one_that_rings_in_vain_brings_the_caller_back() -> None:
    stage = town()
    caller, amina, second, david = consulting(stage, answer=False)
    refer(amina, replaces(second))
    second.assert_refused(487)
    told(amina.peer)
    caller.peer.answer(caller.peer.take("INVITE"), 200, sdp(caller.peer.host, "8 101"))

    stage.wait(25.2)

    david.assert_cancelled()
    assert told(amina.peer) == ["480 terminated"]
    assert stage.media.bridges == {"call1.0": "call1.1", "call1.1": "call1.0"}


def test_a_linear_group_is_hunted_on_for_the_caller() -> None:
    stage = Stage()
    stage.register("bygg1", "bygg2")
    _, amina = stage.connected()
    second = stage.dial_from("kc1", BYGGLOV)
    david = stage.offered("bygg1")
    david.ring()
    second.remote = str(second.responses(second.branch)[-1].to)
    refer(amina, replaces(second))

    david.refuse(486)

    answered(stage, "bygg2")
    assert stage.media.bridges["call1.0"] == "call1.3"


def test_the_dialog_of_somebody_else_is_403() -> None:
    stage = town()
    caller, amina = talking(stage)
    stage.register("kc2")
    other = stage.dial_from("kc2", DAVID)
    david = answered(stage, "bygg1")
    other.pick_up()

    for theirs in (david, other, caller):
        assert refer(amina, replaces(theirs)) in (202, 403)
    assert set(stage.media.bridges) == {"call1.0", "call1.1", "call2.0", "call2.1"}
    assert [fact.status for fact in stage.facts(t.TransferRefused)] == [403, 403, 481]


def test_the_consulted_may_have_called() -> None:
    stage = town()
    caller, amina = talking(stage)
    stage.register("kc2")
    second = stage.dial_from("kc2", DAVID)
    david = answered(stage, "bygg1")
    second.pick_up()
    # David hands Bengt on to whom? He consults Elif first
    stage.register("bygg2")
    third = stage.dial_from("bygg1", BYGGLOV)
    elif_ = answered(stage, "bygg2")
    third.pick_up()

    assert refer(third, replaces(david)) == 202

    assert stage.media.bridges["call3.1"] == "call3.2"
    for _ in range(2):
        david.peer.answer(david.peer.take("BYE"), 200)
    assert not caller.peer.has("BYE")
    assert not amina.peer.has("BYE")
    second.hang_up()
    elif_.peer.answer(elif_.peer.take("BYE"), 200)
    assert records(stage.virtual.journal.facts)["call3"].talks[-1].member == "bengt"


def test_a_dialog_that_is_not_ours_is_told_as_481_and_nothing_changes() -> None:
    stage = town()
    _, amina, second, _ = consulting(stage)

    for wrong in (
        replaces(second).replace(quote(second.call_id), "other"),
        replaces(second).replace("from-tag%3Dc", "from-tag%3Dx"),
    ):
        assert refer(amina, wrong) == 202
        assert told(amina.peer) == ["481 terminated"]
    assert set(stage.media.bridges) == {"call1.0", "call1.1", "call2.0", "call2.1"}
    assert stage.facts(t.TransferRequested) == []


def test_its_own_dialog_is_no_consulted_one() -> None:
    stage = town()
    _, amina = talking(stage)

    assert refer(amina, replaces(amina)) == 202
    assert told(amina.peer) == ["481 terminated"]


def test_an_answered_announcement_is_nobody() -> None:
    stage = town()
    _, amina = talking(stage)
    second = stage.dial_from("kc1", "+46853061400")
    second.pick_up()

    assert refer(amina, replaces(second)) == 202
    assert told(amina.peer) == ["481 terminated"]


def test_112_that_was_consulted_stays_where_it_is() -> None:
    stage = town()
    _, amina = talking(stage)
    second = stage.call("112", peer=stage.phone("kc1"), caller="kc1", host=REALM)
    alarm = stage.offered_at(stage.alarm)
    alarm.accept()
    second.pick_up()

    assert refer(amina, replaces(second)) == 403
    assert refer(second) == 403


@pytest.mark.parametrize("text", ["x", "x%3Bto-tag%3D1", "%3Bto-tag%3D1%3Bfrom-tag%3D2"])
def test_a_replaces_without_its_tags_is_400(text: str) -> None:
    stage = town()
    _, amina = talking(stage)

    assert refer(amina, f"<sip:x@{REALM}?Replaces={text}>") == 400


def test_a_crash_right_after_ends_all_legs() -> None:
    stage = town()
    caller, amina, second, david = consulting(stage)
    caller.peer.requests.clear()
    refer(amina, replaces(second))
    journal = stage.virtual.journal
    reborn = Stage(VirtualNode(stage.tables, seed=2, journal=journal))
    reborn.peers = stage.peers
    reborn.virtual.switchboard.replay(enumerate(list(journal.facts), 1))
    for peer in stage.peers.values():
        peer.requests.clear()

    assert reborn.node.recover(stage.now) == []
    reborn.pump()

    for party in (caller, amina, david):
        assert party.peer.has("BYE")


def test_the_consulting_call_may_take_over_the_caller_instead() -> None:
    stage = town()
    caller, amina, second, david = consulting(stage)

    assert refer(second, replaces(amina)) == 202

    assert stage.media.bridges == {"call2.1": "call2.2", "call2.2": "call2.1"}
    assert records(stage.virtual.journal.facts)["call2"].talks[-1].member == "trunk/operator"
    for party in (amina, second):
        party.peer.answer(party.peer.take("BYE"), 200)
    told(amina.peer)
    caller.peer.answer(caller.peer.take("INVITE"), 200, sdp(caller.peer.host, "8 101"))
    caller.hang_up()
    david.peer.answer(david.peer.take("BYE"), 200)
    stage.assert_nothing_kept()


def test_a_leg_that_ended_meanwhile_is_told_to_have_ended_in_its_new_call() -> None:
    stage = town()

    stage.node.legs.perform(TakeOver("call9.3", "call8.1"), stage.now)

    (fact,) = stage.node.legs.facts()
    assert (type(fact), fact.stream) == (f.LegEnded, "call/call9")


def test_a_leg_that_is_taken_over_keeps_its_session_timer() -> None:
    stage = town()
    _, amina = talking(stage)
    second = stage.dial_from("kc1", DAVID)
    david = stage.offered("bygg1")
    david.accept(Session_Expires="600;refresher=uac", Allow="INVITE, UPDATE")
    david.peer.take("ACK")
    second.pick_up()
    refer(amina, replaces(second))
    for _ in range(2):
        amina.peer.answer(amina.peer.take("BYE"), 200)

    for _ in range(16):
        stage.loud("call1.0", "call1.2")
        stage.wait(20)
        for peer in stage.peers.values():
            peer.answer_all("OPTIONS")

    assert david.peer.has("UPDATE")


def test_a_trunk_that_is_taken_over_still_takes_its_channel() -> None:
    stage = town()
    _, amina, second, _ = consulting(stage)

    refer(second, replaces(amina))

    assert stage.virtual.switchboard.house.channels("operator") == 1


def test_a_caller_whose_prack_is_late_hears_that_it_rings() -> None:
    stage = town()
    stage.register("kc1", "bygg1")
    call = stage.call(DIRECT, ("Require", "100rel"))
    amina = stage.offered("kc1")
    amina.ring(183, sdp(amina.peer.host, "8 101"))
    reliable = call.responses(call.branch)[-1]
    amina.accept()
    amina.peer.take("ACK")
    refer(amina)
    call.remote = str(reliable.to)

    call.ask("PRACK", "", ("RAck", f"{reliable.headers.get('RSeq')} 1 INVITE"))

    assert call.responses(call.branch)[-1].status == 200
    assert stage.media.playing["call1.0"] == HANDED_ON
    assert not stage.media.bridges
