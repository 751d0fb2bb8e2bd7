"""telephony/legs/reliable.py: provisional answers to a caller who requires them to be reliable (RFC 3262)."""

import pytest

from telephony.call import facts as f
from telephony.call.actions import Announce
from telephony.sip.message import Response
from tests.support.scripted_peer import Incoming, Outgoing, sdp
from tests.support.stage import CLOSED, CLOSED_EARLY, DIRECT, GROUPS, Stage

PATIENT = GROUPS.replace('members = ["amina"]', 'members = ["amina"], ring_seconds = 100')
REQUIRED = ("Require", "100rel")


def calling(stage: Stage, body: str | None = None, number: str = DIRECT) -> Outgoing:
    """A caller who requires reliable provisional answers."""
    stage.register("kc1")
    return stage.call(number, REQUIRED, ("Supported", "timer"), body=body)


def said(call: Outgoing, status: int) -> list[Response]:
    """The provisional answers of this status, repetitions too; the dialog is taken from the last."""
    found = [response for response in call.responses(call.branch) if response.status == status]
    if found:
        call.remote = str(found[-1].to)
    return found


def prack(call: Outgoing, response: Response, body: str = "", rack: str = "") -> Response:
    """Acknowledge a reliable provisional answer."""
    rseq = response.headers.get("RSeq")
    return call.ask("PRACK", body, ("RAck", rack or f"{rseq} {response.cseq}"))


def with_early_sound(stage: Stage) -> tuple[Outgoing, Incoming, Response]:
    """A caller who is being sent a 183 with a session description."""
    call = calling(stage)
    member = stage.offered("kc1")
    member.ring(183, sdp("192.0.2.101", "8 101"))
    return call, member, said(call, 183)[0]


def test_a_180_is_repeated_until_its_prack(stage: Stage) -> None:
    call = calling(stage)
    stage.offered("kc1").ring()
    (ringing,) = said(call, 180)
    assert ringing.headers.get("Require") == "100rel"
    assert 1 <= int(ringing.headers.get("RSeq") or "0") < 2**31
    assert not ringing.body

    stage.wait(3.6)  # 0.5, 1.5, 3.5
    assert len({r.headers.get("RSeq") for r in said(call, 180)}) == 1
    assert len(said(call, 180)) == 4

    assert prack(call, ringing).status == 200
    stage.wait(30)
    assert len(said(call, 180)) == 4


def test_who_only_supports_it_gets_plain_ones(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT, ("Supported", "100rel"))
    stage.offered("kc1").ring()

    (ringing,) = said(call, 180)

    assert "RSeq" not in ringing.headers
    assert prack(call, ringing, rack="1 1 INVITE").status == 481


def test_without_its_prack_the_invite_is_504() -> None:
    stage = Stage(groups=PATIENT)
    call = calling(stage)
    member = stage.offered("kc1")
    member.ring()

    stage.wait(32.1)

    call.assert_refused(504)
    member.assert_cancelled()
    assert [fact.why for fact in stage.facts(f.LegLost)] == ["no_prack"]
    stage.assert_nothing_kept()


@pytest.mark.parametrize("rack", ["1 1 INVITE", "1", "nonsense", "{rseq} 2 INVITE", "{rseq} 1 UPDATE"])
def test_a_prack_of_something_else_is_481(stage: Stage, rack: str) -> None:
    call = calling(stage)
    stage.offered("kc1").ring()
    (ringing,) = said(call, 180)

    assert prack(call, ringing, rack=rack.format(rseq=ringing.headers.get("RSeq"))).status == 481

    stage.wait(0.6)
    assert len(said(call, 180)) == 2


def test_a_prack_that_comes_again_in_a_new_transaction_is_481(stage: Stage) -> None:
    call = calling(stage)
    stage.offered("kc1").ring()
    (ringing,) = said(call, 180)
    prack(call, ringing)

    assert prack(call, ringing).status == 481


def test_a_prack_to_a_leg_that_is_a_members_is_481(stage: Stage) -> None:
    _, member = stage.connected()

    assert member.ask("PRACK", "", ("RAck", "1 1 INVITE")).status == 481


def test_the_next_one_waits_for_the_prack_of_the_one_before(stage: Stage) -> None:
    call = calling(stage)
    member = stage.offered("kc1")
    member.ring()
    member.ring(183, sdp("192.0.2.101", "8 101"))
    (ringing,) = said(call, 180)
    assert not said(call, 183)

    prack(call, ringing)

    (progress,) = said(call, 183)
    assert int(progress.headers.get("RSeq") or "0") == int(ringing.headers.get("RSeq") or "0") + 1
    assert progress.body


def test_no_2xx_before_the_prack_of_a_description(stage: Stage) -> None:
    call, member, progress = with_early_sound(stage)

    member.accept()
    assert call.statuses[-1] == 183

    assert prack(call, progress).status == 200
    answer = call.assert_answered()
    assert not answer.body and "Content-Type" not in answer.headers
    assert answer.contacts and answer.headers.get("Allow")
    call.ack()
    assert stage.media.bridges
    stage.wait(30)
    assert not stage.facts(f.LegLost)


def test_a_2xx_need_not_wait_for_the_prack_of_a_plain_180(stage: Stage) -> None:
    call = calling(stage)
    member = stage.offered("kc1")
    member.ring()
    (ringing,) = said(call, 180)

    member.accept()

    assert call.assert_answered().body
    assert prack(call, ringing).status == 200  # it was under way
    call.ack()
    stage.wait(10)
    assert len(said(call, 180)) == 1


