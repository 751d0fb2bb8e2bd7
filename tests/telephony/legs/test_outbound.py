"""telephony/legs/outbound.py: a member's leg, from our INVITE to its end."""

import pytest

from telephony.call import facts as f
from telephony.legs.sockets import Sockets
from telephony.sdp.description import SessionDescription
from telephony.sip.flow import Flow
from tests.support.plans import BYGGLOV, MAIN
from tests.support.scripted_peer import Party, sdp
from tests.support.stage import CALLER, CLOSED, DIRECT, TRUNKS, Stage
from tests.support.switchboard import ADDRESS, REALM

# ---- the INVITE


def test_a_member_sees_the_function_and_who_calls(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)

    invite = stage.offered("kc1").invite

    assert str(invite.from_).startswith(f'"Växel: 070-174 06 05" <sip:{CALLER}@192.0.2.1>;tag=')
    assert "Privacy" not in invite.headers
    assert invite.uri == "sip:phone@192.0.2.101:5060"


@pytest.mark.parametrize(("hops", "left"), [("60", 59), ("1", 0), ("", 69), ("255", 69)])
def test_max_forwards_is_one_less_on_every_leg(stage: Stage, hops: str, left: int) -> None:
    stage.register("kc1", "kc2")
    stage.call(MAIN, ("Max-Forwards", hops))

    assert [stage.offered(phone).invite.max_forwards for phone in ("kc1", "kc2")] == [left, left]


def test_a_phone_behind_proxies_is_reached_by_its_path(stage: Stage) -> None:
    peer = stage.phone("kc1")
    path = "<sip:192.0.2.9;lr>"
    stage.register("kc1")
    (contact,) = stage.virtual.directory.contacts("kc1")
    assert contact.path == ()
    phone = Party(peer, "r2", f"<sip:kc1@{REALM}>;tag=r", f"<sip:kc1@{REALM}>", f"sip:{REALM}")
    phone.authenticated("REGISTER", "kc1", "", ("Contact", peer.contact), ("Path", path))

    stage.call(DIRECT)

    assert stage.offered("kc1").invite.headers.get_all("Route") == [path]


def test_a_member_is_offered_what_the_caller_offered(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT, body=sdp("192.0.2.10", "111 8 101"))

    offer = SessionDescription.parse(stage.offered("kc1").invite.body)

    assert offer.media[0].formats == ("111", "8", "101", "0")  # A-law can be converted
    assert offer.media[0].port == stage.media.open_legs["call1.1"][1]


def test_the_next_member_is_offered_what_the_caller_has_been_told_early(stage: Stage) -> None:
    stage.register("bygg1", "bygg2")
    stage.call("+46853061201", body=sdp("192.0.2.10", "111 8 101"))
    stage.offered("bygg1").ring(183, sdp("192.0.2.111", "8"))

    stage.wait(20.0)

    offer = SessionDescription.parse(stage.offered("bygg2").invite.body)
    assert offer.media[0].formats == ("8", "0")


def test_ipv6_trunks_have_brackets_in_the_request_uri() -> None:
    ipv6 = ("UDP", ("2001:db8::1", 5060))
    stage = Stage(
        sockets=Sockets([("UDP", ADDRESS), ipv6]),
        trunks=TRUNKS.replace("192.0.2.30:5080", "[2001:db8::30]:5080"),
    )
    alarm = stage.peer("2001:db8::30", 5080)

    stage.call("112")

    invite = alarm.take("INVITE")
    assert invite.uri == "sip:112@[2001:db8::30]:5080"
    assert stage.flows[-1] == Flow("UDP", ("2001:db8::1", 5060), ("2001:db8::30", 5080))
    assert str(invite.via).startswith("SIP/2.0/UDP [2001:db8::1]:5060;")
    assert str(invite.contacts[0].uri) == "sip:vaxeln@[2001:db8::1]:5060"


def test_a_call_goes_on_to_the_next_gateway_of_the_trunk() -> None:
    gateways = 'peers = ["192.0.2.30:5080"]\ngateways = ["192.0.2.30:5080", "192.0.2.32"]'
    stage = Stage(trunks=TRUNKS.replace('peers = ["192.0.2.30:5080"]', gateways))
    second = stage.peer("192.0.2.32")

    stage.call("112")
    stage.wait(4.0)

    assert second.take("INVITE").uri == "sip:112@192.0.2.32:5060"
    assert not stage.reserve.has("INVITE")


# ---- provisional answers


