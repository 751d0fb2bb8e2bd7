"""Who we are is told to the trunk that asks, and to nobody else (RFC 3261 22)."""

import pytest

from telephony.call import facts as f
from telephony.call.trunk_facts import TrunkCredentialsRefused
from telephony.sip.message import Request
from tests.support.asking_trunk import NET, REGISTERED, AskingTrunk, registered_stage
from tests.support.digest_server import DigestServer
from tests.support.scripted_peer import Incoming, Outgoing, sdp
from tests.support.stage import DIRECT, Stage
from tests.telephony.legs.test_restore import Afterlife

ELSEWHERE = ("198.51.100.7", 5060)
OTHER_REALM = 'Digest realm="evil.example", nonce="n", algorithm=MD5, qop="auth"'


@pytest.fixture
def stage() -> Stage:
    return registered_stage()


@pytest.fixture
def net(stage: Stage) -> AskingTrunk:
    return AskingTrunk(stage)


def challenged(net: AskingTrunk, status: int = 407) -> tuple[Outgoing, Request, Request]:
    """A caller to 112, the INVITE that was challenged, and the one that came in its place."""
    caller = net.stage.call("112")
    first = net.first.take("INVITE")
    net.challenge(first, status)
    return caller, first, net.first.take("INVITE")


def talking(net: AskingTrunk, *, contact: str = "") -> tuple[Outgoing, Incoming]:
    """A call to 112 that the trunk has answered."""
    caller, _, again = challenged(net)
    called = Incoming.of(net.first, again)
    called.accept(**({"Contact": contact} if contact else {}))
    net.first.take("ACK")
    net.first.requests.clear()
    caller.pick_up()
    return caller, called


def brought_in(net: AskingTrunk) -> tuple[Outgoing, Incoming]:
    """A call that the trunk has brought to our Contact, and a phone has answered."""
    stage = net.stage
    stage.node.legs.registrations.begin(stage.now)
    stage.wait(1)
    net.register()
    stage.register("kc1")
    to = ("To", "<sip:08-53061500@sip.net.example>")
    call = stage.call(DIRECT, to, peer=net.first, uri="sip:0853061000@192.0.2.1")
    phone = stage.offered("kc1")
    phone.accept()
    call.pick_up()
    net.first.requests.clear()
    return call, phone


def credentials_in(requests: list[Request]) -> list[Request]:
    return [r for r in requests if "Authorization" in r.headers or "Proxy-Authorization" in r.headers]


def refusals(stage: Stage) -> list[tuple[str, str, str]]:
    return [(fact.method, fact.realm, fact.why) for fact in stage.facts(TrunkCredentialsRefused)]


# ---- the INVITE


@pytest.mark.parametrize("status", [401, 407])
def test_a_challenged_invite_is_sent_again_and_its_leg_sees_nothing(net: AskingTrunk, status: int) -> None:
    _, first, again = challenged(net, status)

    assert net.judge(again, status) == "right"
    assert again.cseq.number == first.cseq.number + 1
    assert again.via.branch != first.via.branch
    assert (again.call_id, again.from_, again.to) == (first.call_id, first.from_, first.to)
    assert again.body == first.body
    ack = net.first.take("ACK")
    assert ack.via.branch == first.via.branch and not credentials_in([ack])
    assert not net.stage.facts(f.MemberRefused)


def test_a_gateway_that_asks_has_responded_and_is_given_its_time(net: AskingTrunk) -> None:
    challenged(net)

    net.stage.wait(10)

    assert len(net.stage.facts(f.MemberResponded)) == 1
    assert not net.stage.alarm.has("INVITE")


@pytest.mark.parametrize("algorithms", [("MD5",), ("MD5", "SHA-256"), ("SHA-256",)])
def test_md5_is_answered_and_sha_256_preferred(stage: Stage, algorithms: tuple[str, ...]) -> None:
    net = AskingTrunk(stage, DigestServer("net.example", "anna@net.example", "net-secret", algorithms))

    _, _, again = challenged(net)

    assert net.judge(again, 407) == "right"
    wanted = "SHA-256" if "SHA-256" in algorithms else "MD5"
    assert f"algorithm={wanted}" in (again.headers.get("Proxy-Authorization") or "")


