"""Invented and crafted header values, and what must hold for each of them."""

import time
from collections.abc import Callable

from hypothesis import strategies as st

from telephony.sip.errors import ParseError

_PIECES = st.sampled_from(
    [
        *(
            '"',
            "\\",
            "<",
            ">",
            ";",
            ",",
            "=",
            ":",
            "/",
            "@",
            "?",
            "&",
            "*",
            "%",
            "%4",
            "%41",
            " ",
            "\t",
            "\r\n",
        ),
        *(
            "sip:",
            "SIPS:",
            "tel:+46701740605",
            "urn:service:sos",
            "anna@example.se",
            "[2001:db8::1]",
            ":5060",
        ),
        *(
            "tag",
            "q",
            "expires",
            "lr",
            "0",
            "0009",
            "99999999999",
            "1.0",
            "INVITE",
            "SIP/2.0/UDP",
            "z9hG4bK1",
        ),
        *("Digest", "realm", "nonce", "Åsa", "\udce5", "\x00", "\x7f"),
    ]
)

sip_text = st.lists(_PIECES | st.text(max_size=3), max_size=20).map("".join)
"""Text that looks enough like SIP to come far in a parser."""

_SECONDS = 2.0  # linear time is some milliseconds, quadratic time minutes


def assert_survives(parse: Callable[[str], object], text: str) -> None:
    """`parse` raises `ParseError` alone, and what it accepts is the same when written and read again."""
    try:
        value = parse(text)
    except ParseError:
        return
    assert parse(str(value)) == value


def assert_linear(parse: Callable[[str], object]) -> None:
    """`parse` is soon done with long text that makes careless patterns start over."""
    for piece in (
        '"',
        '\\"',
        '"\\',
        "<",
        "<>",
        ";",
        ";a",
        ";a=",
        ',"',
        " ",
        "%41",
        "a",
        "a ",
        "0",
        ":",
        "a=b,",
    ):
        for start in ("", '"', "<", "sip:", "sip:a@b;a=", "Digest ", "SIP/2.0/UDP host;a=", "SIP;a="):
            began = time.perf_counter()
            assert_survives(parse, start + piece * 50_000)
            assert time.perf_counter() - began < _SECONDS, (start, piece)
