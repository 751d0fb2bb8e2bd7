"""telephony/legs/dialling.py: where a call goes, or why it goes nowhere."""

import pytest

from telephony.call import facts as f
from telephony.call.actions import Dial
from telephony.call.facts import Target
from telephony.legs.sockets import Sockets
from telephony.sip.flow import Flow
from tests.support.scripted_peer import ScriptedPeer, sdp
from tests.support.stage import TRUNKS, Stage
from tests.support.switchboard import ADDRESS


def test_a_target_that_is_nowhere_refuses(stage: Stage) -> None:
    stage.node.legs.perform(
        Dial("c.1", "c.0", Target("t", trunk="gone", number="1"), None, "", None, "", 9), 0.0
    )

    (refused,) = list(stage.node.legs.facts())
    assert isinstance(refused, f.MemberRefused)
    assert (refused.call, refused.leg, refused.status) == ("c", "c.1", 503)


ALL = Sockets([("UDP", ADDRESS), ("TCP", ADDRESS), ("TLS", (ADDRESS[0], 5061))])


def by(gateway: str, sockets: Sockets = ALL) -> tuple[Stage, ScriptedPeer]:
    """A call to 112 and its first gateway, which answers by this transport."""
    trunks = TRUNKS.replace(
        'peers = ["192.0.2.30:5080"]', f'peers = ["192.0.2.30"]\ngateways = ["{gateway}"]'
    )
    stage = Stage(sockets=sockets, trunks=trunks)
    peer = stage.peer("192.0.2.30", 5080)
    peer.transport, peer.name = gateway[:3].upper(), "192.0.2.30" if gateway.startswith("tls") else ""
    stage.call("112")
    return stage, peer


@pytest.mark.parametrize(("transport", "port"), [("tcp", 5060), ("tls", 5061)])
def test_all_of_a_call_goes_by_the_transport_of_its_gateway(transport: str, port: int) -> None:
    stage, peer = by(f"{transport}:192.0.2.30:5080")
    invite = peer.take("INVITE")

    assert invite.uri == f"sip:112@192.0.2.30:5080;transport={transport}"
    assert str(invite.to.uri) == "sip:112@192.0.2.30:5080"
    assert str(invite.via).startswith(f"SIP/2.0/{transport.upper()} 192.0.2.1:{port};")
    assert str(invite.contacts[0].uri) == f"sip:vaxeln@192.0.2.1:{port};transport={transport}"

    peer.answer(invite, 200, sdp(peer.host))
    assert peer.take("ACK").via.transport == transport.upper()
    name = peer.name
    assert set(stage.flows[1:]) >= {Flow(transport.upper(), (ADDRESS[0], port), peer.address, name=name)}
    stage.node.end_all(stage.now, "test", emergency=True)
    stage.pump()
    assert peer.take("BYE").via.transport == transport.upper()


def test_a_refusal_is_acknowledged_and_a_cancel_sent_by_it_too() -> None:
    stage, peer = by("tcp:192.0.2.30:5080")
    peer.answer(peer.take("INVITE"), 486)
    assert peer.take("ACK").via.transport == "TCP"

    stage, peer = by("tcp:192.0.2.30:5080")
    peer.answer(peer.take("INVITE"), 180)
    stage.node.end_all(stage.now, "test", emergency=True)
    stage.pump()
    assert peer.take("CANCEL").via.transport == "TCP"


def test_a_connection_that_fails_leaves_the_gateway_at_once() -> None:
    stage, _ = by("tls:192.0.2.30:5080")

    stage.node.transport_failed(stage.flows[-1], stage.now)
    stage.pump()

    assert stage.reserve.take("INVITE").uri == "sip:112@192.0.2.31:5060"


def test_a_gateway_that_no_socket_of_ours_reaches_is_left_at_once() -> None:
    stage, peer = by("tls:192.0.2.30:5080", Sockets([("UDP", ADDRESS)]))

    assert not peer.has("INVITE")
    assert stage.reserve.take("INVITE").uri == "sip:112@192.0.2.31:5060"
