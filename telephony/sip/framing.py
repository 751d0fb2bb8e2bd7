"""Where a message begins and ends, and which fields it has (RFC 3261 7, 18.3).

Only the start line, the shape of the header lines and Content-Length can make a datagram fail here, never a
header's value. Lines end with CRLF and with nothing else: a lone CR or LF counts as white space, because a
proxy before us may have taken it for part of a value, and what it let through as a Subject must not become a
P-Asserted-Identity here.
"""

import re

from telephony.sip.errors import ParseError
from telephony.sip.grammar import is_token, parse_number
from telephony.sip.headers import Headers
from telephony.sip.message import VERSION, Request, Response

MAX_MESSAGE = 65_535
"""Octets. No UDP datagram is longer, and no message of a stream may be."""

MAX_LINE = 8_192
"""Octets of the start line or one header. RFC 4475 has 300 at most, a signed identity (RFC 8224) some 2,000.
What is longer is not looked into."""

MAX_HEAD = 24_576
"""Octets of start line and headers together: more than the 210 lines below have. It bounds what a message can
cost (`tests/fuzz/attacks.py`)."""

MAX_HEADERS = 400
"""Header lines. 70 hops (Max-Forwards) that each add Via, Record-Route and one more make 210."""

_FOLD = re.compile(r"\r\n[ \t]+")
_LONE_BREAK = re.compile(r"\r(?!\n)|(?<!\r)\n")
_VERSION = re.compile(r"SIP/[0-9]+\.[0-9]+", re.IGNORECASE | re.ASCII)
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?", re.IGNORECASE | re.ASCII)


def parse_datagram(data: bytes, *, of_stream: bool = False) -> Request | Response | None:
    """Parse the one message of a datagram; `None` for a keep-alive, which is nothing but line breaks.

    Octets behind the body are ignored (18.3). A message `of_stream` must tell its length. Raises
    `ParseError`, with `partial` for a request that can be refused: 400, 413 for a body that is too large, 505
    for another version, 513 for what is larger than the bounds above.
    """
    data = data.lstrip(b"\r\n")
    if not data:
        return None
    faults: list[ParseError] = []
    if len(data) > MAX_MESSAGE:
        faults.append(ParseError("Message Too Large", 513))
        data = data[:MAX_MESSAGE]
    head, blank_line, rest = data.partition(b"\r\n\r\n")
    if not blank_line:
        faults.append(ParseError("No empty line behind the headers"))
    start_line, *lines = _unfold(head.decode("utf-8", "surrogateescape")).split("\r\n")
    if len(head) > MAX_LINE:
        lines = _bound(start_line, lines, len(head), faults)
    headers = _read_headers(lines, faults)
    body = _cut_body(len(head), rest, headers, of_stream, faults)
    try:
        if start_line[:4].upper() == "SIP/":
            return _read_response(start_line, headers, body, faults)
        return _read_request(start_line, headers, body, faults)
    finally:
        # An error in a frame of its own traceback is garbage for the collector, with all of the message
        faults.clear()


def _bound(start_line: str, lines: list[str], size: int, faults: list[ParseError]) -> list[str]:
    """The header lines that may be looked into."""
    short = [line for line in lines if len(line) <= MAX_LINE]
    if size > MAX_HEAD or len(short) < len(lines) or len(start_line) > MAX_LINE:
        faults.insert(0, ParseError("Headers Too Large", 513))
    return short


def _unfold(text: str) -> str:
    breaks = text.count("\r\n")
    if text.count("\r") != breaks or text.count("\n") != breaks:
        text = _LONE_BREAK.sub(" ", text)
    if "\r\n " in text or "\r\n\t" in text:
        text = _FOLD.sub(" ", text)
    return text


def _read_headers(lines: list[str], faults: list[ParseError]) -> Headers:
    if len(lines) > MAX_HEADERS:
        faults.append(ParseError("Too Many Headers", 513))
    headers, whole = Headers.parse(lines[:MAX_HEADERS])
    if not whole:
        faults.append(ParseError("Malformed header line"))
    return headers


def body_length(head: bytes) -> int:
    """The length of the body that follows this head in a stream, which must tell it (18.3, 20.14).

    Raises `ParseError` where `parse_datagram` does for the same reasons, or when head and body are too long.
    """
    _, *lines = _unfold(head.decode("utf-8", "surrogateescape")).split("\r\n")
    if len(lines) > MAX_HEADERS:
        raise ParseError("Too Many Headers", 513)
    length = _length(len(head), Headers.parse(lines)[0])
    if length is None:
        raise ParseError("Missing Content-Length header")
    return length


def _length(head: int, headers: Headers) -> int | None:
    """What Content-Length says behind a head of so many octets; None without one."""
    lengths = headers.get_all("Content-Length")
    if not lengths:
        return None
    length = parse_number(lengths[0], MAX_MESSAGE)
    if len(lengths) > 1 or length is None:
        raise ParseError("Malformed Content-Length header")
    if head + 4 + length > MAX_MESSAGE:
        raise ParseError("Request Entity Too Large", 413)
    return length


def _cut_body(head: int, rest: bytes, headers: Headers, of_stream: bool, faults: list[ParseError]) -> bytes:
    try:
        length = _length(head, headers)
    except ParseError as error:
        faults.append(error)
        return rest
    if length is None and of_stream:
        faults.append(ParseError("Missing Content-Length header"))
    if length is not None and length > len(rest):
        faults.append(ParseError("Content-Length larger than the body"))
    return rest[:length]


def _read_response(line: str, headers: Headers, body: bytes, faults: list[ParseError]) -> Response:
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise ParseError("Malformed status line")
    if faults:
        raise faults[0]
    return Response(int(match[1]), match[2] or "", headers, body)


def _read_request(line: str, headers: Headers, body: bytes, faults: list[ParseError]) -> Request:
    words = line.split()
    if len(words) < 3 or not _VERSION.fullmatch(words[-1]):
        # Perhaps it is not SIP at all; without `partial` nobody is tempted to answer.
        raise ParseError("Malformed request line")
    method, *uri, version = words
    request = Request(method, " ".join(uri), headers, body)
    if version.upper() != VERSION:
        raise ParseError("Version Not Supported", 505, request)
    if len(words) != 3 or " ".join(words) != line or not is_token(method):
        raise ParseError("Malformed request line", 400, request)
    if faults:
        faults[0].partial = request
        raise faults[0]
    return request
