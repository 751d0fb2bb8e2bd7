"""A phone with lamp keys: it subscribes to `dialog` of others (RFC 4235), and shows what it is told."""

import xml.etree.ElementTree as ET
from functools import partial

from telephony.sip.message import Request, Response
from tests.simulation.phone_leg import make_request
from tests.simulation.town import TownPhone

SECONDS = 120
"""For which it subscribes; it refreshes at half of that."""

_STATE = "{urn:ietf:params:xml:ns:dialog-info}dialog/{urn:ietf:params:xml:ns:dialog-info}state"


class Key:
    """One lamp key, and its subscription. `shows` are the states of the dialogs that it was last told."""

    def __init__(self, resource: str, call_id: str, local: str) -> None:
        self.resource = resource
        self.call_id = call_id
        self.local = local
        self.remote = self.target = ""
        self.cseq = self.attempts = 0
        self.notified = 0  # the last CSeq of a NOTIFY
        self.shows: list[str] = []
        self.history: list[list[str]] = []

    @property
    def lit(self) -> list[str]:
        """The states of the dialogs that are not over."""
        return [state for state in self.shows if state != "terminated"]


class LampPhone(TownPhone):
    """Its `keys` are kept up for as long as it has power."""

    keys: dict[str, Key]

    def watch(self, resource: str, now: float) -> Key:
        """Have a key show what a colleague does."""
        key = Key(resource, self._line.token(), f"{self._identity};tag={self._line.token()}")
        self.__dict__.setdefault("keys", {})[key.call_id] = key
        self._subscribe(key, now)
        return key

    def _subscribe(self, key: Key, now: float) -> None:
        key.cseq += 1
        uri = f"sip:{key.resource}@{self._server[0]}"
        headers = {"Event": "dialog", "Expires": str(SECONDS), "Contact": self._line.contact}
        to = key.remote or f"<{uri}>"
        request = make_request("SUBSCRIBE", key.target or uri, key.local, to, key.call_id, key.cseq, headers)
        self._credentials.authorize(request)
        self._line.ask(request, self._server, now, partial(self._on_subscribed, key))

    def _on_subscribed(self, key: Key, response: Response | None, now: float) -> None:
        if response is not None and self._credentials.may_answer(response, key.attempts):
            key.attempts += 1
            self._subscribe(key, now)
        elif response is not None and response.status == 200:
            key.attempts = 0
            key.remote = response.headers.get("To") or ""
            key.target = str(response.contacts[0].uri)
            self._line.plan(now, SECONDS / 2, lambda then: self._subscribe(key, then))
        else:  # it is not there any more, or nobody answers: anew (RFC 6665 4.1.2.2)
            key.remote = key.target = ""
            key.call_id, old = self._line.token(), key.call_id
            self.keys[key.call_id] = self.keys.pop(old)
            key.notified, key.shows = 0, []
            self._line.plan(now, 5.0, lambda then: self._subscribe(key, then))

    def _on_request(self, transaction: str, request: Request, now: float) -> None:
        if request.method != "NOTIFY":
            super()._on_request(transaction, request, now)
            return
        key = self.__dict__.get("keys", {}).get(request.call_id)
        if key is None or request.to.tag not in key.local:
            self._line.respond(transaction, request, 481, now)
            return
        self._line.respond(transaction, request, 200, now, request.to.tag or "")
        if request.cseq.number > key.notified:
            key.notified = request.cseq.number
            key.shows = [state.text or "" for state in ET.fromstring(request.body).findall(_STATE)]
            key.history.append(key.shows)