def test_a_member_who_leaves_before_the_prack_leaves_no_answer(stage: Stage) -> None:
    call, member, _ = with_early_sound(stage)
    member.accept()

    member.hang_up()

    assert call.statuses[-1] >= 400
    call.assert_refused(call.statuses[-1])
    stage.assert_nothing_kept()


def test_a_caller_who_cancels_before_the_prack(stage: Stage) -> None:
    call, member, _ = with_early_sound(stage)
    member.accept()
    member.peer.take("ACK")

    call.cancel()

    call.assert_refused(487)
    member.peer.answer(member.peer.take("BYE"), 200)
    stage.assert_nothing_kept()


def test_said_again_after_a_minute_it_is_a_new_one_without_the_description() -> None:
    stage = Stage(groups=PATIENT)
    call, _, progress = with_early_sound(stage)
    prack(call, progress)

    stage.wait(60.1)

    again = said(call, 183)[-1]
    assert again.headers.get("RSeq") != progress.headers.get("RSeq")
    assert not again.body
    assert prack(call, again).status == 200


def test_an_early_announcement_is_said_reliably(stage: Stage) -> None:
    call = calling(stage, number=CLOSED_EARLY)

    (progress,) = said(call, 183)

    assert progress.body and progress.headers.get("RSeq")


def test_an_announcement_after_a_200_needs_no_prack(stage: Stage) -> None:
    call = calling(stage, number=CLOSED)

    call.pick_up()

    assert stage.media.playing


# ---- descriptions in a 1xx and its PRACK


def test_who_leaves_the_offer_to_us_gets_it_in_the_180(stage: Stage) -> None:
    call = calling(stage, body="")
    member = stage.offered("kc1")
    member.ring()
    (ringing,) = said(call, 180)
    assert b"m=audio" in ringing.body

    member.accept()
    assert call.statuses[-1] == 180
    assert prack(call, ringing, sdp(call.peer.host, "8 101")).status == 200

    assert not call.assert_answered().body
    call.ack()
    assert stage.media.streams["call1.0"].direction.sends
    assert stage.media.bridges
    assert not stage.facts(f.LegLost)


def test_who_answers_our_offer_hears_early_sound(stage: Stage) -> None:
    call = calling(stage, body="")
    member = stage.offered("kc1")
    member.ring()
    prack(call, said(call, 180)[0], sdp(call.peer.host, "8 101"))

    member.ring(183, sdp("192.0.2.101", "8 101"))

    assert said(call, 183) and not said(call, 183)[0].body
    assert stage.media.bridges


def test_a_prack_without_the_answer_ends_the_call(stage: Stage) -> None:
    call = calling(stage, body="")
    stage.offered("kc1").ring()

    assert prack(call, said(call, 180)[0]).status >= 400

    assert stage.facts(f.LegLost)[0].why == "no_common_sound"
    assert call.statuses[-1] >= 400


def test_a_prack_may_change_what_was_agreed(stage: Stage) -> None:
    call, _, progress = with_early_sound(stage)

    response = prack(call, progress, sdp(call.peer.host, "8 101", port=4444))

    assert response.status == 200 and b"m=audio" in response.body
    assert stage.media.streams["call1.0"].remote[1] == 4444


def test_a_prack_that_offers_what_we_have_not_leaves_what_was(stage: Stage) -> None:
    call, _, progress = with_early_sound(stage)
    before = stage.media.streams["call1.0"]

    assert prack(call, progress, sdp(call.peer.host, "111")).status == 488

    assert stage.media.streams["call1.0"] == before


def test_a_prack_may_not_offer_before_the_invite_is_answered(stage: Stage) -> None:
    call = calling(stage)
    stage.offered("kc1").ring()

    assert prack(call, said(call, 180)[0], sdp(call.peer.host)).status == 491


def test_an_update_may_change_what_was_agreed_early(stage: Stage) -> None:
    call, member, progress = with_early_sound(stage)
    prack(call, progress)

    response = call.ask("UPDATE", sdp(call.peer.host, "8 101", "sendonly"))

    assert (response.status, b"a=recvonly" in response.body) == (200, True)
    member.accept()
    call.pick_up()
    assert b"a=sendonly" in member.peer.take("INVITE").body  # the member is put on hold as they talk


def test_an_announcement_with_a_200_waits_for_the_prack(stage: Stage) -> None:
    call = calling(stage, body="")
    member = stage.offered("kc1")
    member.ring()
    (ringing,) = said(call, 180)

    stage.node.legs.perform(Announce("call1.0", "closed", False), stage.now)
    stage.pump()
    assert call.statuses[-1] == 180
    prack(call, ringing, sdp(call.peer.host, "8 101"))

    assert call.statuses[-1] == 200


def test_a_prack_whose_answer_was_lost_gets_it_again(stage: Stage) -> None:
    call, _, progress = with_early_sound(stage)
    rack = ("RAck", f"{progress.headers.get('RSeq')} {progress.cseq}")
    branch = call.request("PRACK", "", rack)

    call.request("PRACK", "", rack, cseq=call.cseq, branch=branch)

    assert [response.status for response in call.responses(branch, "PRACK")] == [200, 200]


def test_a_call_to_112_does_not_fail_for_want_of_a_prack(stage: Stage) -> None:
    call = calling(stage, number="112")
    stage.offered_at(stage.alarm).ring()

    stage.wait(33)

    assert "RSeq" not in said(call, 180)[0].headers
    assert call.statuses[-1] == 180
