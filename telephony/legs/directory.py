"""Who is there: what `legs` asks about peers, accounts and contacts. The composition root answers from plan
and house."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from routing.places import Place
from telephony.call.facts import Contact, Origin
from telephony.sdp.policy import Policy
from telephony.sip.login import Login


@dataclass(frozen=True, slots=True)
class Account:
    """A phone account of the plan. `member` is its person or "", `number` the E.164 it calls with, or
    None."""

    name: str
    display: str
    member: str
    number: str | None
    max_contacts: int


@dataclass(frozen=True, slots=True)
class Trunk:
    """A trunk of the plan. `trusted`: its P-Asserted-Identity and Privacy are believed."""

    name: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class TrunkAccount:
    """A trunk that has us register: as `user`@`domain`, for so many seconds, at the first of its gateways
    that takes it."""

    trunk: str
    user: str
    domain: str
    expires: int
    gateways: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """How a caller is shown to a trunk. `number` and `diverted_by` (ours, or "") are written in its format;
    `identity` is the header of RFC 3325 that tells its operator, or ""."""

    number: str
    identity: str = ""
    diverted_by: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """What a number of the plan is. `protected`: its callers are secret (P23)."""

    name: str
    protected: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose lamp it is: a person, and which of their phones are meant."""

    member: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as far as we believe it. `number` is E.164, None when hidden or not a number.

    `proven` is false for who only says who it is, which is enough for 112. `for_rescue` is the number of
    somebody who hides it but calls 112: for signalling alone, never for a fact.
    """

    origin: Origin
    origin_name: str
    member: str = ""
    number: str | None = None
    name: str = ""
    hidden: bool = False
    for_rescue: str | None = None
    proven: bool = True

    @property
    def account(self) -> str:
        """The account whose phone it is, or ""."""
        return self.origin_name if self.origin is Origin.PHONE else ""

    @property
    def trunk(self) -> str:
        """The trunk that the call comes by, or ""."""
        return self.origin_name if self.origin is Origin.TRUNK else ""


class Directory(Protocol):
    """Look-ups in the plan in force and in the house. Each is quick and never fails."""

    def trunk_at(self, address: tuple[str, int], names: Sequence[str] = ()) -> Trunk | None:
        """The trunk that has this peer, the most specific one. `names` are those that its certificate has
        proven."""

    def trunk_called(self, user: str, address: tuple[str, int], names: Sequence[str] = ()) -> Trunk | None:
        """The trunk that we are registered with as this user, if the address is its registrar's or its
        peer's, or one of these names, which are proven, is a peer of its."""

    def is_edge(self, address: tuple[str, int]) -> bool:
        """Whether this is an edge proxy of the plan, which speaks for others."""

    def trunk_accounts(self) -> Iterable[TrunkAccount]:
        """The trunks that have us register."""

    def login(self, trunk: str) -> Login | None:
        """Who we are to this trunk; None when the plan does not say."""

    def account(self, name: str) -> Account | None:
        """The phone account of this name."""

    def account_at(self, address: tuple[str, int]) -> Account | None:
        """The phone account that has registered from this address and is still there."""

    def watched(self, name: str) -> Watched | None:
        """Whom a phone account, a person or a person's own number means; None for all else."""

    def may_watch(self, account: str, watched: Watched) -> bool:
        """Whether this phone's person is in a group with that person."""

    def legs_of(self, member: str) -> Collection[str]:
        """The legs of a person's phones."""

    def accounts_by(self, transport: str, address: tuple[str, int]) -> Sequence[str]:
        """The phone accounts that have registered by this way: several where they are of one device."""

    def contacts(self, account: str) -> Sequence[Contact]:
        """The live contacts of a phone account."""

    def watched_gateways(self) -> Iterable[Place]:
        """The gateways that are asked by OPTIONS whether they are there."""

    def watched_phones(self) -> Sequence[str]:
        """The phone accounts that are registered, and asked likewise."""

    def shown_to(self, trunk: str, number: str) -> Shown:
        """How a caller of this number (E.164) is shown to the trunk."""

    def written(self, trunk: str, number: str) -> str:
        """A number as the trunk writes it; "" of ""."""

    def sound_of(self, host: str, *, emergency: bool) -> Policy:
        """What may be agreed on with a peer that signals from this host, and where its sound may go."""

    def resume_code(self) -> str:
        """What members dial when their pause is over, or ""."""

    def transfer_code(self) -> str:
        """What phones of ours press to hand a call on, or ""."""

    def is_up(self, gateway: Place) -> bool:
        """Whether this gateway is not known to answer no more."""

    def is_lost(self, account: str) -> bool:
        """Whether this phone is registered, and known to answer no more."""

    def is_ours(self, host: str) -> bool:
        """Whether a host in a URI means this service: its realm or one of its addresses."""

    def is_emergency(self, dialled: str) -> bool:
        """Whether these words of a Request-URI ask for help: 112 in all its spellings."""

    def normalise(self, dialled: str, trunk: str | None) -> str:
        """A number as the trunk (or, with None, a phone) writes it, made E.164; others as they are."""

    def function(self, number: str) -> Function | None:
        """What a number of the plan is; None for people's own and all others."""

    def takes_no_call(self, caller: Caller) -> str:
        """Why no call of this caller is taken, unless it is to 112: draining, no_channel; or ""."""
