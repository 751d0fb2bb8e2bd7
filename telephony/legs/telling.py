"""What members are told on their phones in writing: SIP MESSAGE (RFC 3428), outside of any call."""

from collections import Counter
from enum import StrEnum

from telephony.legs.registering import flow_to
from telephony.legs.wire import Reply, Wire
from telephony.sip.events import ResponseReceived
from telephony.sip.headers import Headers
from telephony.sip.message import Request
from telephony.sip.uri import request_target

PAUSED = "Du har fått paus, för du har inte svarat på flera samtal i rad. Inga samtal kopplas till dig."
BACK = " Ring {code} när du är tillbaka."


class Told(StrEnum):
    """What became of it at one place of a phone."""

    TAKEN = "taken"
    REFUSED = "refused"  # many phones know no MESSAGE
    UNREACHED = "unreached"


class Telling:
    """Tells, once: a phone that does not take it shows nothing, and the member is paused all the same."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.counts: Counter[Told] = Counter()

    def paused(self, phone: str, now: float) -> None:
        """Whoever has this phone was given a pause."""
        code = self._wire.directory.resume_code()
        self._tell(phone, PAUSED + (BACK.format(code=code) if code else ""), now)

    def _tell(self, phone: str, text: str, now: float) -> None:
        wire = self._wire
        for contact in wire.directory.contacts(phone):
            uri = request_target(contact.uri)
            headers = Headers(
                [
                    *[("Route", hop) for hop in contact.path],
                    ("Max-Forwards", "70"),
                    ("From", f"<sip:vaxeln@{wire.host}>;tag={wire.token()}"),
                    ("To", f"<{uri}>"),
                    ("Call-ID", f"{wire.token()}@{wire.host}"),
                    ("CSeq", "1 MESSAGE"),
                    ("Content-Type", "text/plain;charset=UTF-8"),  # without Contact (RFC 3428 4)
                ]
            )
            request = Request("MESSAGE", uri, headers, text.encode())
            transaction = wire.endpoint.send_request(request, flow_to(contact), now)
            wire.owners[transaction] = self._replied

    def _replied(self, reply: Reply, now: float) -> None:
        if not isinstance(reply, ResponseReceived):
            self.counts[Told.UNREACHED] += 1
        elif reply.response.status >= 200:
            taken = reply.response.status < 300
            self.counts[Told.TAKEN if taken else Told.REFUSED] += 1
