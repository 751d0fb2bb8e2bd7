from telephony.errors import VaxelnError
from telephony.sip.errors import MessageError, ParseError, SipError
from telephony.sip.headers import Headers
from telephony.sip.message import Request


def test_both_are_of_the_sip_side() -> None:
    assert issubclass(SipError, VaxelnError)
    assert issubclass(ParseError, SipError)
    assert issubclass(MessageError, SipError)


def test_a_parse_error_is_a_bad_request_unless_it_says_else() -> None:
    error = ParseError("Malformed Via header")

    assert (error.status, error.reason, error.partial) == (400, "Malformed Via header", None)
    assert str(error) == "Malformed Via header"


def test_a_parse_error_carries_what_to_refuse() -> None:
    request = Request("OPTIONS", "sip:example.se", Headers())

    error = ParseError("Version Not Supported", 505, request)

    assert (error.status, error.partial) == (505, request)
