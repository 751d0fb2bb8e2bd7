import json
from dataclasses import replace

import pytest

from telephony.sip.dialog import Dialog
from telephony.sip.errors import ParseError
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from tests.support.sip_peer import FLOW, PEER, US, our_request, request

ROUTE_1, ROUTE_2 = "<sip:192.0.2.50;lr>", "<sip:192.0.2.51:5080;lr>"


def answer(*fields: tuple[str, str]) -> Response:
    response = Response.to_request(our_request(), 200, to_tag="theirs")
    for name, value in fields:
        response.headers.add(name, value)
    return response


def as_uac(*fields: tuple[str, str]) -> Dialog:
    return Dialog.as_uac(our_request(), answer(*fields))


def invite(*fields: tuple[str, str]) -> Request:
    message = request(cseq=5)
    for name, value in fields:
        message.headers.add(name, value)
    return message


def test_as_uac_the_route_is_reversed() -> None:
    dialog = as_uac(("Contact", "<sip:bo@192.0.2.9:5070>"), ("Record-Route", f"{ROUTE_2}, {ROUTE_1}"))

    assert dialog == Dialog(
        call_id="call-2",
        local="<sip:vaxeln@192.0.2.1>;tag=ours",
        local_tag="ours",
        remote="<sip:bo@192.0.2.9>;tag=theirs",
        remote_tag="theirs",
        remote_target="sip:bo@192.0.2.9:5070",
        route_set=(ROUTE_1, ROUTE_2),
        local_cseq=7,
        remote_cseq=None,
    )


def test_as_uas_the_route_is_as_it_came() -> None:
    dialog = Dialog.as_uas(invite(("Record-Route", ROUTE_1), ("Record-Route", ROUTE_2)), "mine")

    assert dialog == Dialog(
        call_id="call-1",
        local="<sip:0853061000@vaxeln.example>;tag=mine",
        local_tag="mine",
        remote="<sip:anna@example.se>;tag=theirs",
        remote_tag="theirs",
        remote_target="sip:anna@192.0.2.9:5070",
        route_set=(ROUTE_1, ROUTE_2),
        local_cseq=0,
        remote_cseq=5,
    )


@pytest.mark.parametrize("contact", ["*", "<tel:+46701740605>", "<sip:"])
def test_as_uas_without_a_contact_to_send_to(contact: str) -> None:
    message = request()
    message.headers.set("Contact", contact)

    with pytest.raises(ParseError) as raised:
        Dialog.as_uas(message, "mine")
    assert (raised.value.status, raised.value.partial) == (400, message)


def test_as_uas_with_a_malformed_route() -> None:
    with pytest.raises(ParseError):
        Dialog.as_uas(invite(("Record-Route", "<sip:")), "mine")


def test_as_uac_makes_do_with_what_came() -> None:
    dialog = as_uac(("Contact", "<sip:"), ("Record-Route", "<sip:"))

    assert (dialog.remote_target, dialog.route_set) == ("sip:bo@192.0.2.9:5070", ())


def test_tags_may_be_missing_as_in_rfc_2543() -> None:
    message = our_request()
    message.headers.set("From", "<sip:vaxeln@192.0.2.1>")

    dialog = Dialog.as_uac(message, Response.to_request(message, 200))
    uas = Dialog.as_uas(request(from_tag="x"), "mine")

    assert (dialog.local_tag, dialog.remote_tag) == ("", "")
    assert uas.remote_tag == "x"


def test_request_by_loose_routers() -> None:
    dialog, bye = replace(as_uac(), route_set=(ROUTE_1, ROUTE_2)).make_request("BYE")

    assert dialog.local_cseq == 8
    assert bye.start_line == "BYE sip:bo@192.0.2.9:5070 SIP/2.0"
    assert list(bye.headers) == [
        ("Max-Forwards", "70"),
        ("Route", ROUTE_1),
        ("Route", ROUTE_2),
        ("From", "<sip:vaxeln@192.0.2.1>;tag=ours"),
        ("To", "<sip:bo@192.0.2.9>;tag=theirs"),
        ("Call-ID", "call-2"),
        ("CSeq", "8 BYE"),
    ]


