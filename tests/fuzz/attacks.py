"""Datagrams made to cost much. Each is a function of its size in octets, so that growth can be measured."""

from collections.abc import Callable

HEAD = (
    b"INVITE sip:1@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.66;branch=z9hG4bKa\r\n"
    b"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
    b"Contact: <sip:a@203.0.113.66>\r\n"
)
END = b"Content-Length: 0\r\n\r\n"


def _of(piece: bytes, size: int) -> bytes:
    return piece * max(1, size // len(piece))


def _headers(piece: bytes) -> Callable[[int], bytes]:
    return lambda size: HEAD + _of(piece, size) + END


def _value(name: bytes, piece: bytes, before: bytes = b"", after: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: HEAD + name + b": " + before + _of(piece, size) + after + b"\r\n" + END


def _instead(line: bytes, before: bytes, piece: bytes, after: bytes) -> Callable[[int], bytes]:
    old = next(known for known in HEAD.split(b"\r\n") if known.startswith(line))
    return lambda size: HEAD.replace(old, before + _of(piece, size) + after) + END


def _body(kind: bytes, before: bytes, piece: bytes) -> Callable[[int], bytes]:
    def make(size: int) -> bytes:
        body = before + _of(piece, size)
        return HEAD + b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(body)) + body

    return make


SDP = b"v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"

ATTACKS: dict[str, Callable[[int], bytes]] = {
    "many headers": _headers(b"A: b\r\n"),
    "many Via": _headers(b"Via: SIP/2.0/UDP h;branch=z9hG4bKb\r\n"),
    "many Content-Length": _headers(b"Content-Length: 0\r\n"),
    "many Require": _headers(b"Require: a\r\n"),
    "many Authorization": _headers(b'Authorization: Digest realm="vaxeln.example"\r\n'),
    "one long header": _value(b"Subject", b"a"),
    "folds": _value(b"Subject", b"\r\n a"),
    "bare CR": _value(b"Subject", b"\r"),
    "bare LF": _value(b"Subject", b"\n"),
    "NUL": _value(b"Subject", b"\0"),
    "backslashes in quotes": _instead(b"From", b'From: "', b"\\\\", b'" <sip:a@b>;tag=1'),
    "an open quote": _instead(b"From", b'From: "', b"\\a", b""),
    "quotes": _instead(b"From", b"From: ", b'"', b" <sip:a@b>;tag=1"),
    "commas in Via": _instead(b"Via", b"Via: SIP/2.0/UDP 203.0.113.66;branch=z9hG4bKa", b",", b""),
    "parameters of Via": _instead(b"Via", b"Via: SIP/2.0/UDP 203.0.113.66;branch=z9hG4bKa", b";a=b", b""),
    "hops in one Via": _instead(b"Via", b"Via: SIP/2.0/UDP a", b", SIP/2.0/UDP h", b""),
    "parameters": _instead(b"To", b"To: <sip:c@d>", b";a=b", b""),
    "parameters of a URI": _instead(b"To", b"To: <sip:c@d", b";a=b", b">"),
    "headers of a URI": _instead(b"To", b"To: <sip:c@d?a=b", b"&a=b", b">"),
    "escapes": _instead(b"To", b"To: <sip:", b"%41", b"@d>"),
    "a long host": _instead(b"To", b"To: <sip:c@", b"a.", b"d>"),
    "a long CSeq": _instead(b"CSeq", b"CSeq: ", b"1", b" INVITE"),
    "blanks": _instead(b"CSeq", b"CSeq: 1", b" ", b"INVITE"),
    "Authorization": _value(b"Authorization", b'a="b",', b"Digest "),
    "Authorization with escapes": _value(b"Authorization", b"\\\\", b'Digest username="', b'"'),
    "Privacy": _value(b"Privacy", b"a;"),
    "Record-Route": _value(b"Record-Route", b"<sip:h;lr>,", b"", b"<sip:h;lr>"),
    "Contact": _instead(b"Contact", b"Contact: ", b"<sip:h>,", b"<sip:h>"),
    "P-Asserted-Identity": _value(b"P-Asserted-Identity", b"<,"),
    "lines of a description": _body(b"application/sdp", SDP, b"a=x\r\n"),
    "streams": _body(b"application/sdp", SDP, b"m=audio 1 RTP/AVP 0\r\n"),
    "codecs": _body(b"application/sdp", SDP, b"a=rtpmap:8 PCMA/8000\r\n"),
    "formats": _body(b"application/sdp", SDP[:-2], b" 8"),
    "an unknown body": _body(b"text/plain", b"", b"a"),
}
