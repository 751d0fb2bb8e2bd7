"""telephony/legs/gate.py: who may send what outside a dialog."""

from dataclasses import replace

import pytest

from telephony.call import facts as f
from telephony.call.house_facts import DrainStarted
from telephony.legs.gate import MOST_UNPROVEN
from telephony.legs.wire import ALLOW
from telephony.sip.message import Response
from tests.support.asking_trunk import REGISTERED, AskingTrunk, registered_stage
from tests.support.plans import MAIN
from tests.support.scripted_peer import Outgoing, Party, ScriptedPeer, authorize, sdp
from tests.support.stage import DIRECT, TRUNKS, Stage
from tests.support.switchboard import ADDRESS, REALM, utc


def party(peer: ScriptedPeer, account: str = "kc1", target: str = f"sip:{MAIN}@{REALM}") -> Party:
    return Party(peer, f"{account}-1", f"<sip:{account}@{REALM}>;tag=t", f"<{target}>", target)


def drain(stage: Stage) -> None:
    stage.node.record(DrainStarted(at=utc(stage.now)), stage.now)


# ---- RFC 3261 8.2: what does not depend on who it is


@pytest.mark.parametrize("method", ["MESSAGE", "NOTIFY"])
def test_a_known_method_that_is_not_served_is_405(stage: Stage, method: str) -> None:
    response = party(stage.operator).ask(method)

    assert response.status == 405
    assert response.headers.get("Allow") == ALLOW


def test_an_unknown_method_is_501(stage: Stage) -> None:
    assert party(stage.operator).ask("DANCE").status == 501


def test_a_scheme_that_means_nothing_here_is_416(stage: Stage) -> None:
    assert party(stage.operator, target="http://botkyrka.se").ask("INVITE").status == 416


@pytest.mark.parametrize("transport", ["UDP", "TCP", "TLS"])
def test_what_asks_for_tls_has_to_come_by_it(stage: Stage, transport: str) -> None:
    """RFC 5630 5.1.1, 7."""
    stage.operator.transport = transport
    call = party(stage.operator, target=f"sips:{MAIN}@{REALM}")
    registration = party(stage.operator, target=f"sip:{REALM}")
    contact = ("Contact", "<sips:kc1@192.0.2.101>")

    for response in (call.ask("INVITE"), registration.ask("REGISTER", "", contact)):
        warning = response.headers.get("Warning")
        assert warning == (None if transport == "TLS" else '381 vaxeln "SIPS Required"')
        assert transport == "TLS" or response.status == 403
    broken = party(stage.operator, "kc2", f"sip:{REALM}").ask("REGISTER", "", ("Contact", "<"))
    assert broken.status == 401  # the registrar says what is wrong, to who may know


def test_a_required_extension_is_420(stage: Stage) -> None:
    response = party(stage.operator).ask("INVITE", "", ("Require", "100rel, gruu, outbound, timer"))

    assert response.status == 420
    assert response.headers.get("Unsupported") == "gruu, outbound"


def test_what_proxies_must_know_is_not_for_us(stage: Stage) -> None:
    stage.register("kc1")

    stage.call(DIRECT, ("Proxy-Require", "privacy"), ("Privacy", "id"))

    assert stage.phone("kc1").has("INVITE")


def test_options_tells_what_we_can(stage: Stage) -> None:
    response = party(stage.peer("198.51.100.7")).ask("OPTIONS")

    assert response.status == 200
    assert response.headers.get("Accept") == "application/sdp"
    assert "INVITE" in (response.headers.get("Allow") or "")
    assert response.to.tag


def test_bye_without_a_dialog_is_481(stage: Stage) -> None:
    assert party(stage.operator).ask("BYE").status == 481


def test_hops_used_up_is_483(stage: Stage) -> None:
    assert stage.call(DIRECT, ("Max-Forwards", "0")).assert_refused(483)


# ---- who calls


def test_an_unknown_peer_is_403_before_any_100(stage: Stage) -> None:
    stranger = stage.peer("198.51.100.7")

    call = stage.call(peer=stranger, host="198.51.100.7")

    assert call.statuses == [403]
    assert not stage.facts(f.CallArrived)


def test_a_phone_is_challenged_before_any_100(stage: Stage) -> None:
    call = stage.call(peer=stage.phone("kc1"), caller="kc1", host=REALM)

    assert call.statuses == [401]
    challenges = call.final(call.branch).headers.get_all("WWW-Authenticate")
    assert [("SHA-256" in text, "MD5" in text) for text in challenges] == [(True, False), (False, True)]