def test_a_call_goes_on_from_there_and_its_ack_says_who_we_are(net: AskingTrunk) -> None:
    caller, _, again = challenged(net)
    called = Incoming.of(net.first, again)
    called.ring()
    called.accept()
    net.first.take("ACK")  # of the refusal

    ack = net.first.take("ACK")
    caller.pick_up()

    assert ack.cseq.number == again.cseq.number
    assert ack.headers.get("Proxy-Authorization") == again.headers.get("Proxy-Authorization")
    assert net.stage.facts(f.MemberAnswered)
    assert net.stage.facts(f.CallConnected)
    called.cseq = 10
    assert called.hang_up().status == 200


def test_a_wrong_password_is_tried_once_for_each_gateway_and_told_without_it(stage: Stage) -> None:
    net = AskingTrunk(stage, DigestServer("net.example", "anna@net.example", "another"))
    _, _, again = challenged(net)
    assert net.judge(again, 407) == "wrong"

    net.challenge(again, 407)

    assert not net.first.has("INVITE")
    assert refusals(stage) == [("INVITE", "net.example", "password")]
    assert [fact.status for fact in stage.facts(f.MemberRefused)] == [407]


def test_a_stale_nonce_is_replaced_once(net: AskingTrunk) -> None:
    _, _, again = challenged(net)

    net.challenge(again, 407, stale=True)
    third = net.first.take("INVITE")
    assert net.judge(third, 407) == "right"
    net.challenge(third, 407, stale=True)

    assert not net.first.has("INVITE")
    assert [why for _, _, why in refusals(net.stage)] == ["password"]


def test_the_same_nonce_is_not_answered_twice_however_stale(net: AskingTrunk) -> None:
    caller = net.stage.call("112")
    values = [value + ", stale=true" for value in net.server.challenges()]
    net.refuse_with(net.first, net.first.take("INVITE"), 407, "Proxy-Authenticate", values)

    net.refuse_with(net.first, net.first.take("INVITE"), 407, "Proxy-Authenticate", values)

    assert not net.first.has("INVITE")
    assert caller.statuses[0] == 100


def test_a_nonce_that_is_given_out_again_is_counted_on(net: AskingTrunk) -> None:
    values = net.server.challenges()
    for _ in range(3):
        net.stage.call("112")
        net.refuse_with(net.first, net.first.take("INVITE"), 407, "Proxy-Authenticate", values)
        assert net.judge(net.first.take("INVITE"), 407) == "right"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([OTHER_REALM], "realm"),
        (['Digest realm="net.example", nonce="n", algorithm=SHA-512-256'], "algorithm"),
        (['Digest realm="net.example", nonce="n", qop="auth-int"'], "algorithm"),
        (['Basic realm="net.example"'], "realm"),
        (["Digest broken"], "realm"),
        ([], "realm"),
    ],
)
def test_another_realm_or_what_we_cannot_do_is_not_answered(
    net: AskingTrunk, values: list[str], why: str
) -> None:
    net.stage.call("112")

    net.refuse_with(net.first, net.first.take("INVITE"), 407, "Proxy-Authenticate", values)

    assert not net.first.has("INVITE")
    assert [known for _, _, known in refusals(net.stage)] == [why]
    assert [fact.status for fact in net.stage.facts(f.MemberRefused)] == [407]


def test_of_several_realms_ours_alone_is_answered(net: AskingTrunk) -> None:
    net.stage.call("112")
    values = [OTHER_REALM, *net.server.challenges()]

    net.refuse_with(net.first, net.first.take("INVITE"), 407, "Proxy-Authenticate", values)

    again = net.first.take("INVITE")
    assert net.judge(again, 407) == "right"
    assert "evil" not in str(again.headers)


def test_a_proxy_and_who_is_behind_it_may_both_ask(net: AskingTrunk) -> None:
    _, _, again = challenged(net, 407)

    net.challenge(again, 401)
    third = net.first.take("INVITE")

    assert net.judge(third, 407) == "right"
    assert net.judge(third, 401) == "right"


def test_a_longer_session_and_a_challenge_may_both_be_wanted(net: AskingTrunk) -> None:
    _, _, again = challenged(net)

    net.first.answer(again, 422, Min_SE="3600")
    longer = net.first.take("INVITE")
    net.challenge(longer, 407)
    last = net.first.take("INVITE")

    assert (longer.cseq.number, last.cseq.number) == (3, 4)
    assert last.headers.get("Session-Expires") == "3600"
    assert net.judge(last, 407) == "right"


# ---- CANCEL


def test_a_call_that_is_given_up_before_it_is_challenged_is_not_made_again(net: AskingTrunk) -> None:
    caller = net.stage.call("112")
    invite = net.first.take("INVITE")
    caller.cancel()

    net.challenge(invite, 407)

    assert not net.first.has("INVITE") and not net.first.has("CANCEL")
    assert not refusals(net.stage)


