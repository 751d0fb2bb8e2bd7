"""telephony/legs/early.py: what a member's side does before it answers: reliable answers, UPDATE."""

from typing import Any

import pytest

from telephony.call import facts as f
from telephony.legs.early import MOST
from telephony.legs.outbound import OutboundLeg
from tests.support.plans import MAIN
from tests.support.scripted_peer import Incoming, Outgoing, sdp
from tests.support.stage import DIRECT, Stage

RELIABLE: dict[str, Any] = {"Require": "100rel"}
SOUND = sdp("192.0.2.101", "8 101")


def ringing(stage: Stage, **headers: Any) -> tuple[Outgoing, Incoming]:
    """A member who rings; the 180 has these headers."""
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring(**headers)
    return call, member


def settled(stage: Stage) -> tuple[Outgoing, Incoming]:
    """A member whose answer to our offer came reliably."""
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring(183, SOUND, RSeq="1", **RELIABLE)
    member.peer.answer(member.peer.take("PRACK"), 200)
    return call, member


# ---- PRACK (RFC 3262 4)


@pytest.mark.parametrize(
    ("number", "expected"), [(DIRECT, "100rel, replaces, timer"), (MAIN, "replaces, timer")]
)
def test_it_is_offered_to_who_is_rung_alone(stage: Stage, number: str, expected: str) -> None:
    stage.register("kc1", "kc2")
    stage.call(number)

    assert stage.offered("kc1").invite.headers.get("Supported") == expected


def test_a_reliable_180_gets_its_prack(stage: Stage) -> None:
    call, member = ringing(stage, RSeq="41", **RELIABLE)

    prack = member.peer.take("PRACK")

    assert prack.headers.get("RAck") == "41 1 INVITE"
    assert (prack.cseq.number, prack.to.tag, prack.call_id) == (2, "peer", member.call_id)
    member.peer.answer(prack, 200)
    call.assert_ringing()
    member.accept()
    call.pick_up()
    call.hang_up()
    assert member.peer.take("BYE").cseq.number == 3


def test_one_that_comes_again_gets_no_other_prack(stage: Stage) -> None:
    _, member = ringing(stage, RSeq="41", **RELIABLE)
    member.peer.answer(member.peer.take("PRACK"), 200)

    member.ring(RSeq="41", **RELIABLE)

    assert not member.peer.has("PRACK")


def test_one_out_of_order_is_not_taken(stage: Stage) -> None:
    _, member = ringing(stage, RSeq="41", **RELIABLE)
    member.peer.answer(member.peer.take("PRACK"), 200)

    member.ring(183, SOUND, RSeq="43", **RELIABLE)
    assert not member.peer.has("PRACK") and not stage.facts(f.MemberGaveEarlySound)
    member.ring(183, SOUND, RSeq="42", **RELIABLE)

    assert member.peer.take("PRACK").headers.get("RAck") == "42 1 INVITE"
    assert stage.facts(f.MemberGaveEarlySound)


@pytest.mark.parametrize("headers", [{"RSeq": "x", **RELIABLE}, {"RSeq": "1"}])
def test_what_is_not_reliable_gets_no_prack(stage: Stage, headers: dict[str, Any]) -> None:
    _, member = ringing(stage, **headers)

    assert not member.peer.has("PRACK")


def test_a_description_in_a_reliable_183_stands_when_the_200_has_none(stage: Stage) -> None:
    call, member = settled(stage)

    member.accept("")

    call.pick_up()
    assert stage.media.streams["call1.1"].remote == ("192.0.2.101", 4000)


def test_each_fork_is_acknowledged_in_its_own_dialog(stage: Stage) -> None:
    _, member = ringing(stage, RSeq="1", **RELIABLE)
    member.peer.answer(member.peer.take("PRACK"), 200)
    member.tag = "other"

    member.ring(RSeq="7", **RELIABLE)

    prack = member.peer.take("PRACK")
    assert (prack.to.tag, prack.cseq.number) == ("other", 2)


