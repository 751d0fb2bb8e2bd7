"""One phone's subscription to what another does (RFC 6665, RFC 4235): its dialog and its NOTIFYs.

At most one NOTIFY is under way. What changes meanwhile, or sooner than `GAP` after the last one, is told
together in the next.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from telephony.legs.dialog_info import CONTENT_TYPE, MOST_DIALOGS, Progress, Shown, document, shown
from telephony.legs.directory import Watched
from telephony.legs.edge import Address
from telephony.legs.leg import Leg
from telephony.legs.wire import Reply, Wire
from telephony.sip.dialog import Dialog
from telephony.sip.events import ResponseReceived
from telephony.sip.flow import Flow

GAP = 1.0
"""Seconds between two NOTIFYs of changes, lest a busy group flood its phones (RFC 4235 3.10)."""

LINGER = 0.2
"""Seconds that a change waits for others: by then a phone that is called rings, and one NOTIFY tells both."""

RETRY = 5.0
"""Seconds after which a NOTIFY is sent anew that met a server error."""

MOST_FAILURES = 3
"""Server errors in a row that end a subscription."""


@dataclass(slots=True)
class Subscription:
    """`name` is our tag, `entity` and `resource` are what is watched, `watched` whose phones that is now.

    `lapses` is when it runs out, `label` the Event header of its NOTIFYs.
    """

    wire: Wire
    account: str
    resource: str
    entity: str
    watched: Watched
    label: str
    dialog: Dialog
    flow: Flow
    lapses: float
    legs: Callable[[Watched], Iterable[Leg]]
    drop: Callable[["Subscription"], None]
    behind: Address | None = None  # where it is from behind an edge, when that says so
    version: int = 0
    told: dict[tuple[str, str], Shown] = field(default_factory=dict)
    notifying: bool = False  # a NOTIFY has no final answer yet
    wanted: bool = False  # another is due
    forced: bool = False  # even if there is nothing new
    ended: bool = False
    changed_at: float | None = None  # when a change was told last
    failures: int = 0

    @property
    def name(self) -> str:
        """How it is found, with its Call-ID, and how its times are called in the agenda."""
        return self.dialog.local_tag

    def stir(self, now: float) -> None:
        """Something has changed at whom it watches."""
        if not self.wanted:
            self.wanted = True
            if not self.notifying:
                self._plan(now + LINGER)

    def look(self, now: float) -> None:
        """Tell what has changed; nothing when all is as it was told."""
        self.wanted = False
        dialogs = self._dialogs()
        if not self.forced:
            if dialogs == list(self.told.values()):
                return
            self.changed_at = now
        self._notify(dialogs, f"active;expires={self._left(now)}", now)

    def tell(self, now: float) -> None:
        """Tell all, whether it was told or not: it was asked for (RFC 6665 4.2.1.2)."""
        self.wanted = self.forced = True
        if not self.notifying:
            self.wire.agenda.set(f"{self.name}/lamp", None)
            self.look(now)

    def end(self, why: str, now: float) -> None:
        """The last NOTIFY."""
        self.ended = True
        self._notify(self._dialogs(), f"terminated;reason={why}", now)

    def _left(self, now: float) -> int:
        return max(round(self.lapses - now), 0)

    def _plan(self, when: float) -> None:
        soonest = when if self.changed_at is None else max(when, self.changed_at + GAP)
        self.wire.agenda.set(f"{self.name}/lamp", soonest)

    def _dialogs(self) -> list[Shown]:
        """The dialogs as they are; one that was told and is no more is told once as over."""
        pictures = [shown(leg) for leg in self.legs(self.watched)]
        now = {(each.call_id, each.remote_tag): each for each in pictures if each is not None}
        over = [
            replace(before, progress=Progress.TERMINATED)
            for key, before in self.told.items()
            if key not in now
        ]
        return [*over, *now.values()][:MOST_DIALOGS]

    def _notify(self, dialogs: list[Shown], state: str, now: float) -> None:
        wire = self.wire
        self.dialog, request = self.dialog.make_request("NOTIFY")
        contact = wire.contact(self.flow, self.dialog.remote_target)
        request.headers.set("Contact", contact)
        request.headers.set("Event", self.label)
        request.headers.set("Subscription-State", state)
        request.headers.set("Content-Type", CONTENT_TYPE)
        request.body = document(self.entity, self.version, dialogs, contact.strip("<>"))
        self.version += 1
        live = [each for each in dialogs if each.progress is not Progress.TERMINATED]
        self.told = {(each.call_id, each.remote_tag): each for each in live}
        self.notifying, self.forced = True, False
        wire.owners[wire.endpoint.send_request(request, self.flow, now)] = self._replied

    def _replied(self, reply: Reply, now: float) -> None:
        """Whoever does not take a NOTIFY has no subscription any more (RFC 6665 4.2.2)."""
        status = reply.response.status if isinstance(reply, ResponseReceived) else 408
        if status < 200 or self.ended:
            return
        self.notifying = False
        if status < 300:
            self.failures = 0
            if self.wanted:
                self._plan(now)
            return
        self.failures += 1
        if 500 <= status < 600 and self.failures < MOST_FAILURES:
            self.wanted = self.forced = True
            self._plan(now + RETRY)
        else:
            self.ended = True
            self.drop(self)
