"""telephony/legs/content.py: which bodies are understood."""

import pytest

from telephony.legs.content import is_understood, warning_of
from telephony.sdp.errors import NotAcceptable, Warned
from telephony.sip.headers import Headers
from telephony.sip.message import Request

SDP = ("Content-Type", "application/sdp")


@pytest.mark.parametrize(
    ("fields", "body", "understood"),
    [
        ([], b"", True),
        ([("Content-Type", "text/plain")], b"", True),
        ([SDP], b"v=0", True),
        ([("Content-Type", "Application/SDP; charset=utf-8")], b"v=0", True),
        ([SDP, ("Content-Encoding", "Identity")], b"v=0", True),
        ([SDP, ("Content-Encoding", "gzip")], b"v=0", False),
        ([("Content-Type", "multipart/mixed")], b"v=0", False),
        ([("Content-Type", "/")], b"v=0", False),
        ([], b"v=0", False),
    ],
)
def test_only_session_descriptions_are_understood(
    fields: list[tuple[str, str]], body: bytes, understood: bool
) -> None:
    assert is_understood(Request("INVITE", "sip:a@b", Headers(fields), body)) is understood


def test_a_warning_says_why() -> None:
    error = NotAcceptable("none of them", warning=Warned.MEDIA_FORMAT)

    assert warning_of(error, "192.0.2.1") == {"Warning": '305 192.0.2.1 "none of them"'}