def test_a_call_that_is_given_up_later_is_cancelled_where_it_is(net: AskingTrunk) -> None:
    caller, _, again = challenged(net)
    called = Incoming.of(net.first, again)
    called.ring()

    caller.cancel()

    assert called.cancel is not None and called.cancel.cseq.number == again.cseq.number
    called.assert_cancelled()


# ---- inside the dialog


def test_bye_is_sent_again(net: AskingTrunk) -> None:
    caller, _ = talking(net)
    caller.hang_up()
    bye = net.first.take("BYE")

    net.challenge(bye, 407)
    again = net.first.take("BYE")

    assert net.judge(again, 407) == "right"
    assert again.cseq.number == bye.cseq.number + 1
    net.first.answer(again, 200)
    net.stage.wait(1)
    assert not refusals(net.stage)


def test_a_wrong_password_for_bye_ends_the_leg_all_the_same(net: AskingTrunk) -> None:
    caller, _ = talking(net)
    caller.hang_up()
    net.server.password = "changed"

    net.challenge(net.first.take("BYE"), 407)
    net.challenge(net.first.take("BYE"), 407)

    assert refusals(net.stage) == [("BYE", "net.example", "password")]
    assert net.stage.facts(f.LegEnded)


def test_options_are_sent_again(net: AskingTrunk) -> None:
    _, called = talking(net)
    net.stage.loud("call1.0", "call1.1")
    net.stage.wait(58)
    net.stage.loud("call1.0", "call1.1")
    net.stage.wait(2)
    options = net.first.take("OPTIONS")

    net.challenge(options)
    again = [r for r in net.first.requests if r.method == "OPTIONS" and r.cseq.number > options.cseq.number]

    assert net.judge(again[0]) == "right"
    assert called.tag == again[0].to.tag


def test_nothing_is_sent_again_for_a_leg_that_is_over(net: AskingTrunk) -> None:
    _, called = talking(net)
    net.stage.loud("call1.0", "call1.1")
    net.stage.wait(60)
    options = net.first.take("OPTIONS")
    net.first.requests.clear()
    called.hang_up()

    net.challenge(options)

    assert not net.first.has("OPTIONS") and not refusals(net.stage)


def test_a_reinvite_is_sent_again_with_its_ack(net: AskingTrunk) -> None:
    call, phone = brought_in(net)
    phone.reinvite(sdp("192.0.2.101", "8 101", "sendonly"))
    hold = net.first.take("INVITE")

    net.challenge(hold)
    again = net.first.take("INVITE")
    assert net.judge(again) == "right" and again.cseq.number == hold.cseq.number + 1
    net.first.requests.clear()
    net.first.answer(again, 200, sdp("192.0.2.40", "8 101", "recvonly"))

    ack = net.first.take("ACK")
    assert ack.cseq.number == again.cseq.number
    assert ack.headers.get("Authorization") == again.headers.get("Authorization")
    # and the next one goes on from there
    phone.reinvite(sdp("192.0.2.101", "8 101"))
    assert net.first.take("INVITE").cseq.number == again.cseq.number + 1
    assert call.branch and not refusals(net.stage)


def test_update_is_sent_again(net: AskingTrunk) -> None:
    caller, _, again = challenged(net)
    Incoming.of(net.first, again).accept(
        Session_Expires="90;refresher=uac", Require="timer", Allow="INVITE, UPDATE"
    )
    caller.pick_up()
    net.stage.wait(46)
    update = net.first.take("UPDATE")

    net.challenge(update)
    sent = [r for r in net.first.requests if r.method == "UPDATE" and r.cseq.number > update.cseq.number]

    assert net.judge(sent[0]) == "right"
    assert sent[0].headers.get("Session-Expires") == update.headers.get("Session-Expires")


@pytest.mark.parametrize("answered", [False, True])
def test_prack_is_sent_again_before_and_after_the_answer(net: AskingTrunk, answered: bool) -> None:
    _, _, again = challenged(net)
    called = Incoming.of(net.first, again)
    called.ring(183, sdp("192.0.2.40", "8"), Require="100rel", RSeq="7")
    prack = net.first.take("PRACK")
    if answered:
        called.accept("")

    net.challenge(prack)
    second = net.first.take("PRACK")

    assert net.judge(second) == "right"
    assert second.cseq.number == prack.cseq.number + 1
    assert second.headers.get("RAck") == f"7 {again.cseq.number} INVITE"
    net.first.answer(second, 200)
    assert not net.stage.facts(f.MemberRefused)


