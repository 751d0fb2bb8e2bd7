"""telephony/legs/snapshot.py: what facts keep of a leg."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from telephony.legs.snapshot import (
    ANSWERED_BY,
    pack,
    pack_dialog,
    pack_flow,
    pack_request,
    pack_session,
    unpack,
    unpack_dialog,
    unpack_flow,
    unpack_request,
    without_names,
)
from telephony.sip.dialog import Dialog
from telephony.sip.flow import Flow
from telephony.sip.framing import parse_datagram
from telephony.sip.message import Request

DIALOG = Dialog(
    call_id="\udce5 100%",
    local='"Växeln" <sip:vaxeln@192.0.2.1>;tag=ours;x=y',
    local_tag="ours",
    remote='"Anna" <sip:+46701740605@192.0.2.10>;tag=theirs',
    remote_tag="theirs",
    remote_target="sip:+46701740605:secret@192.0.2.10:5070;transport=udp",
    route_set=("<sip:192.0.2.9;lr>", "<sip:p%2Bq@192.0.2.8;lr>"),
    local_cseq=3,
    remote_cseq=None,
)


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8"))


@given(st.binary(max_size=40))
def test_any_octets_survive_as_printable_ascii(octets: bytes) -> None:
    text = octets.decode("utf-8", "surrogateescape")

    packed = pack(text)

    assert packed.isascii() and (packed.isprintable() or not packed)
    assert unpack(packed) == text


def test_what_is_printable_stays_readable() -> None:
    assert pack("<sip:anna@192.0.2.1;lr>;tag=a") == "<sip:anna@192.0.2.1;lr>;tag=a"
    assert pack("Åsa 100%") == "%C3%85sa 100%25"


def test_a_flow_survives() -> None:
    flow = Flow("UDP", ("192.0.2.1", 5060), ("2001:db8::1", 5070))

    assert unpack_flow(through_json(pack_flow(flow))) == flow


def test_where_a_connection_is_opened_anew_survives() -> None:
    flow = Flow("TCP", ("192.0.2.1", 5060), ("192.0.2.9", 40_000), ("192.0.2.9", 5060))

    assert unpack_flow(through_json(pack_flow(flow))).reopen == flow.reopen


def test_whose_certificate_it_must_be_survives() -> None:
    flow = Flow("TLS", ("192.0.2.1", 5061), ("192.0.2.9", 5061), name="pbx.example.se")

    assert unpack_flow(through_json(pack_flow(flow))) == flow


def test_a_dialog_survives() -> None:
    assert unpack_dialog(through_json(pack_dialog(DIALOG, hidden=False))) == DIALOG


def test_of_a_hidden_far_end_tags_and_addresses_are_kept() -> None:
    kept = unpack_dialog(pack_dialog(without_names(DIALOG), hidden=True))

    assert kept.remote == "<sip:anonymous@anonymous.invalid>;tag=theirs"
    assert kept.remote_target == "sip:192.0.2.10:5070;transport=udp"
    assert (kept.call_id, kept.remote_tag, kept.route_set) == ("\udce5 100%", "theirs", DIALOG.route_set)


def test_names_are_left_out_of_a_dialog() -> None:
    bare = without_names(DIALOG)

    assert bare.local == "<sip:vaxeln@192.0.2.1>;tag=ours"
    assert bare.remote == "<sip:+46701740605@192.0.2.10>;tag=theirs"


def request() -> Request:
    message = parse_datagram(
        b"INVITE sip:1@2 SIP/2.0\r\nVia: SIP/2.0/UDP \xc3\xa5:5060;branch=z9hG4bK1\r\n"
        b'From: "Anna" <sip:anna@h>;tag=t;x=1\r\nTo: <sip:1@2>\r\nCall-ID: \xe5\x01\r\nCSeq: 1 INVITE\r\n'
        b"Authorization: Digest response=secret\r\nP-Asserted-Identity: <tel:+46701740605>\r\n\r\nbody"
    )
    assert isinstance(message, Request)
    return message


def test_of_a_request_only_what_is_needed_is_kept() -> None:
    kept = unpack_request(through_json(pack_request(request(), ANSWERED_BY)))

    assert list(kept.headers) == [
        ("Via", "SIP/2.0/UDP å:5060;branch=z9hG4bK1"),
        ("From", "<sip:anna@h>;tag=t"),
        ("To", "<sip:1@2>"),
        ("Call-ID", "\udce5\x01"),
        ("CSeq", "1 INVITE"),
    ]
    assert (kept.method, kept.uri, kept.body) == ("INVITE", "sip:1@2", b"")


def test_of_a_hidden_callers_request_only_the_tag_is_kept() -> None:
    kept = unpack_request(pack_request(request(), ANSWERED_BY, hidden=True))

    assert kept.headers.get("From") == "<sip:anonymous@anonymous.invalid>;tag=t"


REMOTE = (
    "v=0\r\no=anna 1 1 IN IP4 192.0.2.9\r\ns=Annas\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 1 RTP/AVP 8\r\n"
)


def test_a_session_is_kept_as_it_is() -> None:
    session = {"remote": REMOTE, "version": 1}

    assert pack_session(session, hidden=False) == session
    assert pack_session({"remote": None}, hidden=True) == {"remote": None}


def test_a_hidden_far_ends_session_loses_its_names() -> None:
    kept = pack_session({"remote": REMOTE, "version": 1}, hidden=True)

    assert kept["remote"] == REMOTE.replace("anna", "-").replace("Annas", "-")
    assert kept["version"] == 1
