"""Groups, their members and the phones, as the admin API asks for them (`admin.ports.StaffRoom`)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeVar

import structlog

from routing.strategy import away_at
from routing.tables import GroupRow, PersonRow, PhoneRow
from telephony.admin.errors import NotAllowed, NotKept
from telephony.admin.values import Contact, GroupState, MemberState, PhoneState, Registration
from telephony.administration.desk import Desk, found
from telephony.call.house_facts import PasswordSet
from telephony.desk.member_state import is_offered
from telephony.plan_keeper import to_the_end
from telephony.private_files import SecretsUnusable
from telephony.secrets import PasswordRefused
from telephony.sip.digest import Algorithm

T = TypeVar("T")

log = structlog.get_logger("vaxeln")


class LiveStaffRoom(Desk):
    """Asks the house, and keeps passwords."""

    async def groups(self, after: str, limit: int) -> Sequence[GroupState]:
        """Groups of the plan by key."""
        return [self._group_state(row) for row in _page(self.tables.groups, after, limit)]

    async def group(self, group: str) -> GroupState:
        """One of them."""
        return self._group_state(found(self.tables.groups.get(group), f"group {group} in the plan"))

    async def phones(self, after: str, limit: int) -> Sequence[PhoneState]:
        """Phone accounts of the plan by account."""
        return [self._phone_state(row) for row in _page(self.tables.phones, after, limit)]

    async def set_password(self, phone: str, password: str, *, by: str) -> None:
        """Keep a new password of a phone account."""
        found(self.tables.phones.get(phone), f"phone {phone} in the plan")
        await to_the_end(self._keep_password(phone, password, by))

    async def registrations(self, after: str, limit: int) -> Sequence[Registration]:
        """Phones that can be reached now, by account."""
        contacts = self.switchboard.house.registrations()
        accounts = sorted(account for account in contacts if account > after)[:limit]
        return [
            Registration(
                account,
                self._contacts(account),
            )
            for account in accounts
        ]

    async def _keep_password(self, phone: str, password: str, by: str) -> None:
        try:
            await asyncio.to_thread(self.secrets.set_password, phone, self.realm, password)
        except PasswordRefused as error:
            raise NotAllowed("/password", str(error)) from error
        except SecretsUnusable as error:
            log.error("password_not_kept", phone=phone, problem=str(error))
            raise NotKept(f"the password of {phone} cannot be kept") from error
        self.record(PasswordSet(at=self.now(), phone=phone, by=by))

    def _group_state(self, row: GroupRow) -> GroupState:
        members = tuple(self._member_state(person) for person in row.members)
        return GroupState(row.key, row.name, row.strategy, row.ring_seconds, members)

    def _member_state(self, person: PersonRow) -> MemberState:
        house = self.switchboard.house
        offered = {is_offered(self.switchboard.calls, leg) for leg in house.legs_of(person.key)}
        registered = any(house.is_registered(target.phone) for target in person.targets)
        return MemberState(
            person.key,
            person.name,
            registered,
            in_call=False in offered,
            being_offered=True in offered,
            away=away_at(person, self.now()) is not None,
        )

    def _contacts(self, account: str) -> tuple[Contact, ...]:
        places = self.switchboard.house.contacts(account)
        return tuple(
            [Contact(place.address, place.user_agent, place.expires_at, place.transport) for place in places]
        )

    def _phone_state(self, row: PhoneRow) -> PhoneState:
        house = self.switchboard.house
        return PhoneState(
            account=row.account,
            display=row.display,
            person=row.person,
            registered=house.is_registered(row.account),
            lost=row.account in house.lost(),
            contacts=self._contacts(row.account),
            has_password=self.secrets.ha1(row.account, Algorithm.SHA256) is not None,
        )


def _page(rows: Mapping[str, T], after: str, limit: int) -> list[T]:
    return [rows[key] for key in sorted(key for key in rows if key > after)[:limit]]
