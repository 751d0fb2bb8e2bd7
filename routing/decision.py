"""The question that a call puts to routing, and the answer.

Both are plain values: an answer is journalled whole, so that nothing but it is needed to replay the call.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.places import Place

OUTSIDE_MARK = "outside:"
"""How what was tried begins when a phone called a number of the public network."""


CONFIRM_PROMPT = "confirm_outside"
"""What a person who is reached outside is asked: to press a key."""

CONFIRM_CALLBACK_PROMPT = "confirm_callback"
"""The same of one who is to call somebody back."""

TRANSFER_PROMPT = "transfer"
"""What who is handed on hears before it rings elsewhere."""

WRONG_KEY = "wrong_key"
"""The prompt that says so, before a menu is said again."""

TRUNK_MARK = "trunk/"
"""How the member of a trunk itself begins."""


class Kind(StrEnum):
    """What is to be done with the call."""

    RING = "ring"
    ANNOUNCE = "announce"
    MENU = "menu"
    VOICEMAIL = "voicemail"
    QUEUE = "queue"
    REJECT = "reject"


class Branch(StrEnum):
    """Why routing is asked: the call has arrived, or what was decided before led nowhere.

    FULL: no channel is free. ERROR: what was tried failed by a fault (5xx, a prompt that cannot be played).
    PRESSED: a key of a menu or a queue, which the question names. CLOSING: it has closed while the caller was
    in a queue. CALLBACK: they have asked to be called back. EXTENSION: digits of a number, keyed in a menu.
    NO_KEY: the menu was said as often as it is to
    be, and no key of it was pressed.
    """

    ARRIVED = "arrived"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    NOBODY_THERE = "nobody_there"
    FULL = "full"
    ERROR = "error"
    PRESSED = "pressed"
    EXTENSION = "extension"
    NO_KEY = "no_key"
    CLOSING = "closing"
    CALLBACK = "callback"


OVERFLOW = (Branch.NO_ANSWER, Branch.BUSY, Branch.NOBODY_THERE, Branch.FULL, Branch.ERROR)
"""The branches of a number by which a call goes on that led nowhere."""

CALLBACK_KEY = "1"
"""What a caller presses who is to be called back, as the prompt says."""

OUTCOMES = {branch: branch.value for branch in OVERFLOW} | {
    Branch.ERROR: "failed",
    Branch.CLOSING: "closed",
    Branch.CALLBACK: "callback",
}
"""What becomes of a call that such a branch leads to no person."""


class Origin(StrEnum):
    """Where the call came from: a trunk of the plan, or a phone that has shown who it is."""

    TRUNK = "trunk"
    PHONE = "phone"


class CallerKind(StrEnum):
    """Who calls: a phone of ours, or somebody outside; of these one who shows no number, or is on a list."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    HIDDEN = "hidden"
    LISTED = "listed"


class Identity(StrEnum):
    """Which header tells a trunk who calls: From alone, or one of RFC 3325 beside it."""

    FROM = "from"
    ASSERTED = "p-asserted-identity"
    PREFERRED = "p-preferred-identity"


class Strategy(StrEnum):
    """How the members of a group are rung: all together, or one after the other, in an order that
    `hunt.in_order` tells."""

    ALL = "all"
    LINEAR = "linear"
    ROUND_ROBIN = "round_robin"
    LONGEST_IDLE = "longest_idle"
    FEWEST_CALLS = "fewest_calls"
    RANDOM = "random"
    SKILL = "skill"


@dataclass(frozen=True, slots=True)
class Target:
    """Something to ring: a phone account of a person, or a trunk and the number to dial there.

    Targets with the same `member` belong together: one stage of a linear hunt rings all of them.
    For 112 a trunk's member is `trunk/NAME`, which no person can be called; that of the second gateway in its
    list is `trunk/NAME/2`, and that of the second address of a host name `trunk/NAME#2`.
    `gateway` is where the call is sent to. A person who is reached outside has a target for each way there,
    of which one is tried at a time.
    """

    member: str
    phone: str = ""
    trunk: str = ""
    number: str = ""
    gateway: Place | None = None

    @property
    def is_mobile(self) -> bool:
        """Whether it is a way to a person outside, who has answered only when they say so: else it may be
        their voicemail."""
        return bool(self.trunk) and not self.member.startswith(TRUNK_MARK)