def test_a_prack_of_somebody_who_lost_is_let_be(net: AskingTrunk) -> None:
    _, _, again = challenged(net)
    called = Incoming.of(net.first, again)
    called.ring(183, sdp("192.0.2.40", "8"), Require="100rel", RSeq="7")
    prack = net.first.take("PRACK")
    called.accept(tag="another")

    net.challenge(prack)

    assert not net.first.has("PRACK")


def test_the_bye_of_a_second_answer_is_sent_again(net: AskingTrunk) -> None:
    _, called = talking(net)
    called.accept(tag="fork")
    bye = net.first.take("BYE")

    net.challenge(bye)

    again = net.first.take("BYE")
    assert net.judge(again) == "right" and again.to.tag == "fork"


def test_a_call_that_the_trunk_made_is_ended_with_credentials_too(net: AskingTrunk) -> None:
    _, phone = brought_in(net)
    phone.hang_up()
    bye = net.first.take("BYE")

    net.challenge(bye)

    assert net.judge(net.first.take("BYE")) == "right"


# ---- to whom nothing is said


def test_a_phone_that_asks_gets_nothing(stage: Stage) -> None:
    AskingTrunk(stage)
    stage.register("kc1")
    caller = stage.call(DIRECT)
    member = stage.offered("kc1")

    AskingTrunk.refuse_with(
        member.peer,
        member.invite,
        407,
        "Proxy-Authenticate",
        DigestServer("net.example", "", "").challenges(),
    )

    assert not member.peer.has("INVITE")
    assert stage.facts(f.MemberRefused)[0].status == 407
    assert not refusals(stage)
    caller.assert_refused(480)


def test_a_phone_that_answers_bye_with_407_gets_no_credentials_and_is_gone(stage: Stage) -> None:
    net = AskingTrunk(stage)
    caller, member = stage.connected()
    caller.hang_up()

    net.refuse_with(member.peer, member.peer.take("BYE"), 407, "Proxy-Authenticate", net.server.challenges())

    assert not member.peer.requests
    stage.assert_all_over()


def test_another_trunk_that_asks_in_this_ones_realm_gets_nothing(stage: Stage) -> None:
    net = AskingTrunk(stage)
    stage.call("112")
    net.first.answer(net.first.take("INVITE"), 404)  # the next trunk follows
    invite = stage.alarm.take("INVITE")

    net.refuse_with(stage.alarm, invite, 407, "Proxy-Authenticate", net.server.challenges())

    assert not credentials_in(stage.alarm.requests)
    assert not stage.alarm.has("INVITE")


@pytest.mark.parametrize("is_peer", [False, True])
def test_whom_a_contact_names_gets_nothing_unless_it_is_a_peer_of_the_trunk(is_peer: bool) -> None:
    peers = f'peers = ["{ELSEWHERE[0]}"]\ngateways' if is_peer else "gateways"
    stage = registered_stage(trunk=REGISTERED.replace("gateways", peers, 1))
    net, elsewhere = AskingTrunk(stage), stage.peer(*ELSEWHERE)
    caller, _ = talking(net, contact=f"<sip:sos@{ELSEWHERE[0]}>")
    caller.hang_up()

    net.refuse_with(elsewhere, elsewhere.take("BYE"), 407, "Proxy-Authenticate", net.server.challenges())

    assert elsewhere.has("BYE") is is_peer
    assert bool(credentials_in(elsewhere.requests)) is is_peer


def test_without_a_password_nothing_is_said(stage: Stage) -> None:
    stage.virtual.trunk_passwords["net"] = ""
    net = AskingTrunk(stage)
    stage.call("112")

    net.challenge(net.first.take("INVITE"), 407)

    assert not net.first.has("INVITE")
    assert refusals(stage) == [("INVITE", "net.example", "no_password")]


# ---- after a crash


def test_a_leg_of_an_earlier_life_is_ended_with_credentials(stage: Stage) -> None:
    net = AskingTrunk(stage)
    talking(net)

    after = Afterlife(stage, stage.virtual.journal.facts)
    trunk = AskingTrunk(after.stage, net.server)
    bye = after.stage.peer(*NET).take("BYE")
    trunk.challenge(bye)

    assert trunk.judge(after.stage.peer(*NET).take("BYE")) == "right"
