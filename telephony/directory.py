"""Who is there, for `legs`: answered from the plan's tables in force and from the house."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from routing.decision import Branch, Identity
from routing.duty_codes import DutyCode
from routing.emergency import is_emergency
from routing.gateways import places_of
from routing.numbers import NumberFormat, normalise, write
from routing.pickup import share_a_group
from routing.places import Place
from routing.tables import Tables, ToPerson
from telephony.call.facts import Contact, Origin
from telephony.call.house import House
from telephony.legs.directory import Account, Caller, Function, Shown, Trunk, TrunkAccount, Watched
from telephony.sdp.policy import OPEN, Policy
from telephony.sip.login import Login

_IDENTITY = {
    Identity.FROM: "",
    Identity.ASSERTED: "P-Asserted-Identity",
    Identity.PREFERRED: "P-Preferred-Identity",
}


Passwords = Callable[[str, str, str], Mapping[str, str]]
"""H(user:realm:password) by algorithm, of a trunk, user and realm; empty when none is set."""


class PlanDirectory:
    """Look-ups for `legs.directory.Directory`. `hosts` are the names and addresses that mean this service,
    `passwords` those by which we prove who we are to trunks."""

    def __init__(
        self,
        tables: Tables,
        house: House,
        hosts: Sequence[str],
        passwords: Passwords = lambda trunk, user, realm: {},
    ) -> None:
        self._passwords = passwords
        self._tables = tables
        self._house = house
        self._hosts = frozenset(host.lower().strip("[]") for host in hosts)

    def load(self, tables: Tables) -> None:
        """Take these tables from now on."""
        self._tables = tables

    def trunk_at(self, address: tuple[str, int], names: Sequence[str] = ()) -> Trunk | None:
        """The trunk that has this peer: who has proven its name, or else the most specific address."""
        name = self._tables.peers.trunk(*address, names)
        return None if name is None else Trunk(name, self._tables.trunks[name].trusted_identity)

    def trunk_called(self, user: str, address: tuple[str, int], names: Sequence[str] = ()) -> Trunk | None:
        """The trunk that we are registered with as this user, if the address is its registrar's or its
        peer's, or one of these names, which are proven, is a peer of its."""
        name = self._tables.registered_users.get(user)
        if name is None:
            return None
        registrar = self._house.registrar(name)
        is_known = (registrar and registrar[0] == address[0]) or self._tables.peers.trunk(
            *address, names
        ) == name
        return Trunk(name, self._tables.trunks[name].trusted_identity) if is_known else None

    def is_edge(self, address: tuple[str, int]) -> bool:
        """Whether this is an edge proxy of the plan, which speaks for others."""
        edges = self._tables.edges
        return edges is not None and edges.trunk(*address) is not None

    def trunk_accounts(self) -> Iterable[TrunkAccount]:
        """The trunks that have us register."""
        for row in self._tables.trunks.values():
            if row.registration is not None:
                us = row.registration
                gateways = tuple(place for each in row.gateways for place in places_of(each, self._house))
                yield TrunkAccount(row.name, us.number, us.domain, us.expires, gateways)

    def login(self, trunk: str) -> Login | None:
        """Who we are to this trunk; None when the plan does not say."""
        row = self._tables.trunks.get(trunk)
        if row is None or row.registration is None:
            return None
        user, realm = row.registration.user, row.registration.realm
        return Login(user, realm, self._passwords(trunk, user, realm))

    def account(self, name: str) -> Account | None:
        """The phone account of this name."""
        row = self._tables.phones.get(name)
        if row is None:
            return None
        person = self._tables.people.get(row.person)
        # A person who chose the group is known by it (P11): the number to call back is then the main number
        is_known = person is not None and person.number_public and bool(person.number)
        number = person.number if person is not None and is_known else self._tables.main_number
        return Account(row.account, row.display, row.person, number, row.max_contacts)

    def account_at(self, address: tuple[str, int]) -> Account | None:
        """The phone account that has registered from this address and is still there."""
        phone = self._house.phone_at(address)
        return None if phone is None else self.account(phone)

    def accounts_by(self, transport: str, address: tuple[str, int]) -> Sequence[str]:
        """The phone accounts that have registered by this way."""
        house = self._house
        at = [name for name in house.phones_at(address) if name in self._tables.phones]
        return [name for name in at if any(c.transport == transport for c in house.contacts(name))]

    def is_legacy(self, name: str) -> bool:
        """Whether the account may answer a challenge without qop."""
        row = self._tables.phones.get(name)
        return row is not None and row.legacy_digest

    def watched(self, name: str) -> Watched | None:
        """Whom a phone account, a person or a person's own number means; None for all else."""
        phone = self._tables.phones.get(name)
        if phone is not None:
            return Watched(phone.person, (name,)) if phone.person else None
        person = self._tables.people.get(name) or self._tables.people.get(self._owner(name))
        return Watched(person.key, tuple([target.phone for target in person.targets])) if person else None

    def _owner(self, dialled: str) -> str:
        row = self._tables.numbers.get(normalise(dialled, NumberFormat.NATIONAL))
        destination = row.routes[Branch.ARRIVED].destination if row is not None and row.personal else None
        return destination.person if isinstance(destination, ToPerson) else ""

    def may_watch(self, account: str, watched: Watched) -> bool:
        """Whether this phone's person is in a group with that person."""
        phone = self._tables.phones.get(account)
        return phone is not None and share_a_group(self._tables, phone.person, watched.member)

    def legs_of(self, member: str) -> Collection[str]:
        """The legs of a person's phones."""
        return self._house.legs_of(member)

    def contacts(self, account: str) -> Sequence[Contact]:
        """The live contacts of a phone account."""
        return self._house.contacts(account)

    def watched_gateways(self) -> Iterable[Place]:
        """The gateways of trunks that take calls, if they take OPTIONS; each once."""
        trunks = [trunk for trunk in self._tables.trunks.values() if trunk.options and trunk.takes_calls]
        rows = [row for trunk in trunks for row in trunk.gateways]
        return dict.fromkeys(place for row in rows for place in places_of(row, self._house))

    def watched_phones(self) -> Sequence[str]:
        """The registered phones of the plan that take OPTIONS."""
        phones = self._tables.phones
        return [name for name in self._house.registrations() if name in phones and phones[name].options]

    def shown_to(self, trunk: str, number: str) -> Shown:
        """How a caller of this number is shown to the trunk; the plain way if that has left the plan."""
        row = self._tables.trunks.get(trunk)
        if row is None:
            return Shown(number)
        is_own = not row.default_number or number.startswith(row.series)
        who = number if is_own or row.foreign_numbers else row.default_number
        diverted_by = "" if is_own or not row.foreign_numbers else row.default_number
        written = row.number_format_out
        return Shown(write(who, written), _IDENTITY[row.identity], write(diverted_by, written))

    def written(self, trunk: str, number: str) -> str:
        """A number as the trunk writes it; the plain way if that has left the plan."""
        row = self._tables.trunks.get(trunk)
        return number if row is None else write(number, row.number_format_out)

    def sound_of(self, host: str, *, emergency: bool) -> Policy:
        """What may be agreed on with a peer that signals from this host: by the nets of the plan in force."""
        nets = self._tables.nets
        if emergency:
            return Policy(signalled_from=host, vital=True)
        if not nets:
            return OPEN
        net = nets.at(host)
        codecs = net.codecs if net else None
        direct = nets.direct_at if nets.has_direct else None
        return Policy(codecs, lambda there: nets.at(there) is not None, host, direct=direct)

    def resume_code(self) -> str:
        """What members dial when their pause is over, or ""."""
        codes = self._tables.duty_codes
        return next((code for code, what in codes.items() if what == DutyCode.RESUME), "")

    def transfer_code(self) -> str:
        """What phones of ours press to hand a call on, or ""."""
        return self._tables.transfer_code

    def is_up(self, gateway: Place) -> bool:
        """Whether this gateway is not known to answer no more."""
        return self._house.is_up(gateway)

    def is_lost(self, account: str) -> bool:
        """Whether this phone is registered, and known to answer no more."""
        return account in self._house.lost()

    def is_ours(self, host: str) -> bool:
        """Whether a host in a URI means this service."""
        return host.lower().strip("[]") in self._hosts

    def is_emergency(self, dialled: str) -> bool:
        """Whether these words of a Request-URI ask for help."""
        return is_emergency(dialled)

    def normalise(self, dialled: str, trunk: str | None) -> str:
        """A number as the trunk, or a phone, writes it, made E.164."""
        number_format = self._tables.trunks[trunk].number_format if trunk else NumberFormat.NATIONAL
        return normalise(dialled, number_format)

    def function(self, number: str) -> Function | None:
        """What a number of the plan is; None for people's own and all others."""
        row = self._tables.numbers.get(number)
        return Function(row.function, row.protected) if row is not None and not row.personal else None

    def takes_no_call(self, caller: Caller) -> str:
        """Why no call of this caller is taken, unless it is to 112: the service drains, or the trunk has all
        the calls that it may have."""
        if self._house.draining:
            return "draining"
        if caller.origin is not Origin.TRUNK:
            return ""
        limit = self._tables.trunks[caller.origin_name].channels
        return "no_channel" if limit is not None and self._house.channels(caller.origin_name) >= limit else ""
