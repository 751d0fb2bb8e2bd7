"""The torture messages of RFC 4475, byte for byte (`tests/rfc4475`), as far as the grammar can judge them."""

import json
from pathlib import Path

import pytest

from telephony.sip.credentials import Credentials
from telephony.sip.errors import ParseError
from telephony.sip.framing import parse_datagram
from telephony.sip.message import Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import OtherUri, SipUri

MESSAGES = Path(__file__).parents[2] / "rfc4475"
EXPECTED = json.loads((MESSAGES / "expect.json").read_text())


def files(*classes: str) -> list[str]:
    return [entry["file"] for entry in EXPECTED if entry["class"] in classes]


def octets(name: str) -> bytes:
    return (MESSAGES / name).read_bytes()


def request(name: str) -> Request:
    message = parse_datagram(octets(name))
    assert isinstance(message, Request)
    return message


def response(name: str) -> Response:
    message = parse_datagram(octets(name))
    assert isinstance(message, Response)
    return message


def sip_uri(address: NameAddr) -> SipUri:
    assert isinstance(address.uri, SipUri)
    return address.uri


def refusal_of(name: str) -> ParseError:
    """Return what framing or the check of the mandatory headers raises."""
    with pytest.raises(ParseError) as caught:
        request(name).check()
    return caught.value


@pytest.mark.parametrize("name", files("accept"))
def test_what_is_valid_passes(name: str) -> None:
    message = request(name)

    message.check()
    assert all(contact.uri for contact in message.contacts)


@pytest.mark.parametrize("name", files("refuse at the SIP layer"))
def test_what_only_a_server_can_refuse_passes(name: str) -> None:
    request(name).check()


@pytest.mark.parametrize("name", files("refuse"))
def test_what_is_invalid_can_be_refused(name: str) -> None:
    error = refusal_of(name)

    assert error.status == (505 if name == "badvers.dat" else 400)
    assert error.partial is not None
    assert error.partial.method == octets(name).split(b" ")[0].decode()
    refusal = Response.to_request(error.partial, error.status, error.reason, to_tag="t")
    assert refusal.headers.get_all("Via") == error.partial.headers.get_all("Via") != []
    assert isinstance(parse_datagram(refusal.to_bytes()), Response)


@pytest.mark.parametrize("name", files("refuse or accept"))
def test_what_is_doubtful_passes_or_can_be_refused(name: str) -> None:
    try:
        message = request(name)
        message.check()
        _ = message.contacts
    except ParseError as error:
        assert error.status == 400


@pytest.mark.parametrize("name", files("accept"))
def test_what_passes_survives_a_round_trip(name: str) -> None:
    message = request(name)

    again = parse_datagram(message.to_bytes())

    assert isinstance(again, Request)
    assert (again.start_line, again.body) == (message.start_line, message.body)
    assert (again.vias, again.from_, again.to) == (message.vias, message.from_, message.to)
    assert NameAddr.parse(str(message.from_)) == message.from_


def test_wsinv() -> None:
    message = request("wsinv.dat")

    assert message.uri == "sip:vivekg@chair-dnrc.example.com;unknownparam"
    assert str(message.to) == "<sip:vivekg@chair-dnrc.example.com>;tag=1918181833n"
    assert (message.from_.display, message.from_.tag) == ('J Rosenberg \\"', "98asjd8")
    assert (message.max_forwards, message.call_id) == (68, "wsinv.ndaksdj@192.0.2.1")
    assert str(message.cseq) == "9 INVITE"
    assert [str(via) for via in message.vias] == [
        "SIP/2.0/UDP 192.0.2.2;branch=390skdjuw",
        "SIP/2.0/TCP spindle.example.com;branch=z9hG4bK9ikj8",
        "SIP/2.0/UDP 192.168.255.111;branch=z9hG4bK30239",
    ]
    assert message.headers.get("Subject") == ""
    assert message.headers.get("NewFangledHeader") == "newfangled value continued newfangled value"
    assert message.headers.get("UnknownHeaderWithUnusualValue") == ";;,,;;,;"
    (route,) = message.routes
    assert sip_uri(route).is_loose_router
    (contact,) = message.contacts
    assert (contact.display, contact.q) == ('Quoted string ""', 0.33)
    assert (contact.parameter("newparam"), contact.parameter("secondparam")) == ("newvalue", "")
    assert len(message.body) == 150


def test_intmeth() -> None:
    message = request("intmeth.dat")

    assert message.method == "!interesting-Method0123456789_*+`.%indeed'~" == message.cseq.method
    assert isinstance(message.request_uri, SipUri)
    assert message.request_uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert message.request_uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert message.request_uri.host == "example.com"
    assert message.to.display == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert message.from_.display == "token1~` token2'+_ token3*%!.-"
    assert message.from_.tag == "_token~1'+`*%!-."
    assert message.from_.parameter("fromparam''~+*_!.-%") == "работающий"
    assert message.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    assert (message.max_forwards, message.via.branch) == (255, "z9hG4bK-.!%66*_+`'~")
    assert message.headers.get("extensionHeader-!.%*+_`'~") == "﻿大停電"


def test_esc01() -> None:
    message = request("esc01.dat")

    assert isinstance(message.request_uri, SipUri)
    assert message.request_uri.decoded_user == "sips:user@example.com"
    assert message.request_uri.host == "example.net"
    assert sip_uri(message.to).decoded_user == "user"
    assert sip_uri(message.from_).decoded_user == "I have spaces"
    contact = sip_uri(message.contacts[0])
    assert contact.decoded_user == "caller"
    assert contact.is_loose_router
    assert contact.parameter("name") == "value%41"


