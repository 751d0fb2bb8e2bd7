"""A phone that wants all that RFC 3262, 3311 and 4028 have: PRACK, UPDATE, a session timer that it keeps."""

from collections.abc import Mapping

from telephony.sip.message import Response
from tests.simulation.phone_leg import Leg, LegState, make_request, offer_sdp
from tests.simulation.town import TownPhone

INTERVAL = 90
"""Seconds of its session timer, the shortest there is."""

HOLDS_AFTER, RESUMES_AFTER, REFRESHES_AFTER = 4.0, 8.0, 45.0
"""Seconds from the answer."""


class ReliablePhone(TownPhone):
    """It calls so. `log` has "heard reliably 180" too, and what its PRACK and UPDATE were answered."""

    def _send_invite(self, leg: Leg, now: float) -> None:
        wishes = {"Require": "100rel", "Supported": "timer", "Session-Expires": f"{INTERVAL};refresher=uac"}
        for name, value in wishes.items():
            leg.invite.headers.set(name, value)
        super()._send_invite(leg, now)

    def _on_answer(self, leg: Leg, response: Response | None, now: float) -> None:
        if response is not None and 100 < response.status < 200 and leg.state is LegState.CALLING:
            self._acknowledge(leg, response, now)
        super()._on_answer(leg, response, now)

    def _acknowledge(self, leg: Leg, response: Response, now: float) -> None:
        rseq, event = response.headers.get("RSeq"), f"heard reliably {response.status}"
        if f"{leg.call_id} {rseq}" in self.events:
            return  # it comes again because our PRACK was late
        self._line.note(now, f"{leg.call_id} {rseq}")
        self._line.note(now, event)
        leg.remote, leg.target = response.headers.get("To") or "", str(response.contacts[0].uri)
        self._ask(leg, "PRACK", {"RAck": f"{rseq} {response.cseq}"}, b"", now)

    def _on_talking(self, leg: Leg, now: float) -> None:
        super()._on_talking(leg, now)
        hold = offer_sdp(self._sound, 2).replace(b"a=sendrecv", b"a=sendonly")
        resume = offer_sdp(self._sound, 3)
        self._line.plan(now, HOLDS_AFTER, lambda then: self._update(leg, hold, then))
        self._line.plan(now, RESUMES_AFTER, lambda then: self._update(leg, resume, then))
        for number in range(1, 5):
            self._line.plan(now, number * REFRESHES_AFTER, lambda then: self._update(leg, b"", then))

    def _update(self, leg: Leg, body: bytes, now: float) -> None:
        if leg.state is LegState.TALKING:
            timer = {"Supported": "timer", "Session-Expires": f"{INTERVAL};refresher=uac"}
            self._ask(leg, "UPDATE", {"Contact": self._line.contact, **timer}, body, now)

    def _ask(self, leg: Leg, method: str, fields: Mapping[str, str], body: bytes, now: float) -> None:
        leg.local_cseq += 1
        numbers = leg.call_id, leg.local_cseq
        request = make_request(method, leg.target, leg.local, leg.remote, *numbers, fields, leg.routes, body)
        self._line.ask(request, leg.next_hop, now, lambda reply, then: self._note(method, reply, then))

    def _note(self, method: str, response: Response | None, now: float) -> None:
        self._line.note(now, f"{method} {response.status if response else 'timed out'}")
