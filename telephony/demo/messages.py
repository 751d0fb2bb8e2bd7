"""What pyVoIP does not say or understand: CANCEL, 487, and headers with ": " in their value.

Written with pyVoIP's own reading of its messages, so that these phones share no code with the service.
"""

from collections.abc import Callable
from typing import Any

from pyVoIP import VoIP  # first: `import pyVoIP.SIP` alone ends in a circle
from pyVoIP.SIP import SIPMessage

CallState = VoIP.CallState


class Message(SIPMessage):
    """A message that is read whole."""

    @staticmethod
    def parse_raw_header(headers_raw: list[bytes], handle: Callable[[str, Any], None]) -> None:
        """Split each line at its first ": " alone.

        pyVoIP takes what stands between the first and the second: `From: "Bygglov: 08-530 610 00"
        <sip:...>` loses its URI, and the INVITE is dropped without a word.
        """
        fields: dict[str, Any] = {"Via": []}
        for line in headers_raw:
            name, _, value = line.decode("utf-8").partition(": ")
            if name == "Via":
                fields["Via"].append(value)
            else:
                fields.setdefault(name, value)
        for name, value in fields.items():
            handle(name, value)


def cancel(invite: SIPMessage) -> bytes:
    """The CANCEL of an INVITE that was sent (RFC 3261 9.1): its Request-URI, top Via, From, To, Call-ID and
    CSeq number. pyVoIP cannot give up while it rings."""
    uri = invite.heading.split(b" ")[1].decode()
    lines = [f"CANCEL {uri} SIP/2.0", _via(invite.headers["Via"][0]), "Max-Forwards: 70"]
    return _assembled(lines, invite, "CANCEL")


def request_terminated(invite: SIPMessage, tag: str) -> bytes:
    """The 487 that ends a cancelled INVITE (RFC 3261 9.2), which pyVoIP leaves without a final answer.

    `tag` is the To-tag of the 180.
    """
    lines = ["SIP/2.0 487 Request Terminated", *(_via(via) for via in invite.headers["Via"])]
    return _assembled(lines, invite, "INVITE", to_tag=tag)


def _assembled(lines: list[str], invite: SIPMessage, method: str, to_tag: str = "") -> bytes:
    sender, recipient, sequence = (invite.headers[name] for name in ("From", "To", "CSeq"))
    return "\r\n".join(
        [
            *lines,
            f"From: {sender['raw']};tag={sender['tag']}",
            f"To: {recipient['raw']}" + (f";tag={to_tag}" if to_tag else ""),
            f"Call-ID: {invite.headers['Call-ID']}",
            f"CSeq: {sequence['check']} {method}",
            "Content-Length: 0\r\n\r\n",
        ]
    ).encode()


def _via(via: dict[str, Any]) -> str:
    host, port = via["address"]
    parameters = [
        name if value is None else f"{name}={value}"
        for name, value in via.items()
        if name not in ("type", "address")
    ]
    return ";".join([f"Via: SIP/2.0/UDP {host}:{port}", *parameters])
