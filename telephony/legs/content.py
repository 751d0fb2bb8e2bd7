"""Which bodies are understood: session descriptions, and none at all (RFC 3261 8.2.3)."""

from telephony.sdp.errors import SdpError
from telephony.sip.errors import ParseError
from telephony.sip.message import Message

SDP = "application/sdp"
"""The one type that is read."""

ACCEPT = {"Accept": SDP, "Accept-Encoding": "identity"}
"""What a 415 says of this (RFC 3261 21.4.13)."""


def is_understood(message: Message) -> bool:
    """Whether the body is a session description as it stands, or there is none."""
    if not message.body:
        return True
    encoding = message.headers.get("Content-Encoding") or "identity"
    try:
        content_type = message.content_type
    except ParseError:
        return False
    return content_type is not None and content_type.name == SDP and encoding.lower() == "identity"


def warning_of(error: SdpError, host: str) -> dict[str, str]:
    """The header that tells why a session description was not taken (RFC 3261 20.43). `host` is what we call
    ourselves."""
    return {"Warning": f'{int(error.warning)} {host} "{error.reason}"'}