def test_escnull() -> None:
    message = request("escnull.dat")

    one, two = [sip_uri(contact) for contact in message.contacts]
    assert (one.decoded_user, two.decoded_user) == ("\0", "\0\0")
    assert not one.equivalent(two)
    assert sip_uri(message.to).decoded_user == "null-\0-null"


def test_esc02() -> None:
    message = request("esc02.dat")

    assert message.method == "RE%47IST%45R" == message.cseq.method
    assert message.to.display == "%Z%45"
    assert message.via.branch == "z9hG4bK209%fzsnel234"
    assert [sip_uri(contact).user for contact in message.contacts] == ["alias1", "alias3"]
    assert message.headers.get("C%6Fntact") == "<sip:alias2@host2.example.com>"


def test_lwsdisp() -> None:
    message = request("lwsdisp.dat")

    assert (message.from_.display, message.from_.tag) == ("caller", "323")


def test_longreq() -> None:
    message = request("longreq.dat")

    assert len(message.vias) == 34
    assert (message.via.host, message.vias[-1].host) == ("sip33.example.com", "host.example.com")
    assert message.vias[-1].received == "192.0.2.5"
    assert message.vias[-1].branch == f"very{'long' * 50}branchvalue"
    assert message.to.display.startswith("I have a user name of extreme")
    assert sip_uri(message.to).port == 6000
    assert message.from_.tag == f"12{'982' * 50}424"
    assert message.call_id == f"longreq.one{'really' * 20}longcallid"


def test_dblreq() -> None:
    message = request("dblreq.dat")

    assert (message.method, message.body) == ("REGISTER", b"")
    assert message.call_id == "dblreq.0ha0isndaksdj99sdfafnl3lk233412"


def test_semiuri() -> None:
    message = request("semiuri.dat")

    assert isinstance(message.request_uri, SipUri)
    assert message.request_uri.decoded_user == "user;par=u@example.net"
    assert message.request_uri.host == "example.com"
    assert message.headers.elements("Accept") == [
        "application/sdp",
        "application/pkcs7-mime",
        "multipart/mixed",
        "multipart/signed",
        "message/sip",
        "message/sipfrag",
    ]


def test_transports() -> None:
    assert [via.transport for via in request("transports.dat").vias] == [
        "UDP",
        "SCTP",
        "TLS",
        "UNKNOWN",
        "TCP",
    ]


def test_mpart01() -> None:
    message = request("mpart01.dat")

    assert message.body == octets("mpart01.dat").partition(b"\r\n\r\n")[2]
    assert len(message.body) == 553
    assert message.content_type is not None
    assert message.content_type.name == "multipart/mixed"
    assert message.content_type.parameter("boundary") == "7a9cbec02ceef655"
    assert message.via.wants_rport
    assert sip_uri(message.routes[0]).port == 5080


def test_cparam01_and_02() -> None:
    (outside,) = request("cparam01.dat").contacts
    (inside,) = request("cparam02.dat").contacts

    assert (outside.parameter("unknownparam"), sip_uri(outside).parameter("unknownparam")) == ("", None)
    assert (inside.parameter("unknownparam"), sip_uri(inside).parameter("unknownparam")) == (None, "")


def test_regescrt() -> None:
    (contact,) = request("regescrt.dat").contacts

    assert sip_uri(contact).headers == (("Route", "%3Csip:sip.example.com%3E"),)


def test_inv2543() -> None:
    message = request("inv2543.dat")

    assert (message.via.branch, message.from_.tag, message.max_forwards) == (None, None, None)
    assert sip_uri(message.from_).parameter("user") == "phone"
    assert message.to.parameter("user") == "phone"
    assert sip_uri(message.record_routes[0]).parameter("maddr") == "ss1.example.com"
    assert message.body.startswith(b"v=0\r\n")


def test_unreason_and_noreason() -> None:
    phrase = "= 2**3 * 5**2 но сто девяносто девять - простое"

    assert (response("unreason.dat").status, response("unreason.dat").reason) == (200, phrase)
    assert (response("noreason.dat").status, response("noreason.dat").reason) == (100, "")


def test_scalarlg() -> None:
    with pytest.raises(ParseError):
        response("scalarlg.dat").check()


def test_bigcode() -> None:
    with pytest.raises(ParseError) as caught:
        parse_datagram(octets("bigcode.dat"))

    assert caught.value.partial is None


def test_bcast() -> None:
    assert response("bcast.dat").vias[1].host == "255.255.255.255"


def test_scalar02() -> None:
    message = request("scalar02.dat")

    assert message.expires == message.contacts[0].expires == 2**32 - 1
    for name in ("cseq", "max_forwards"):
        with pytest.raises(ParseError):
            getattr(message, name)


@pytest.mark.parametrize("name", ["unkscm.dat", "novelsc.dat"])
def test_unknown_schemes(name: str) -> None:
    assert isinstance(request(name).request_uri, OtherUri)


def test_unksm2() -> None:
    message = request("unksm2.dat")

    schemes = [message.to.uri.scheme, message.from_.uri.scheme, message.contacts[0].uri.scheme]
    assert schemes == ["isbn", "http", "name"]


def test_regaut01() -> None:
    assert Credentials.parse(request("regaut01.dat").headers.get("Authorization") or "").scheme != "Digest"


def test_escruri() -> None:
    message = request("escruri.dat")

    assert isinstance(message.request_uri, SipUri)
    assert message.request_uri.headers == (("Route", "%3Csip:example.com%3E"),)
    assert message.routes == ()


@pytest.mark.parametrize("name", ["lwsstart.dat", "trws.dat", "ltgtruri.dat", "badaspec.dat", "baddn.dat"])
def test_what_is_doubtful_and_refused(name: str) -> None:
    error = refusal_of(name)

    assert error.partial is not None
    assert error.partial.via.transport in ("UDP", "TCP")
