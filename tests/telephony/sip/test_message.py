import pytest

from telephony.sip.cseq import CSeq
from telephony.sip.errors import MessageError, ParseError
from telephony.sip.headers import Headers
from telephony.sip.message import Message, Request, Response
from telephony.sip.uri import OtherUri
from telephony.sip.via import Via

FIELDS = (
    ("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2, SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1"),
    ("Via", "SIP/2.0/TCP 192.0.2.3"),
    ("From", '"Anna" <sip:anna@example.se>;tag=a'),
    ("To", "sip:112@example.se"),
    ("Call-ID", "1@192.0.2.1"),
    ("CSeq", "1 INVITE"),
    ("Max-Forwards", "70"),
)


def request(*fields: tuple[str, str], method: str = "INVITE", without: str = "") -> Request:
    kept = [field for field in FIELDS if field[0] != without]
    return Request(method, "sip:112@example.se", Headers([*kept, *fields]))


def test_typed_headers() -> None:
    message = request(("Contact", "<sip:anna@192.0.2.1>, <sip:b@c.se>"), ("Expires", "60"))

    assert message.via == Via("UDP", "192.0.2.1", None, (("branch", "z9hG4bK2"),))
    assert [via.host for via in message.vias] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert (message.from_.display, message.from_.tag) == ("Anna", "a")
    assert message.to.tag is None
    assert message.call_id == "1@192.0.2.1"
    assert message.cseq == CSeq(1, "INVITE")
    assert [str(contact) for contact in message.contacts] == ["<sip:anna@192.0.2.1>", "<sip:b@c.se>"]
    assert (message.max_forwards, message.expires) == (70, 60)
    assert str(message.request_uri) == "sip:112@example.se"


def test_optional_headers_that_are_missing() -> None:
    message = request(without="Max-Forwards")

    assert (message.contacts, message.routes, message.record_routes) == ((), (), ())
    assert (message.max_forwards, message.expires, message.content_type) == (None, None, None)


def test_routes() -> None:
    message = request(("Route", "<sip:a;lr>, <sip:b>"), ("Route", "<sip:c>"), ("Record-Route", "<sip:d;lr>"))

    assert [str(route) for route in message.routes] == ["<sip:a;lr>", "<sip:b>", "<sip:c>"]
    assert [str(route) for route in message.record_routes] == ["<sip:d;lr>"]


def test_content_type() -> None:
    content_type = request(("c", "Application/SDP")).content_type

    assert content_type is not None
    assert content_type.name == "application/sdp"


def test_what_is_parsed_is_kept_until_the_headers_change() -> None:
    message = request()
    kept = message.to
    assert message.to is kept

    message.headers.set("To", "<sip:other@example.se>")
    assert str(message.to) == "<sip:other@example.se>"

    message.headers = Headers([("To", "<sip:third@example.se>")])
    assert str(message.to) == "<sip:third@example.se>"


@pytest.mark.parametrize("name", ["via", "vias", "from_", "to", "call_id", "cseq"])
def test_mandatory_headers_that_are_missing(name: str) -> None:
    message = Request("INVITE", "sip:112@example.se", Headers([("Call-ID", ""), ("Via", ",")]))

    with pytest.raises(ParseError):
        getattr(message, name)


@pytest.mark.parametrize("value", ["256", "-1", "", "seventy", "9" * 5000])
def test_malformed_max_forwards(value: str) -> None:
    message = request(("Max-Forwards", value), without="Max-Forwards")

    with pytest.raises(ParseError):
        _ = message.max_forwards


def test_expires_is_clipped() -> None:
    assert request(("Expires", "1" + "0" * 100)).expires == 2**32 - 1


def test_malformed_expires() -> None:
    with pytest.raises(ParseError):
        _ = request(("Expires", "soon")).expires


def test_a_sound_request_passes() -> None:
    request().check()
    request(without="Max-Forwards").check()


def test_an_unknown_scheme_is_not_malformed() -> None:
    message = request()
    message.uri = "nobodyKnowsThisScheme:opaque"

    message.check()

    assert message.request_uri == OtherUri("nobodyknowsthisscheme", "opaque")