@pytest.mark.parametrize(
    ("status", "rang"), [(100, False), (180, True), (181, True), (183, True), (199, False)]
)
def test_only_a_18x_says_that_it_rings(stage: Stage, status: int, rang: bool) -> None:
    stage.register("kc1")
    stage.call(DIRECT)

    stage.offered("kc1").ring(status)

    assert bool(stage.facts(f.MemberAlerted)) is rang


def test_ringing_is_told_once(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)
    member = stage.offered("kc1")

    member.ring()
    member.ring(183, sdp("192.0.2.101", "8"))
    member.ring(183, sdp("192.0.2.101", "8"))

    assert len(stage.facts(f.MemberAlerted)) == 1
    assert len(stage.facts(f.MemberGaveEarlySound)) == 1


def test_early_sound_that_cannot_be_read_is_only_ringing(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")

    member.ring(183, "rubbish")
    member.accept()

    assert not stage.facts(f.MemberGaveEarlySound)
    call.assert_answered()


def test_any_1xx_of_a_trunk_is_a_sign_of_life(stage: Stage) -> None:
    stage.call("112")
    trunk = stage.offered_at(stage.alarm)

    trunk.ring(100)
    trunk.ring(100)
    stage.wait(5.0)

    assert len(stage.facts(f.MemberResponded)) == 1
    assert not stage.reserve.has("INVITE")


def test_ringing_of_who_is_being_cancelled_means_nothing(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    call.cancel()

    member.ring(183, sdp("192.0.2.101", "8"))

    assert not stage.facts(f.MemberAlerted)
    assert not stage.media.streams


# ---- refusals are that member's alone


@pytest.mark.parametrize("status", [404, 408, 480, 486, 488, 500, 600, 603])
def test_a_refusal_is_that_members_alone(stage: Stage, status: int) -> None:
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)
    first, second = stage.offered("kc1"), stage.offered("kc2")

    first.refuse(status)
    second.ring()

    assert [(r.leg, r.status) for r in stage.facts(f.MemberRefused)] == [("call1.1", status)]
    assert first.peer.has("ACK")
    assert second.cancel is None
    call.assert_ringing()


def test_a_member_who_never_answers_anything_is_408(stage: Stage) -> None:
    groups = (
        '[groups]\nkc={name="K",members=["amina"],ring_seconds=60.0}\nbygglov={name="B",members=["david"]}\n'
    )
    stage = Stage(groups=groups + 'vd={name="V",members=["amina"],ring_seconds=60.0}\n')
    stage.register("kc1")
    call = stage.call(DIRECT)

    stage.wait(32.1)

    assert stage.facts(f.MemberRefused)[0].status == 408
    call.assert_refused(480)


def test_a_member_who_cannot_be_sent_to_is_503(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    (contact,) = stage.virtual.directory.contacts("kc1")

    stage.node.transport_failed(Flow(contact.transport, contact.local, contact.remote), stage.now)
    stage.pump()

    assert stage.facts(f.MemberRefused)[0].status == 503
    call.assert_refused(480)


def test_an_answer_without_common_sound_is_ended(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")

    member.accept(sdp("192.0.2.101", "111"))

    member.peer.take("ACK")
    bye = member.peer.take("BYE")
    assert bye.headers.get("Reason") == 'SIP;cause=200;text="no common sound"'
    assert stage.facts(f.MemberAnswerUnusable)[0].status == 488
    call.assert_refused(480)
    assert not stage.facts(f.LegEnded) or stage.facts(f.LegEnded)[0].leg == "call1.0"
    member.peer.answer(bye, 200)
    assert stage.facts(f.LegEnded)[-1].leg == "call1.1"
    stage.assert_nothing_kept()


def test_an_answer_without_a_description_confirms_the_early_one(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring(183, sdp("192.0.2.101", "8"))

    member.accept("")

    call.assert_answered()


def test_an_answer_without_any_description_is_ended(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)
    member = stage.offered("kc1")

    member.accept("")

    assert member.peer.has("ACK") and member.peer.has("BYE")


# ---- losers


def test_losers_are_told_that_another_phone_answered(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)
    loser, winner = stage.offered("kc1"), stage.offered("kc2")
    loser.ring()

    winner.accept()
    call.pick_up()

    loser.assert_cancelled('SIP;cause=200;text="Call completed elsewhere"')
    assert [leg.leg for leg in stage.facts(f.LegEnded)] == ["call1.1"]


def test_cancel_waits_for_a_1xx(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    stage.call(MAIN)
    loser, winner = stage.offered("kc1"), stage.offered("kc2")
    winner.accept()
    assert loser.cancel is None

    loser.ring(100)

    loser.assert_cancelled("Call completed elsewhere")


def test_a_2xx_that_crosses_our_cancel_is_acknowledged_and_ended(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)
    loser, winner = stage.offered("kc1"), stage.offered("kc2")
    loser.ring()
    winner.accept()

    loser.accept()

    assert loser.peer.take("ACK").cseq.number == 1
    loser.peer.answer(loser.peer.take("BYE"), 200)
    assert [leg.leg for leg in stage.facts(f.LegEnded)] == ["call1.1"]
    assert not stage.facts(f.MemberAnswered)[1:]
    call.assert_answered()


def test_a_loser_who_never_answers_its_cancel_is_given_up(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)
    loser, winner = stage.offered("kc1"), stage.offered("kc2")
    loser.ring()
    winner.accept()
    call.pick_up()

    stage.wait(40.0)

    assert [leg.leg for leg in stage.facts(f.LegEnded)] == ["call1.1"]


# ---- several 2xx (RFC 3261 13.2.2.4)


def test_a_repeated_2xx_is_acknowledged_again(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)
    member = stage.offered("kc1")

    for _ in range(3):
        member.accept()

    assert [member.peer.take("ACK").cseq.number for _ in range(3)] == [1, 1, 1]
    assert not member.peer.requests
    assert len(stage.facts(f.MemberAnswered)) == 1


def test_a_2xx_of_another_branch_of_a_fork_is_acknowledged_and_ended(stage: Stage) -> None:
    call, member = stage.connected()

    member.accept(tag="fork")

    ack, bye = member.peer.take("ACK"), member.peer.take("BYE")
    assert (ack.to.tag, bye.to.tag) == ("fork", "fork")
    member.peer.answer(bye, 200)
    assert call.statuses == [100, 200]
    assert not stage.facts(f.CallEnded)


def test_2xx_come_late_and_are_dealt_with_as_long_as_they_may(stage: Stage) -> None:
    _, member = stage.connected()

    stage.wait(31.0)
    member.accept(tag="fork")
    assert member.peer.has("ACK") and member.peer.has("BYE")
    member.peer.requests.clear()
    stage.wait(40.0)
    member.accept(tag="other")

    assert not member.peer.has("ACK")


# ---- where requests inside the dialog go


def test_a_phone_is_reached_where_it_registered_from_whatever_its_contact_says(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")

    member.accept(Contact="<sip:kc1@10.9.8.7:5062>")
    call.pick_up()
    call.hang_up()

    assert member.peer.take("ACK").uri == "sip:kc1@10.9.8.7:5062"
    assert member.peer.take("BYE").uri == "sip:kc1@10.9.8.7:5062"


def test_a_trunk_is_reached_by_its_contact(stage: Stage) -> None:
    media_gateway = stage.peer("192.0.2.39", 5090)
    call = stage.call("112")
    trunk = stage.offered_at(stage.alarm)

    trunk.accept(Contact="<sip:sos@192.0.2.39:5090>")
    call.pick_up()
    call.hang_up()

    assert media_gateway.take("ACK").uri == "sip:sos@192.0.2.39:5090"
    assert media_gateway.has("BYE")


def test_a_trunk_is_reached_by_its_route(stage: Stage) -> None:
    call = stage.call("112")
    trunk = stage.offered_at(stage.alarm)
    routes = "<sip:192.0.2.31;lr>, <sip:192.0.2.30:5080;lr>"

    trunk.accept(Contact="<sip:sos@10.0.0.1>", Record_Route=routes)
    call.pick_up()
    call.hang_up()

    for method in ("ACK", "BYE"):
        request = stage.alarm.take(method)
        assert request.uri == "sip:sos@10.0.0.1"
        assert request.headers.get_all("Route") == ["<sip:192.0.2.30:5080;lr>", "<sip:192.0.2.31;lr>"]


def test_a_call_that_no_port_is_left_for_is_refused_by_the_member(stage: Stage) -> None:
    stage.register("kc1")
    stage.media.ports = 1

    call = stage.call(DIRECT)

    assert stage.facts(f.MemberRefused)[0].status == 503
    call.assert_refused(480)
    stage.assert_nothing_kept()


def test_a_closed_number_rings_nobody(stage: Stage) -> None:
    stage.register("kc1")

    stage.call(CLOSED)

    assert not stage.phone("kc1").requests


def test_a_redirection_is_a_refusal(stage: Stage) -> None:
    elsewhere = stage.peer("192.0.2.200")
    stage.register("bygg1", "bygg2")
    stage.call(BYGGLOV)
    phone = stage.offered("bygg1")

    phone.peer.answer(phone.invite, 302, Contact="<sip:+46900123456@192.0.2.200>")

    assert [fact.status for fact in stage.facts(f.MemberRefused)] == [302]
    assert not elsewhere.requests
    assert stage.phone("bygg2").has("INVITE")
