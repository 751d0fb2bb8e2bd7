from telephony.sip.flow import Flow
from telephony.sip.follow_up import make_ack, make_cancel, with_via
from telephony.sip.message import Response
from tests.support.sip_peer import FLOW, our_request


def test_one_via_of_ours_on_a_copy() -> None:
    given = our_request()
    given.headers.prepend("Via", "SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKold")

    sent = with_via(given, "192.0.2.1", FLOW, "z9hG4bKnew")

    assert sent.headers.get_all("Via") == ["SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnew;rport"]
    assert (sent.method, sent.uri, sent.body) == (given.method, given.uri, given.body)
    assert given.headers.get_all("Via") == ["SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKold"]


def test_via_names_the_transport() -> None:
    flow = Flow("TLS", ("192.0.2.1", 5061), ("192.0.2.9", 5061))

    sent = with_via(our_request(), "pbx.example", flow, "z9hG4bKnew")

    assert str(sent.via) == "SIP/2.0/TLS pbx.example:5061;branch=z9hG4bKnew;rport"


def test_ack_of_a_refusal_has_its_to_tag_and_the_invites_path() -> None:
    invite = with_via(our_request(), "192.0.2.1", FLOW, "z9hG4bK1")

    ack = make_ack(invite, Response.to_request(invite, 486, to_tag="theirs"))

    assert ack.start_line == "ACK sip:bo@192.0.2.9:5070 SIP/2.0"
    assert list(ack.headers) == [
        ("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport"),
        ("Route", "<sip:192.0.2.9:5070;lr>"),
        ("From", "<sip:vaxeln@192.0.2.1>;tag=ours"),
        ("To", "<sip:bo@192.0.2.9>;tag=theirs"),
        ("Call-ID", "call-2"),
        ("CSeq", "7 ACK"),
        ("Max-Forwards", "70"),
    ]


def test_cancel_is_the_invite_without_tag() -> None:
    invite = with_via(our_request(), "192.0.2.1", FLOW, "z9hG4bK1")

    cancel = make_cancel(invite, "SIP;cause=200")

    assert cancel.start_line == "CANCEL sip:bo@192.0.2.9:5070 SIP/2.0"
    assert cancel.via == invite.via
    assert (cancel.to, cancel.from_) == (invite.to, invite.from_)
    assert str(cancel.cseq) == "7 CANCEL"
    assert cancel.headers.get("Route") == invite.headers.get("Route")
    assert cancel.headers.get("Reason") == "SIP;cause=200"
    assert "Reason" not in make_cancel(invite, None).headers
