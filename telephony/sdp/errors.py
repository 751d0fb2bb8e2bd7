"""Errors of the SDP side. Each carries the SIP status to answer with; the session is left as it was.

SdpError(VaxelnError)
├── MalformedSdp     400  the text is not a session description
├── NotAcceptable    488  well formed, but without the audio that we can carry
├── OfferCrossed     491  an offer came while ours waits for its answer (500: while theirs waits for ours)
└── OutOfTurn        500  misuse by our own code: a step that RFC 3264 does not allow now
"""

from enum import IntEnum

from telephony.errors import VaxelnError


class Warned(IntEnum):
    """The code of a Warning header that tells why a description was not taken (RFC 3261 20.43)."""

    ADDRESS_FORMAT = 301
    MEDIA_TYPE = 304
    MEDIA_FORMAT = 305
    MULTICAST = 330
    MISCELLANEOUS = 399


class SdpError(VaxelnError):
    """Base of the errors of `telephony.sdp`: `status` is the SIP status to answer with, `reason` says why.

    `reason` is a text of ours, without a word of the peer's; `warning` is the code that goes with it.
    """

    status = 500

    def __init__(
        self, reason: str, status: int | None = None, warning: Warned = Warned.MISCELLANEOUS
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.warning = warning
        if status is not None:
            self.status = status


class MalformedSdp(SdpError):
    """What came breaks the grammar of RFC 8866, or is larger than we read."""

    status = 400


class NotAcceptable(SdpError):
    """No audio that both sides have: 488 Not Acceptable Here (RFC 3261 21.4.26)."""

    status = 488


class OfferCrossed(SdpError):
    """An offer came while another is open (RFC 3261 14.2): 491 when it is ours, 500 when theirs."""

    status = 491


class OutOfTurn(SdpError):
    """Our own code asked for a step that the state of the negotiation does not allow (RFC 3264 4)."""

    status = 500
