"""telephony/legs/session_timer.py: who refreshes a session, and what becomes of one that nobody does."""

import pytest

from telephony.call import facts as f
from tests.support.plans import MAIN
from tests.support.scripted_peer import Incoming, Outgoing, sdp
from tests.support.stage import DIRECT, Stage

TIMER = ("Supported", "timer")
UPDATING = ("Allow", "INVITE, UPDATE")


def loudly(stage: Stage, seconds: float) -> None:
    """Let time pass while both sides send sound, and answer OPTIONS."""
    end = stage.now + seconds
    while stage.now < end:
        stage.loud("call1.0", "call1.1")
        stage.wait(min(20.0, end - stage.now))
        for peer in stage.peers.values():
            peer.answer_all("OPTIONS")


def calling(stage: Stage, *fields: tuple[str, str]) -> tuple[Outgoing, Incoming]:
    """A caller whose INVITE has these fields, connected with a member who has no timer."""
    stage.register("kc1")
    call = stage.call(DIRECT, *fields)
    member = stage.offered("kc1")
    member.accept()
    member.peer.take("ACK")
    call.pick_up()
    return call, member


def answering(stage: Stage, **headers: str) -> tuple[Outgoing, Incoming]:
    """A caller without a timer, connected with a member whose 2xx has these headers."""
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept(**headers)
    member.peer.take("ACK")
    call.pick_up()
    return call, member


# ---- callers: we are the UAS


@pytest.mark.parametrize(
    ("asked", "supported", "agreed", "required"),
    [
        ("600", TIMER, "600;refresher=uas", None),
        ("600;refresher=uas", TIMER, "600;refresher=uas", None),
        ("600;refresher=uac", TIMER, "600;refresher=uac", "timer"),
        ("600;refresher=uac", ("Supported", ""), "600;refresher=uas", None),
        ("30", ("Supported", ""), None, None),  # who cannot be told so has none
        ("soon", TIMER, None, None),
    ],
)
def test_what_a_caller_asks_for_is_agreed(
    stage: Stage, asked: str, supported: tuple[str, str], agreed: str | None, required: str | None
) -> None:
    call, _ = calling(stage, ("Session-Expires", asked), supported)

    headers = call.final(call.branch).headers

    assert (headers.get("Session-Expires"), headers.get("Require")) == (agreed, required)


def test_without_asking_nobody_gets_a_timer(stage: Stage) -> None:
    call, _ = calling(stage, TIMER)

    assert "Session-Expires" not in call.final(call.branch).headers


def test_too_short_a_timer_is_422_and_no_call(stage: Stage) -> None:
    call = stage.call(DIRECT, ("Session-Expires", "60"), TIMER)

    assert call.assert_refused(422).headers.get("Min-SE") == "90"
    assert not stage.facts(f.CallRefused)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_too_short_a_timer_inside_the_dialog_is_422(stage: Stage, method: str) -> None:
    call, _ = stage.connected()

    response = call.ask(method, "", ("Session-Expires", "60"), TIMER)

    assert (response.status, response.headers.get("Min-SE")) == (422, "90")


def test_112_is_not_kept_waiting_for_a_timer(stage: Stage) -> None:
    call = stage.call("112", ("Session-Expires", "60"), TIMER)

    assert stage.alarm.has("INVITE")
    assert 422 not in call.statuses


def test_we_refresh_by_update_at_half_time(stage: Stage) -> None:
    call, member = calling(stage, ("Session-Expires", "600"), TIMER, UPDATING)

    loudly(stage, 299)
    assert not call.peer.has("UPDATE")
    loudly(stage, 2)

    update = call.peer.take("UPDATE")
    assert update.headers.get("Session-Expires") == "600;refresher=uac"
    assert not update.body and update.contacts
    call.peer.answer(update, 200, Session_Expires="600;refresher=uac")
    loudly(stage, 300.2)
    call.peer.answer(call.peer.take("UPDATE"), 200, Session_Expires="600;refresher=uac")
    assert not member.peer.requests
    assert not stage.facts(f.LegLost)


def test_we_refresh_by_reinvite_where_update_is_not_allowed(stage: Stage) -> None:
    call, member = calling(stage, ("Session-Expires", "600"), TIMER)
    before = call.final(call.branch).body

    loudly(stage, 300.2)

    invite = call.peer.take("INVITE")
    assert invite.headers.get("Session-Expires") == "600;refresher=uac"
    assert invite.body == before
    call.peer.answer(invite, 200, sdp(call.peer.host, "8 101"), Session_Expires="600;refresher=uac")
    call.peer.take("ACK")
    loudly(stage, 300.2)
    assert call.peer.has("INVITE") and not member.peer.requests


