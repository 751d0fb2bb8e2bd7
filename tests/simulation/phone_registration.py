"""How a simulated phone registers and stays registered."""

from telephony.sip.message import Response
from tests.simulation.phone_credentials import PhoneCredentials
from tests.simulation.phone_leg import Address, make_request
from tests.simulation.phone_line import Line

TRY_AGAIN = 30.0
"""Seconds until a registration that nobody answered is tried anew."""


class Registration:
    """A phone's binding at its registrar, refreshed at half its time."""

    def __init__(self, line: Line, identity: str, server: Address, credentials: PhoneCredentials) -> None:
        self._line = line
        self._identity = identity
        self._server = server
        self._credentials = credentials
        self._tag, self._call_id = line.token(), line.token()
        self._cseq = 0
        self._attempts = 0
        self._expires = 0

    def start(self, now: float, expires: int) -> None:
        """Register for so many seconds, and again and again; 0 ends it."""
        self._expires = expires
        self._attempts = 0
        self._send(now)

    def _send(self, now: float) -> None:
        self._cseq += 1
        uri = f"sip:{self._server[0]}:{self._server[1]}"
        headers = {"Contact": self._line.contact, "Expires": str(self._expires)}
        from_ = f"{self._identity};tag={self._tag}"
        request = make_request("REGISTER", uri, from_, self._identity, self._call_id, self._cseq, headers)
        self._credentials.authorize(request)
        self._line.ask(request, self._server, now, self._on_answer)

    def _on_answer(self, response: Response | None, now: float) -> None:
        if response is None:
            self._line.note(now, "registration timed out")
            self._line.plan(now, TRY_AGAIN, self._send)
        elif self._credentials.may_answer(response, self._attempts):
            self._attempts += 1
            self._send(now)
        elif response.status == 200:
            self._attempts = 0
            self._line.note(now, "registered" if self._expires else "unregistered")
            self._plan_refresh(response, now)
        else:
            self._line.note(now, f"registration refused {response.status}")

    def _plan_refresh(self, response: Response, now: float) -> None:
        for contact in response.contacts:
            if f"<{contact.uri}>" == self._line.contact and contact.expires:
                self._line.plan(now, contact.expires / 2, self._refresh)

    def _refresh(self, now: float) -> None:
        if self._expires:
            self._send(now)