def test_an_unknown_user_gets_what_a_wrong_password_gets(stage: Stage) -> None:
    def refusal(account: str) -> Response:
        peer = stage.phone("kc1")
        return party(peer, account).authenticated("INVITE", account, "wrong", body=sdp(peer.host))

    known, unknown = refusal("kc1"), refusal("nobody")

    assert known.status == unknown.status == 403
    assert [name for name, _ in known.headers] == [name for name, _ in unknown.headers]
    assert not stage.facts(f.CallArrived)


def test_a_spent_nonce_is_challenged_again_as_stale(stage: Stage) -> None:
    peer = stage.phone("kc1")
    first = party(peer).ask("INVITE", sdp(peer.host))
    credentials = authorize(first, "kc1", "", "INVITE")
    stage.now = 1e6

    again = party(peer).ask("INVITE", sdp(peer.host), ("Authorization", credentials), cseq=2)

    assert again.status == 401
    assert all("stale=true" in text for text in again.headers.get_all("WWW-Authenticate"))


def test_a_phone_is_its_account_whatever_its_from_says(stage: Stage) -> None:
    peer = stage.phone("kc1")
    lying = party(peer)
    lying.local = f'"Kommundirektör" <sip:+46853061999@{REALM}>;tag=t'

    lying.authenticated("INVITE", "kc1", "", body=sdp(peer.host))

    (arrived,) = stage.facts(f.CallArrived)
    assert (arrived.origin, arrived.origin_name, arrived.member) == (f.Origin.PHONE, "kc1", "amina")
    assert (arrived.caller, arrived.caller_name) == (MAIN, "Kontaktcenter 1")


def test_an_account_that_has_left_the_plan_is_403(stage: Stage) -> None:
    peer = stage.phone("kc1")
    caller = party(peer)
    challenge = caller.ask("INVITE", sdp(peer.host))
    stage.virtual.directory.load(replace(stage.tables, phones={}))

    answer = caller.ask(
        "INVITE", sdp(peer.host), ("Authorization", authorize(challenge, "kc1", "", "INVITE"))
    )

    assert answer.status == 403


def test_a_registered_contact_wins_over_a_trunk_of_the_same_address(stage: Stage) -> None:
    assert stage.operator.register("bygg2").status == 200

    call = stage.call(DIRECT)

    assert call.statuses == [401]


# ---- 112


@pytest.mark.parametrize("uri", ["sip:112@vaxeln.example", "sip:+46112@vaxeln.example", "urn:service:sos"])
def test_112_from_a_registered_phone_needs_no_password(stage: Stage, uri: str) -> None:
    stage.register("kc1")

    call = stage.call(peer=stage.phone("kc1"), caller="whoever", host="elsewhere.example", uri=uri)

    assert call.statuses == [100]
    assert stage.alarm.take("INVITE").uri == "sip:112@192.0.2.30:5080"
    assert stage.facts(f.CallArrived)[0].origin_name == "kc1"


def test_112_from_a_phone_that_names_an_account_needs_no_password(stage: Stage) -> None:
    stage.call("112", peer=stage.peer("198.51.100.9"), caller="bygg1", host=REALM)

    assert stage.alarm.has("INVITE")
    assert stage.facts(f.CallArrived)[0].origin_name == "bygg1"


STRANGE = ("198.51.100.9", 5060)


def unproven(stage: Stage, account: str = "bygg1") -> Outgoing:
    return stage.call("112", peer=stage.peer(*STRANGE), caller=account, host=REALM)


def test_who_only_says_that_it_is_somebody_keeps_nobody_from_being_called(stage: Stage) -> None:
    stage.register("bygg1", "kc1")

    unproven(stage, "kc1")

    assert stage.virtual.switchboard.house.is_free("amina")
    assert stage.facts(f.CallArrived)[0].member == ""


def test_no_number_of_strangers_keeps_a_phone_with_a_password_from_112(stage: Stage) -> None:
    calls = [unproven(stage) for _ in range(MOST_UNPROVEN + 1)]

    assert [call.statuses for call in calls] == [[100]] * MOST_UNPROVEN + [[401]]
    stage.alarm.requests.clear()
    proven = stage.dial_from("kc1", "112")
    assert proven.statuses[-1] == 100
    assert stage.alarm.has("INVITE")
    assert stage.facts(f.CallArrived)[-1].member == "amina"