@pytest.mark.parametrize("status", [405, 420, 501])
def test_who_refuses_update_is_refreshed_by_reinvite(stage: Stage, status: int) -> None:
    call, _ = calling(stage, ("Session-Expires", "600"), TIMER, UPDATING)
    loudly(stage, 300.2)

    call.peer.answer(call.peer.take("UPDATE"), status)

    assert call.peer.has("INVITE")


@pytest.mark.parametrize("how", ["UPDATE", "INVITE"])
def test_a_refresh_that_meets_a_422_is_made_longer_once(stage: Stage, how: str) -> None:
    allow = (UPDATING,) if how == "UPDATE" else ()
    call, _ = calling(stage, ("Session-Expires", "600"), TIMER, *allow)
    loudly(stage, 300.2)

    call.peer.answer(call.peer.take(how), 422, Min_SE="900")

    longer = call.peer.take(how)
    assert longer.headers.get("Session-Expires") == "900;refresher=uac"
    assert longer.headers.get("Min-SE") == "900"
    call.peer.answer(longer, 422, Min_SE="1200")
    assert not call.peer.has(how)


def test_a_refused_refresh_is_tried_again_until_time_is_up(stage: Stage) -> None:
    call, member = calling(stage, ("Session-Expires", "600"), TIMER, UPDATING)
    loudly(stage, 300.2)
    refused = 0
    while not stage.facts(f.LegLost):
        refused += len(call.peer.answer_all("UPDATE", 500))
        loudly(stage, 1)

    assert refused > 10
    assert stage.facts(f.LegLost)[0].why == "session_timer"
    assert stage.now == pytest.approx(568, abs=2)
    assert call.peer.has("BYE") and member.peer.has("BYE")


def test_a_reinvite_that_refreshes_is_tried_again_after_a_glare(stage: Stage) -> None:
    call, _ = calling(stage, ("Session-Expires", "600"), TIMER)
    loudly(stage, 300.2)

    call.peer.answer(call.peer.take("INVITE"), 491)
    call.peer.take("ACK")
    stage.wait(4.1)

    assert call.peer.take("INVITE").headers.get("Session-Expires")


@pytest.mark.parametrize(("status", "why"), [(481, "no_dialog"), (0, "session_timer")])
def test_a_refresh_that_finds_nobody_ends_the_call(stage: Stage, status: int, why: str) -> None:
    call, member = calling(stage, ("Session-Expires", "600"), TIMER, UPDATING)
    loudly(stage, 300.2)

    if status:
        call.peer.answer(call.peer.take("UPDATE"), status)
    loudly(stage, 33)

    assert [fact.why for fact in stage.facts(f.LegLost)] == [why]
    assert call.peer.has("BYE") and member.peer.has("BYE")


def test_an_answer_to_a_refresh_of_a_leg_that_ends_means_nothing(stage: Stage) -> None:
    call, member = calling(stage, ("Session-Expires", "600"), TIMER, UPDATING)
    loudly(stage, 300.2)
    update = call.peer.take("UPDATE")
    member.hang_up()

    call.peer.answer(update, 200, Session_Expires="600;refresher=uac")
    call.peer.answer_all("BYE")

    stage.assert_nothing_kept()


def test_a_provisional_answer_to_a_refresh_changes_nothing(stage: Stage) -> None:
    call, _ = calling(stage, ("Session-Expires", "600"), TIMER, UPDATING)
    loudly(stage, 300.2)

    call.peer.answer(call.peer.take("UPDATE"), 100)

    assert not stage.facts(f.LegLost)


def test_a_caller_who_should_refresh_and_does_not_is_lost(stage: Stage) -> None:
    call, member = calling(stage, ("Session-Expires", "90;refresher=uac"), TIMER)

    loudly(stage, 59)
    assert not stage.facts(f.LegLost)
    loudly(stage, 2)

    assert [(fact.leg, fact.why) for fact in stage.facts(f.LegLost)] == [("call1.0", "session_timer")]
    assert call.peer.has("BYE") and member.peer.has("BYE")
    assert stage.outcome().outcome is f.Outcome.LOST


@pytest.mark.parametrize("how", ["UPDATE", "INVITE"])
def test_a_callers_refresh_is_answered_and_not_passed_on(stage: Stage, how: str) -> None:
    call, member = calling(stage, ("Session-Expires", "90;refresher=uac"), TIMER)
    body = sdp(call.peer.host) if how == "INVITE" else ""

    for _ in range(4):
        loudly(stage, 45)
        response = call.ask(how, body, TIMER)  # says nothing of it: all stays as it was
        assert response.headers.get("Session-Expires") == "90;refresher=uac"
        if body:
            call.ack()

    assert not member.peer.requests and not stage.facts(f.LegLost)


def test_we_go_on_refreshing_for_who_knows_no_timer_any_more(stage: Stage) -> None:
    call, _ = calling(stage, ("Session-Expires", "90;refresher=uac"), TIMER)

    response = call.ask("UPDATE", "", ("Supported", ""))

    assert response.headers.get("Session-Expires") == "90;refresher=uas"


