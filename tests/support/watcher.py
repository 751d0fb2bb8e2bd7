"""A phone with a lamp key: it subscribes to `dialog` as a test tells it to."""

from dataclasses import dataclass, field
from itertools import count

from telephony.sip.message import Request, Response
from tests.support.dialog_info import Document, read
from tests.support.scripted_peer import Party, ScriptedPeer
from tests.support.switchboard import REALM

_CALLS = count(1)


@dataclass
class Watcher(Party):
    """A subscription as the phone has it. `notified` are the NOTIFYs it has taken."""

    account: str = field(kw_only=True)
    password: str = ""
    notified: list[Request] = field(default_factory=list)

    @classmethod
    def of(cls, peer: ScriptedPeer, account: str, resource: str, *, host: str = REALM) -> "Watcher":
        """A phone of this account that is to watch somebody."""
        uri = f"sip:{resource}@{host}"
        local = f"<sip:{account}@{REALM}>;tag=w"
        return cls(peer, f"watch-{next(_CALLS)}@{peer.host}", local, f"<{uri}>", uri, account=account)

    def subscribe(self, *fields: tuple[str, str], body: str = "", expires: int | None = 600) -> Response:
        """SUBSCRIBE, and answer the challenge."""
        response = self.authenticated(
            "SUBSCRIBE", self.account, self.password, *self._fields(fields, expires), body=body
        )
        if response.status == 200:
            self.remote = str(response.to)
            self.target = str(response.contacts[0].uri)
        return response

    def refresh(self, *fields: tuple[str, str], expires: int | None = 600) -> Response:
        """SUBSCRIBE in the dialog."""
        return self.ask("SUBSCRIBE", "", *self._fields(fields, expires))

    def _fields(self, fields: tuple[tuple[str, str], ...], expires: int | None) -> list[tuple[str, str]]:
        own = {name for name, _ in fields}
        usual = [("Event", "dialog"), ("Contact", self.peer.contact)]
        usual += [("Expires", str(expires))] if expires is not None else []
        return [*[pair for pair in usual if pair[0] not in own], *fields]

    @property
    def waits(self) -> bool:
        """Whether a NOTIFY of this subscription has come."""
        return any(self._is_mine(request) for request in self.peer.requests)

    def _is_mine(self, request: Request) -> bool:
        return (request.method, request.call_id) == ("NOTIFY", self.call_id)

    def take(self) -> Request:
        """The oldest NOTIFY of this subscription, without an answer."""
        request = next((known for known in self.peer.requests if self._is_mine(known)), None)
        assert request is not None, "no NOTIFY"
        self.peer.requests.remove(request)
        self.notified.append(request)
        return request

    def told(self, status: int = 200) -> Document:
        """Answer the oldest NOTIFY; what it says."""
        request = self.take()
        self.peer.answer(request, status)
        return read(request.body)

    @property
    def state(self) -> str:
        """Subscription-State of the last NOTIFY that was taken."""
        return self.notified[-1].headers.get("Subscription-State") or ""