def test_a_wrong_password_is_no_reason_not_to_call_112(stage: Stage) -> None:
    authorization = (
        "Authorization",
        'Digest username="kc1", realm="x", nonce="y", uri="sip:112", response="z"',
    )

    call = stage.call("112", authorization, peer=stage.peer(*STRANGE), caller="kc1", host=REALM)

    assert call.statuses == [100]
    assert stage.alarm.has("INVITE")


@pytest.mark.parametrize(
    "field",
    [("Require", "100rel"), ("Max-Forwards", "0"), ("Content-Type", "multipart/mixed;boundary=x")],
)
def test_112_is_taken_whatever_else_is_asked_of_us(stage: Stage, field: tuple[str, str]) -> None:
    stage.register("kc1")

    call = stage.call("112", field, peer=stage.phone("kc1"))

    assert call.statuses == [100]
    assert stage.alarm.has("INVITE")


def test_112_from_nobody_we_know_is_403(stage: Stage) -> None:
    call = stage.call("112", peer=stage.peer("198.51.100.9"), caller="mallory", host="elsewhere.example")

    assert call.statuses == [403]


def test_112_by_a_trunk_is_let_in(stage: Stage) -> None:
    stage.call("112", peer=stage.pbx)

    assert stage.alarm.has("INVITE")


def test_112_tries_the_next_trunk_when_one_gives_no_sign_of_life(stage: Stage) -> None:
    stage.register("kc1")
    stage.call("112", peer=stage.phone("kc1"))

    stage.wait(4.0)

    assert stage.reserve.has("INVITE")


def test_112_goes_through_when_all_ports_for_sound_are_in_use(stage: Stage) -> None:
    stage.register("kc1")
    stage.media.ports = 0

    assert stage.call(DIRECT).statuses == [100, 503]
    call = stage.call("112", peer=stage.phone("kc1"))

    assert call.statuses == [100]
    assert stage.alarm.has("INVITE")


# ---- draining


def test_while_draining_new_calls_are_503_with_retry_after(stage: Stage) -> None:
    drain(stage)

    refusal = stage.call(DIRECT).assert_refused(503)

    assert refusal.headers.get("Retry-After") == "30"


def test_while_draining_112_goes_through(stage: Stage) -> None:
    stage.register("kc1")
    drain(stage)

    stage.call("112", peer=stage.phone("kc1"))

    assert stage.alarm.has("INVITE")


def test_a_call_that_comes_while_draining_is_a_fact(stage: Stage) -> None:
    drain(stage)

    stage.call(DIRECT).assert_refused(503)

    (refused,) = stage.facts(f.CallRefused)
    assert (refused.status, refused.why, refused.dialled, refused.origin_name) == (
        503,
        "draining",
        DIRECT,
        "operator",
    )
    assert not stage.virtual.switchboard.calls


# ---- who was not let in is told to operations


def test_strangers_wrong_passwords_and_other_domains_are_counted(stage: Stage) -> None:
    stage.call(DIRECT, peer=stage.peer("198.51.100.9"), caller="mallory", host="elsewhere.example")
    stage.call("112", peer=stage.peer("198.51.100.9"), caller="mallory", host="elsewhere.example")
    party(stage.phone("kc1"), target="sip:elsewhere.example").ask("REGISTER")
    stage.phone("kc1").register("kc1", password="wrong-password")

    told = [
        (kind.why.value, kind.method, kind.source, kind.who) for kind, _ in stage.node.legs.refusals.untold()
    ]
    assert told == [
        ("stranger", "INVITE", "198.51.100.9", ""),
        ("emergency", "INVITE", "198.51.100.9", ""),
        ("domain", "REGISTER", "192.0.2.101", ""),
        ("credentials", "REGISTER", "192.0.2.101", "kc1"),
    ]
    assert not stage.facts(f.CallRefused)


# ---- REGISTER


def test_register_elsewhere_is_404(stage: Stage) -> None:
    registrar = party(stage.phone("kc1"), target="sip:other.example")

    assert registrar.ask("REGISTER").status == 404


def test_register_by_telephone_number_is_404(stage: Stage) -> None:
    registrar = party(stage.phone("kc1"), target="tel:+46853061000")

    assert registrar.ask("REGISTER").status == 404


def test_an_account_registers_itself_only(stage: Stage) -> None:
    response = stage.phone("kc1").register("kc1", to="kc2")

    assert response.status == 403
    assert not stage.virtual.directory.contacts("kc2")


def test_register_with_a_wrong_password_is_403(stage: Stage) -> None:
    assert stage.phone("kc1").register("kc1", password="guess").status == 403


def test_register_is_not_refused_while_draining(stage: Stage) -> None:
    drain(stage)

    assert stage.phone("kc1").register("kc1").status == 200


