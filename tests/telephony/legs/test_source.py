"""telephony/legs/source.py: whoever knows a dialog's tags ends no call from elsewhere."""

import pytest

from tests.support.scripted_peer import Incoming, Outgoing, Party, ScriptedPeer, authorize, sdp
from tests.support.stage import DIRECT, Stage

STRANGER = ("203.0.113.66", 5060)


def elsewhere(stage: Stage, party: Party, host: str = STRANGER[0], port: int = STRANGER[1]) -> Party:
    """The same end of the dialog, sent by somebody at another address."""
    return Party(stage.peer(host, port), party.call_id, party.local, party.remote, party.target, party.cseq)


def talking(stage: Stage) -> tuple[Outgoing, Incoming]:
    return stage.connected(DIRECT, "kc1")


@pytest.mark.parametrize(("method", "body"), [("BYE", ""), ("INVITE", sdp(STRANGER[0])), ("OPTIONS", "")])
def test_right_tags_from_a_stranger_are_481_and_no_call_ends_or_moves(
    stage: Stage, method: str, body: str
) -> None:
    caller, member = talking(stage)
    before = dict(stage.media.streams)

    response = elsewhere(stage, caller).ask(method, body)

    assert response.status == 481
    assert not member.peer.has("BYE")
    assert stage.media.streams == before
    assert caller.ask("OPTIONS").status == 200  # its CSeq was not moved either
    assert caller.hang_up().status == 200


@pytest.mark.parametrize(("method", "body"), [("BYE", ""), ("INVITE", sdp(STRANGER[0])), ("OPTIONS", "")])
def test_who_speaks_for_a_phone_from_elsewhere_is_challenged(stage: Stage, method: str, body: str) -> None:
    caller, member = talking(stage)
    before = dict(stage.media.streams)

    response = elsewhere(stage, member).ask(method, body)

    assert response.status == 401
    assert response.headers.get("WWW-Authenticate")
    assert not caller.peer.has("BYE")
    assert stage.media.streams == before
    assert member.hang_up().status == 200


def with_password(stage: Stage, member: Party, moved: ScriptedPeer, account: str, method: str = "BYE") -> int:
    party = elsewhere(stage, member, *moved.address)
    credentials = authorize(party.ask(method), account, "", method)
    return party.ask(method, "", ("Authorization", credentials)).status


def test_a_phone_that_a_nat_moved_proves_it_and_is_reached_where_it_is(stage: Stage) -> None:
    caller, member = talking(stage)
    moved = stage.peer(STRANGER[0], 61000)

    assert with_password(stage, member, moved, "kc1", "OPTIONS") == 200
    caller.hang_up()

    assert moved.has("BYE")
    assert not member.peer.has("BYE")


def test_another_accounts_password_proves_nothing(stage: Stage) -> None:
    caller, member = talking(stage)

    assert with_password(stage, member, stage.peer(*STRANGER), "kc2") == 403
    assert not caller.peer.has("BYE")


def test_a_phone_that_registered_anew_from_elsewhere_is_known_there(stage: Stage) -> None:
    caller, member = talking(stage)
    moved = stage.peer("192.0.2.101", 61000)
    assert moved.register("kc1", call_id="anew").status == 200

    assert elsewhere(stage, member, *moved.address).ask("BYE").status == 200
    assert caller.peer.has("BYE")


def test_a_phone_that_registered_anew_from_elsewhere_is_reached_there(stage: Stage) -> None:
    caller, member = talking(stage)
    moved = stage.peer("192.0.2.101", 61000)
    moved.register("kc1", call_id="anew")
    assert elsewhere(stage, member, *moved.address).ask("OPTIONS").status == 200

    caller.hang_up()

    assert moved.has("BYE") and not member.peer.has("BYE")


def test_another_phone_is_not_this_one(stage: Stage) -> None:
    _, member = talking(stage)
    stage.register("kc2")

    assert elsewhere(stage, member, *stage.phone("kc2").address).ask("BYE").status == 401


def test_a_phone_that_calls_is_bound_to_where_it_calls_from(stage: Stage) -> None:
    stage.register("kc1")
    caller = stage.dial_from("kc2", DIRECT)
    stage.offered("kc1").accept()
    caller.pick_up()

    assert elsewhere(stage, caller).ask("BYE").status == 401
    assert caller.hang_up().status == 200


TWO_PEERS = """
[trunks.operator]
peers = ["192.0.2.10", "192.0.2.11"]
[trunks.pbx]
peers = ["192.0.2.20"]
"""


@pytest.mark.parametrize(
    ("host", "port", "status"),
    [("192.0.2.10", 40000, 200), ("192.0.2.11", 5060, 200), ("192.0.2.20", 5060, 481)],
    ids=["another port", "another peer of it", "another trunk"],
)
def test_a_trunk_may_use_any_port_and_peer_of_its_own(host: str, port: int, status: int) -> None:
    stage = Stage(trunks=TWO_PEERS)
    caller, _ = talking(stage)

    assert elsewhere(stage, caller, host, port).ask("BYE").status == status


def test_who_a_trunk_names_in_contact_may_end_the_call(stage: Stage) -> None:
    stage.register("kc1")
    media_gateway = stage.peer("198.51.100.9")
    caller = Outgoing(
        stage.operator, "c-1", "<sip:x@192.0.2.10>;tag=c", f"<sip:{DIRECT}@x>", f"sip:{DIRECT}@192.0.2.1"
    )
    caller.branch = caller.request("INVITE", sdp("192.0.2.10"), ("Contact", "<sip:x@198.51.100.9>"))
    stage.offered("kc1").accept()
    caller.assert_answered()
    caller.ack()

    assert elsewhere(stage, caller, media_gateway.host).ask("BYE").status == 200


def test_cancel_from_another_host_cancels_nothing(stage: Stage) -> None:
    stage.register("kc1")
    caller = stage.call(DIRECT)
    stranger = stage.peer(*STRANGER)
    fields = [
        ("From", caller.local),
        ("To", caller.remote),
        ("Call-ID", caller.call_id),
        ("CSeq", "1 CANCEL"),
    ]
    via = f"SIP/2.0/UDP {caller.peer.host}:5060;rport;branch={caller.branch}"
    lines = "".join(f"{name}: {value}\r\n" for name, value in [("Via", via), *fields])

    stranger.send(f"CANCEL {caller.target} SIP/2.0\r\n{lines}Content-Length: 0\r\n\r\n")

    assert stranger.responses[-1].status == 481
    assert not stage.phone("kc1").has("CANCEL")
    assert caller.cancel().status == 200
    assert caller.statuses[-1] == 487


def test_a_call_by_tls_is_not_ended_by_a_datagram_from_the_same_host(stage: Stage) -> None:
    stage.register("kc1")
    stage.operator.transport = "TLS"
    caller = stage.call(DIRECT)
    stage.offered("kc1").accept()
    caller.pick_up()

    stage.operator.transport = "UDP"
    assert caller.ask("BYE").status == 481

    stage.operator.transport = "TLS"
    assert caller.hang_up().status == 200