def test_not_any_number_of_forks_is_listened_to(stage: Stage) -> None:
    _, member = ringing(stage)
    for number in range(MOST + 5):
        member.tag = f"fork{number}"
        member.ring(RSeq="1", **RELIABLE)

    tags = {request.to.tag for request in member.peer.requests if request.method == "PRACK"}
    assert len(tags) == MOST - 1


# ---- UPDATE and others in the early dialog


def test_an_update_moves_the_target_of_what_comes_after(stage: Stage) -> None:
    elsewhere = stage.peer("192.0.2.39", 5090)
    call = stage.call("112")
    member = stage.offered_at(stage.alarm)
    member.ring(RSeq="1", **RELIABLE)
    member.peer.take("PRACK")

    assert member.ask("UPDATE", "", ("Contact", "<sip:gw@192.0.2.39:5090>")).status == 200

    member.ring(RSeq="2", **RELIABLE)
    assert elsewhere.has("PRACK")
    assert call.statuses[-1] == 180


def test_who_has_answered_reliably_may_change_it(stage: Stage) -> None:
    call, member = settled(stage)

    answer = member.ask("UPDATE", sdp("192.0.2.101", "8 101", port=4444))
    assert (answer.status, b"m=audio" in answer.body) == (200, True)
    assert stage.media.streams["call1.1"].remote[1] == 4444
    again = member.ask("UPDATE", sdp("192.0.2.101", "8 101", port=4446))
    assert again.status == 200

    member.accept()  # says the old address again, which means nothing now (RFC 6337 3.1.1)
    call.pick_up()
    assert stage.media.streams["call1.1"].remote[1] == 4446
    call.hang_up()
    assert member.peer.has("BYE")


def test_who_has_not_answered_reliably_may_not(stage: Stage) -> None:
    _, member = ringing(stage)

    assert member.ask("UPDATE", SOUND).status == 491


def test_a_change_that_cannot_be_agreed_is_488(stage: Stage) -> None:
    call, member = settled(stage)

    assert member.ask("UPDATE", sdp("192.0.2.101", "111")).status == 488
    assert member.ask("UPDATE", "hello", ("Content-Type", "text/plain")).status == 415

    member.accept()
    call.assert_answered()


def test_of_two_forks_one_alone_can_have_agreed(stage: Stage) -> None:
    call, member = settled(stage)
    member.ask("UPDATE", SOUND)
    other = Incoming.of(member.peer, member.invite)
    other.tag = "other"
    other.local = f"{member.invite.headers.get('To')};tag=other"
    other.ring(183, SOUND, RSeq="1", **RELIABLE)

    assert other.ask("UPDATE", SOUND).status == 488
    other.accept()

    assert stage.facts(f.MemberAnswerUnusable)
    assert call.statuses[-1] >= 400


@pytest.mark.parametrize(
    ("method", "status"), [("OPTIONS", 200), ("BYE", 481), ("INFO", 481), ("INVITE", 481), ("PRACK", 481)]
)
def test_other_requests_before_the_answer(stage: Stage, method: str, status: int) -> None:
    _, member = ringing(stage)

    assert member.ask(method).status == status


def test_out_of_order_before_the_answer_is_500(stage: Stage) -> None:
    _, member = ringing(stage)
    member.ask("OPTIONS", cseq=20)

    assert member.ask("OPTIONS", cseq=19).status == 500


def test_who_has_not_rung_is_unknown(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)

    assert stage.offered("kc1").ask("UPDATE").status == 481


def test_the_order_of_the_early_dialog_goes_on_after_the_answer(stage: Stage) -> None:
    call, member = ringing(stage)
    member.ask("OPTIONS", cseq=20)
    member.accept()
    call.pick_up()

    assert member.ask("OPTIONS", cseq=19).status == 500


def test_nothing_is_kept_of_provisional_answers_once_there_is_a_dialog(stage: Stage) -> None:
    _, member = ringing(stage)
    leg = stage.node.legs._wire.legs["call1.1"]
    assert isinstance(leg, OutboundLeg) and leg._early._known

    member.accept()

    assert not leg._early._known