@dataclass(frozen=True, slots=True)
class Reason:
    """One step on the way to a decision: which rule, where in the plan, and what it said.

    Example: `Reason("calendar", "calendars.kontorstid.weekly.mon[0]", "open 08:00-16:30")`.
    """

    rule: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu to be offered: `keys` are those that lead somewhere, such as "1230*#".

    `prompt` is said at most `tries` times; after each the caller has `wait_seconds` to press a key. A digit
    that is none of them begins an extension of `extension_digits`, unless that is 0.
    """

    name: str
    prompt: str
    keys: str
    wait_seconds: float
    tries: int
    extension_digits: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """How a caller waits in the queue of a group, until it is their turn.

    Whoever has the lower `priority` goes first. It ends after `max_wait_seconds`, or at `leave_at` because it
    has closed by then. `closes_at` is when it closes, if that is to be told. `keys` are those that lead out;
    with `callback` so does CALLBACK_KEY: the caller is called back in their turn.
    retry_seconds, missed_limit, wrap_up_seconds: of members, as in the plan.
    """

    max_wait_seconds: float
    retry_seconds: float
    missed_limit: int
    wrap_up_seconds: float
    music: str
    welcome: str
    comfort: str
    comfort_seconds: float
    tells_position: bool
    tells_estimate: bool
    keys: str
    callback: bool = False
    priority: int = 0
    closes_at: datetime | None = None
    leave_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What routing is asked.

    `dialled` is normalised: E.164, a short number such as 112, or as it came when it is neither.
    `origin_name` is the trunk or phone account; `caller` is E.164, or None when hidden or unknown.
    `draw` is random in [0, 1): it spreads calls over gateways of one priority.
    `number` is the plan number being pursued and `visited` the last decision's, when `branch` is not ARRIVED;
    `status` is then what a trunk refused with last, or 0. `menu` is that in which `key` was pressed, or none
    was, or `key` was keyed as an extension, and may be said `tries_left` times more; `queue` the group in
    whose queue it was. `may_wait`: whether the call may join a queue; else a group that has one is rung as
    any other. `calls_back`: it is a call to somebody who has asked for it, which no phone is barred from.
    """

    dialled: str
    origin: Origin
    origin_name: str
    caller: str | None
    branch: Branch = Branch.ARRIVED
    number: str = ""
    visited: tuple[str, ...] = ()
    draw: float = 0.0
    status: int = 0
    key: str = ""
    menu: str = ""
    tries_left: int = 0
    queue: str = ""
    may_wait: bool = True
    calls_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where a call goes, and why.

    number: the plan number whose branches apply if this leads nowhere; "" when no plan number was reached, as
        when a phone calls outside.
    function: what the caller asked for, to be shown on the phone that rings (P6). It stays when the call
        overflows: Kontaktcenter sees that the caller wanted Bygglov.
    ring_seconds: for each stage: all together, or each member in turn.
    first_response_seconds: a target that has sent no 1xx by then is given up; 0 is no limit.
    prompt, early: the announcement; `early` plays it before an answer, followed by `status`.
    status: the SIP status that ends the call when it is rejected, or after an early announcement.
    outcome: closed, nobody_there, busy, no_answer, full, callback, self_service (what a menu
        led to, or a voicemail), failed, or "" when it rings, waits, or a menu is offered.
    menu: the menu that is offered. voicemail: whose box takes a message after `prompt`, its greeting: the key
        of the plan's [voicemails] entry. wait: how it waits in the queue of `group`.
    protected: a number on the way is protected; whoever overflows from it stays so.
    visited: what has been tried, opaque to others: given back in the next question of the same call.
    reasons: every step, in order.
    """

    kind: Kind
    number: str = ""
    function: str = ""
    group: str = ""
    strategy: Strategy = Strategy.ALL
    targets: tuple[Target, ...] = ()
    ring_seconds: float = 0.0
    first_response_seconds: float = 0.0
    prompt: str = ""
    early: bool = False
    status: int = 0
    outcome: str = ""
    emergency: bool = False
    protected: bool = False
    plan_version: int = 0
    visited: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    menu: Menu | None = None
    voicemail: str = ""
    wait: Wait | None = None

    @property
    def outside(self) -> str:
        """The number of the public network that a phone called, or ""."""
        first = self.visited[0] if self.visited else ""
        return first.removeprefix(OUTSIDE_MARK) if first.startswith(OUTSIDE_MARK) else ""