def test_our_address_means_us_as_much_as_our_realm(stage: Stage) -> None:
    registrar = party(stage.phone("kc1"), target=f"sip:{ADDRESS[0]}")
    registrar.remote = f"<sip:kc1@{REALM}>"

    response = registrar.authenticated("REGISTER", "kc1", "", ("Contact", stage.phone("kc1").contact))

    assert response.status == 200


# ---- trunks by the name in their certificate

BY_NAME = (
    TRUNKS
    + """
[trunks.named]
peers = ["tls:pbx.example.se"]
"""
)


def test_who_proves_the_name_of_a_trunk_is_that_trunk_and_nobody_else_is() -> None:
    stage = Stage(trunks=BY_NAME)
    stranger = stage.peer("198.51.100.7", 40_000)
    for call, transport, proven, status in (
        ("1", "TLS", ("pbx.example.se",), 480),
        ("2", "TLS", ("other.example.se",), 401),  # it says that it is a phone
        ("3", "TLS", (), 401),
        ("4", "UDP", (), 401),
    ):
        stranger.transport, stranger.proven = transport, proven
        assert party(stranger, call).ask("INVITE").status == status


def test_a_trunk_goes_on_in_its_dialog_from_wherever_it_proves_its_name() -> None:
    stage = Stage(trunks=BY_NAME)
    first, again = stage.peer("198.51.100.7", 40_000), stage.peer("198.51.100.8", 40_001)
    for peer in (first, again):
        peer.transport, peer.proven = "TLS", ("pbx.example.se",)
    stage.register("kc1")
    caller = stage.call(peer=first)
    member = stage.offered("kc1")
    member.accept()
    caller.pick_up()

    caller.peer = again
    assert caller.ask("OPTIONS").status == 200


# ---- a trunk that we are registered with


def test_a_call_to_our_contact_is_the_registrars_trunks_and_to_tells_the_number() -> None:
    stage = registered_stage()
    net = AskingTrunk(stage)
    stage.node.legs.registrations.begin(stage.now)
    stage.wait(1)
    net.register()
    stage.register("kc1")

    to = ("To", "<sip:08-53061500@sip.net.example>")
    stage.call(DIRECT, to, peer=net.first, uri="sip:0853061000@192.0.2.1")

    arrived = stage.facts(f.CallArrived)[0]
    assert (arrived.origin, arrived.origin_name, arrived.dialled) == (f.Origin.TRUNK, "net", DIRECT)
    assert stage.offered("kc1")


def test_a_to_that_names_nobody_leaves_what_was_called() -> None:
    stage = registered_stage()
    net = AskingTrunk(stage)
    stage.node.legs.registrations.begin(stage.now)
    stage.wait(1)
    net.register()

    stage.call(DIRECT, ("To", "<sip:sip.net.example>"), peer=net.first, uri="sip:0853061000@192.0.2.1")

    assert stage.facts(f.CallArrived)[0].dialled == MAIN


@pytest.mark.parametrize(
    ("transport", "proven", "status"), [("TLS", ("pbx.net.example",), 0), ("TLS", (), 403)]
)
def test_a_host_of_that_trunk_that_proves_its_name_calls_our_contact_too(
    transport: str, proven: tuple[str, ...], status: int
) -> None:
    trunk = REGISTERED.replace("numbers", 'peers = ["tls:pbx.net.example"]\nnumbers', 1)
    stage = registered_stage(trunk=trunk)
    peer = stage.peer("198.51.100.7", 40_000)
    peer.transport, peer.proven = transport, proven
    stage.register("kc1")

    call = stage.call(
        DIRECT, ("To", "<sip:08-53061500@sip.net.example>"), peer=peer, uri="sip:0853061000@192.0.2.1"
    )

    assert call.statuses[:1] == ([status] if status else [100])
    assert [arrived.dialled for arrived in stage.facts(f.CallArrived)] == ([] if status else [DIRECT])


@pytest.mark.parametrize("where", ["a stranger", "the registrar, for another user", "before we registered"])
def test_our_contact_alone_lets_nobody_in(where: str) -> None:
    stage = registered_stage()
    net = AskingTrunk(stage)
    if where != "before we registered":
        stage.node.legs.registrations.begin(stage.now)
        stage.wait(1)
        net.register()
    peer = stage.peer(*STRANGE) if where == "a stranger" else net.first
    user = MAIN if "another user" in where else "0853061000"

    call = stage.call(DIRECT, peer=peer, uri=f"sip:{user}@192.0.2.1")

    assert call.statuses == [403]
