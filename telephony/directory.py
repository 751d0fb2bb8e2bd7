"""Who is there, for `legs`: answered from the plan's tables in force and from the house."""

from collections.abc import Iterable, Sequence

from routing.decision import Identity
from routing.emergency import is_emergency
from routing.numbers import NumberFormat, normalise, write
from routing.tables import Tables
from telephony.call.facts import Contact, Origin
from telephony.call.house import House
from telephony.legs.directory import Account, Caller, Function, Shown, Trunk

_IDENTITY = {
    Identity.FROM: "",
    Identity.ASSERTED: "P-Asserted-Identity",
    Identity.PREFERRED: "P-Preferred-Identity",
}


class PlanDirectory:
    """Look-ups for `legs.directory.Directory`. `hosts` are the names and addresses that mean this service."""

    def __init__(self, tables: Tables, house: House, hosts: Sequence[str]) -> None:
        self._tables = tables
        self._house = house
        self._hosts = frozenset(host.lower().strip("[]") for host in hosts)

    def load(self, tables: Tables) -> None:
        """Take these tables from now on."""
        self._tables = tables

    def trunk_at(self, address: tuple[str, int]) -> Trunk | None:
        """The trunk that has this peer, the most specific one."""
        name = self._tables.peers.trunk(*address)
        return None if name is None else Trunk(name, self._tables.trunks[name].trusted_identity)

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

    def contacts(self, account: str) -> Sequence[Contact]:
        """The live contacts of a phone account."""
        return self._house.contacts(account)

    def watched_gateways(self) -> Iterable[tuple[str, int]]:
        """The gateways of trunks that take calls, if they take OPTIONS; each once."""
        trunks = [trunk for trunk in self._tables.trunks.values() if trunk.options and trunk.takes_calls]
        return dict.fromkeys(row.address for trunk in trunks for row in trunk.gateways)

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

    def is_up(self, gateway: tuple[str, int]) -> bool:
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