# ---- members: we are the UAC


def test_members_are_asked_for_half_an_hour(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    stage.call(MAIN)

    invite = stage.offered("kc1").invite

    assert invite.headers.get("Session-Expires") == "1800"
    assert invite.headers.get("Supported") == "replaces, timer"


def test_a_member_who_refreshes_is_answered(stage: Stage) -> None:
    call, member = answering(stage, Session_Expires="1800;refresher=uas", Require="timer")

    loudly(stage, 900.2)
    response = member.ask("UPDATE", "", ("Session-Expires", "1800;refresher=uac"), TIMER)

    assert response.headers.get("Session-Expires") == "1800;refresher=uac"
    assert not call.peer.requests and not member.peer.requests


def test_a_member_who_does_not_refresh_is_lost(stage: Stage) -> None:
    answering(stage, Session_Expires="1800;refresher=uas")

    loudly(stage, 1770)

    assert [(fact.leg, fact.why) for fact in stage.facts(f.LegLost)] == [("call1.1", "session_timer")]


def test_a_member_who_leaves_it_to_us_is_refreshed(stage: Stage) -> None:
    _, member = answering(stage, Session_Expires="1800", Allow="UPDATE")

    loudly(stage, 900.2)
    member.peer.answer(member.peer.take("UPDATE"), 200)  # has none any more
    loudly(stage, 1801)

    assert not stage.facts(f.LegLost) and not member.peer.has("UPDATE")


def test_a_hold_that_we_pass_on_is_a_refresh_too(stage: Stage) -> None:
    call, member = answering(stage, Session_Expires="1800;refresher=uas")

    call.reinvite(sdp(call.peer.host, "8 101", "sendonly"))

    assert member.peer.take("INVITE").headers.get("Session-Expires") == "1800;refresher=uas"


def test_a_member_who_wants_a_longer_timer_is_called_again(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    first = stage.offered("kc1")

    member_peer = first.peer
    member_peer.answer(first.invite, 422, Min_SE="3600")

    second = stage.offered("kc1")
    assert second.invite.headers.get("Session-Expires") == "3600"
    assert second.invite.headers.get("Min-SE") == "3600"
    assert second.call_id == first.call_id
    assert second.invite.cseq.number == first.invite.cseq.number + 1
    assert second.remote == first.remote
    second.accept()
    call.pick_up()
    assert not stage.facts(f.MemberRefused)


def test_a_member_who_never_has_enough_is_refused(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)
    for least in ("3600", "7200"):
        member = stage.offered("kc1")
        member.peer.answer(member.invite, 422, Min_SE=least)

    assert stage.facts(f.MemberRefused)[0].status == 422


def test_a_422_that_says_nothing_is_a_refusal(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)

    stage.offered("kc1").refuse(422)

    assert stage.facts(f.MemberRefused)[0].status == 422


@pytest.mark.parametrize("side", ["caller", "member"])
def test_the_timer_of_a_call_that_ended_is_forgotten(stage: Stage, side: str) -> None:
    call, member = calling(stage, ("Session-Expires", "600"), TIMER)
    first, second = (call, member) if side == "caller" else (member, call)

    first.hang_up()
    second.peer.answer_all("BYE")

    stage.assert_nothing_kept()


def test_a_call_to_112_is_not_ended_by_a_timer(stage: Stage) -> None:
    call = stage.call("112", ("Session-Expires", "90;refresher=uac"), TIMER)
    rescue = stage.offered_at(stage.alarm)
    rescue.accept(sdp("192.0.2.30", "8 101"), Session_Expires="90;refresher=uas")
    rescue.peer.take("ACK")
    call.pick_up()

    loudly(stage, 200)

    assert not stage.facts(f.LegLost)
    assert not call.peer.has("BYE") and not rescue.peer.has("BYE")


@pytest.mark.parametrize("refresh", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("status", [None, 408])
def test_a_call_to_112_outlives_a_refresh_that_nobody_answers(
    stage: Stage, refresh: str, status: int | None
) -> None:
    call = stage.call("112")
    rescue = Incoming.of(stage.alarm, stage.alarm.take("INVITE"))
    rescue.accept(
        Session_Expires="600;refresher=uac", Allow="INVITE, UPDATE" if refresh == "UPDATE" else "INVITE"
    )
    stage.alarm.take("ACK")
    call.pick_up()

    loudly(stage, 310.0)
    if status is not None:
        stage.alarm.answer_all(refresh, status)
    loudly(stage, 110.0)

    assert not stage.facts(f.LegLost)


def test_a_refresh_by_invite_that_nobody_answers_ends_any_other_call(stage: Stage) -> None:
    answering(stage, Session_Expires="600;refresher=uac", Allow="INVITE")

    loudly(stage, 420.0)

    assert [fact.why for fact in stage.facts(f.LegLost)] == ["no_dialog"]
