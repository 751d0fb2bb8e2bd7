import pytest

from telephony.sip.counts import label
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Request("INVITE", "sip:a@b", Headers()), "INVITE"),
        (Request("invite", "sip:a@b", Headers()), "other"),
        (Request("NEWMETHOD", "sip:a@b", Headers()), "other"),
        (Response(180, "Ringing", Headers()), "1xx"),
        (Response(603, "Decline", Headers()), "6xx"),
    ],
)
def test_label_is_one_of_a_closed_set(message: Request | Response, expected: str) -> None:
    assert label(message) == expected