@pytest.mark.parametrize("name", ["Via", "From", "To", "Call-ID", "CSeq"])
def test_missing(name: str) -> None:
    message = request(without=name)

    with pytest.raises(ParseError) as caught:
        message.check()

    assert (caught.value.status, caught.value.partial) == (400, message)


@pytest.mark.parametrize("name", ["From", "To", "Call-ID", "CSeq", "Max-Forwards"])
def test_twice(name: str) -> None:
    field = next(field for field in FIELDS if field[0] == name)

    with pytest.raises(ParseError, match=f"Several {name} headers"):
        request(field).check()


def test_cseq_of_another_method() -> None:
    with pytest.raises(ParseError, match="CSeq does not match the method"):
        request(method="OPTIONS").check()


def test_a_malformed_request_uri() -> None:
    message = request()
    message.uri = "<sip:112@example.se>"

    with pytest.raises(ParseError):
        message.check()


def test_a_response_is_checked_too() -> None:
    response = Response.to_request(request(), 200)
    response.check()

    response.headers.set("CSeq", "9292394834772304023312 INVITE")

    with pytest.raises(ParseError) as caught:
        response.check()
    assert caught.value.partial is None


def test_writing_a_request() -> None:
    message = Request("BYE", "sip:a@b", Headers([("v", "x"), ("l", "99"), ("Subject", "\udce5å")]), b"body\0")

    assert message.to_bytes() == (
        b"BYE sip:a@b SIP/2.0\r\nVia: x\r\nSubject: \xe5\xc3\xa5\r\nContent-Length: 5\r\n\r\nbody\0"
    )


def test_writing_a_response() -> None:
    assert Response(200, "", Headers()).to_bytes() == b"SIP/2.0 200 \r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("text", ["a\r\nVia: b", "a\nb", "a\rb", "\ud800"])
def test_what_cannot_be_written(text: str) -> None:
    with pytest.raises(MessageError):
        Response(200, "OK", Headers([("Subject", text)])).to_bytes()
    with pytest.raises(MessageError):
        Response(200, text, Headers()).to_bytes()


def test_answering_echoes_what_came() -> None:
    message = request(("Timestamp", "54"), ("Contact", "<sip:a@b>"))

    response = Response.to_request(message, 180, to_tag="t")

    assert (response.status, response.reason, response.body) == (180, "Ringing", b"")
    assert list(response.headers) == [
        *FIELDS[:3],
        ("To", "sip:112@example.se;tag=t"),
        *FIELDS[4:6],
    ]


def test_answering_100_echoes_the_timestamp_and_adds_no_tag() -> None:
    response = Response.to_request(request(("Timestamp", "54")), 100)

    assert response.headers.get("Timestamp") == "54"
    assert response.to.tag is None


def test_a_tag_that_is_there_stays() -> None:
    message = request(("To", "<sip:112@example.se>;tag=old"), without="To")

    response = Response.to_request(message, 481, "Gone Already", to_tag="new")

    assert (response.reason, response.to.tag) == ("Gone Already", "old")


def test_answering_what_does_not_parse() -> None:
    headers = Headers([("Via", ";;"), ("To", '"open <sip:a@b>'), ("CSeq", "1 A"), ("CSeq", "2 B")])

    response = Response.to_request(Request("INVITE", "?", headers), 400, to_tag="t")

    assert list(response.headers) == [("Via", ";;"), ("To", '"open <sip:a@b>'), ("CSeq", "1 A")]


def test_equality() -> None:
    one: Message = Response(200, "OK", Headers([("To", "x")]), b"1")

    assert one == Response(200, "OK", Headers([("t", "x")]), b"1")
    assert one != Response(200, "OK", Headers([("t", "x")]), b"2")
    assert one != Response(200, "Fine", Headers([("t", "x")]), b"1")
    assert one != Response(200, "OK", Headers(), b"1")
    assert one != "SIP/2.0 200 OK"


def test_representation() -> None:
    assert repr(Response(200, "OK", Headers(), b"12")) == "<'SIP/2.0 200 OK' Headers([]) 2 octets>"