def test_request_by_a_strict_router() -> None:
    strict = "<sip:192.0.2.50;method=INVITE;transport=udp?Subject=a>"

    _, bye = replace(as_uac(), route_set=(strict, ROUTE_2)).make_request("BYE")

    assert bye.uri == "sip:192.0.2.50;transport=udp"
    assert bye.headers.get_all("Route") == [ROUTE_2, "<sip:bo@192.0.2.9:5070>"]


def test_request_without_a_route() -> None:
    _, bye = as_uac().make_request("BYE")

    assert (bye.uri, bye.headers.get_all("Route")) == ("sip:bo@192.0.2.9:5070", [])


def test_ack_has_the_cseq_of_its_invite() -> None:
    dialog = as_uac().leap(10)

    ack = dialog.make_ack(answer())

    assert (ack.method, str(ack.cseq)) == ("ACK", "7 ACK")
    assert dialog.make_request("BYE")[1].cseq.number == 18


@pytest.mark.parametrize(("cseq", "accepted"), [(4, False), (5, True), (6, True)])
def test_requests_of_the_peer_come_in_order(cseq: int, accepted: bool) -> None:
    dialog = Dialog.as_uas(invite(), "mine").accept_request(request("BYE", cseq=cseq, to_tag="mine"))

    assert (dialog is not None) == accepted
    assert dialog is None or dialog.remote_cseq == cseq


def test_first_request_of_the_peer_may_have_any_number() -> None:
    dialog = as_uac().accept_request(request("BYE", cseq=0))

    assert dialog is not None and dialog.remote_cseq == 0


def test_target_moves_only_once_a_request_is_accepted() -> None:
    message = request("INVITE", cseq=6)
    message.headers.set("Contact", "<sip:anna@192.0.2.99>")

    dialog = Dialog.as_uas(invite(), "mine").accept_request(message)

    assert dialog is not None
    assert dialog.remote_target == "sip:anna@192.0.2.9:5070"
    assert dialog.refresh(message).remote_target == "sip:anna@192.0.2.99"


def test_target_is_kept_when_the_answer_has_none() -> None:
    dialog = as_uac()

    assert dialog.refresh(answer()) == dialog
    assert dialog.refresh(answer(("Contact", "<sip:bo@192.0.2.10>"))).remote_target == "sip:bo@192.0.2.10"


@pytest.mark.parametrize(
    ("target", "routes", "remote"),
    [
        ("sip:bo@192.0.2.10", (), ("192.0.2.10", 5060)),
        ("sip:bo@[2001:db8::9]:6000", (), ("2001:db8::9", 6000)),
        ("sip:bo@192.0.2.10", (ROUTE_2, ROUTE_1), ("192.0.2.51", 5080)),
        ("sip:bo@phone.example", (), FLOW.remote),
        ("tel:+46701740605", (), FLOW.remote),
    ],
)
def test_next_hop(target: str, routes: tuple[str, ...], remote: tuple[str, int]) -> None:
    dialog = replace(as_uac(), remote_target=target, route_set=routes)

    assert dialog.next_hop(FLOW) == Flow("UDP", US, remote)


@pytest.mark.parametrize(
    ("target", "remote", "reopen"),
    [
        ("sip:bo@192.0.2.9", PEER, ("192.0.2.9", 5061)),
        ("sip:bo@192.0.2.9:6000", PEER, ("192.0.2.9", 6000)),
        ("sip:bo@192.0.2.10", ("192.0.2.10", 5061), None),
    ],
)
def test_next_hop_uses_an_open_connection(
    target: str, remote: tuple[str, int], reopen: tuple[str, int] | None
) -> None:
    flow = replace(as_uac(), remote_target=target, route_set=()).next_hop(Flow("TLS", US, PEER))

    assert flow == Flow("TLS", US, remote)
    assert flow.reopen == reopen


def test_route_to_no_sip_uri_is_left_to_the_flow() -> None:
    dialog = replace(as_uac(), route_set=("<tel:112>",))

    assert dialog.next_hop(FLOW) == FLOW
    assert dialog.make_request("BYE")[1].headers.get("Route") == "<tel:112>"


def test_survives_json() -> None:
    dialog = as_uac(("Record-Route", ROUTE_1))

    assert Dialog.from_json(json.loads(json.dumps(dialog.to_json()))) == dialog
