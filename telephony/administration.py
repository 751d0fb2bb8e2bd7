"""The running service as the admin API sees it (`admin.ports.Administration`).

What is asked is answered from memory wherever it can be; what takes long is done in a thread. Every change is
a fact that says who made it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from typing import TypeVar

import structlog

from metrics.key_figures import THRESHOLD_SECONDS, Tally, key_figures
from routing.decide import decide
from routing.decision import Decision
from routing.diff import Change
from routing.explain import question_of
from routing.hours import STOCKHOLM
from routing.opening import effective_opening, in_force, next_opening_change, opening, opens_next
from routing.override import Override
from routing.problem import Problem
from routing.situation import Everybody
from routing.swedish import opens_again
from routing.tables import GroupRow, NumberRow, PersonRow, PhoneRow, Tables
from routing.working_days import due, working_days_after
from telephony.admin.errors import NotAllowed, NotFound, NotKept
from telephony.admin.values import (
    Contact,
    Draft,
    Due,
    Form,
    GroupState,
    HoursSpan,
    JournalStatus,
    KeyFigure,
    KeyFigures,
    MemberState,
    NumberState,
    Overrides,
    PhoneState,
    Registration,
    ServiceStatus,
)
from telephony.archive.archive import Archive
from telephony.archive.call_log import After, CallCounts, CallFilter
from telephony.archive.plan_store import PlanHead, PlanVersion
from telephony.call.call import LegState
from telephony.call.facts import Fact
from telephony.call.house_facts import CallersShown, OverrideEnded, OverrideSet, PasswordSet
from telephony.call.record import Record
from telephony.health import ServiceHealth
from telephony.plan_keeper import PlanKeeper, to_the_end
from telephony.private_files import SecretsUnusable
from telephony.secrets import PasswordRefused, PhoneSecrets
from telephony.sip.digest import Algorithm
from telephony.switchboard import Switchboard

T = TypeVar("T")

log = structlog.get_logger("vaxeln")


@dataclass(frozen=True, slots=True)
class LiveAdministration:
    """Asks the parts of one service. `realm` is that of the phones' passwords, `record` journals a fact,
    `now` gives aware UTC."""

    keeper: PlanKeeper
    switchboard: Switchboard
    archive: Archive
    secrets: PhoneSecrets
    health: ServiceHealth
    realm: str
    record: Callable[[Fact], None]
    now: Callable[[], datetime]

    # ---- PlanDesk

    async def plan(self) -> PlanVersion:
        """The version in force."""
        return self.keeper.in_force.about

    async def check_plan(self, draft: Draft) -> Sequence[Problem]:
        """All that is wrong or doubtful, errors first."""
        return await self.keeper.check(draft.text, toml=draft.form is Form.TOML)

    async def diff_plan(self, draft: Draft) -> Sequence[Change]:
        """What applying the draft would change."""
        return await self.keeper.diff(draft.text, toml=draft.form is Form.TOML)

    async def apply_plan(self, draft: Draft, *, expected: int, by: str, reason: str) -> PlanHead:
        """Store it as the next version and put it in force."""
        toml = draft.form is Form.TOML
        return await self.keeper.apply(draft.text, toml=toml, expected=expected, by=by, reason=reason)

    async def plan_versions(self, before: int | None, limit: int) -> Sequence[PlanHead]:
        """Versions under `before`, the newest first."""
        return await self.keeper.versions(before, limit)

    async def plan_version(self, version: int) -> PlanVersion:
        """One version."""
        return _found(await self.keeper.version(version), f"version {version} of the plan")

    async def roll_back(self, version: int, *, expected: int, by: str, reason: str) -> PlanHead:
        """Put the content of an old version in force as a new version."""
        made = await self.keeper.roll_back(version, expected=expected, by=by, reason=reason)
        return _found(made, f"version {version} of the plan")

    # ---- NumberDesk

    async def numbers(self, after: str, limit: int) -> Sequence[NumberState]:
        """Numbers of the plan by number."""
        rows = [row for key, row in sorted(self._numbers.items()) if key > after][:limit]
        overrides, now = dict(self.switchboard.house.overrides()), self.now()
        return await asyncio.to_thread(lambda: [number_state(row, overrides, now) for row in rows])

    async def number(self, number: str) -> NumberState:
        """One of them."""
        return number_state(self._number(number), self.switchboard.house.overrides(), self.now())

    async def hours(self, number: str, start: datetime, end: datetime) -> Sequence[HoursSpan]:
        """When it is open by plan and overrides."""
        row, overrides, now = self._number(number), dict(self.switchboard.house.overrides()), self.now()
        spans = await asyncio.to_thread(effective_opening, overrides, row, start, end, now)
        return [HoursSpan(span.start, span.end, span.open, span.entry) for span in spans]

    async def due(self, number: str, since: datetime, days: int) -> Due:
        """When something is due that has this many working days."""
        return await asyncio.to_thread(due_of, self._number(number), since, days)

    async def overrides(self) -> Overrides:
        """All that are in force."""
        now = self.now()
        return {key: given for key, given in self.switchboard.house.overrides().items() if given.until > now}

    async def set_override(self, number: str, override: Override, *, by: str) -> None:
        """Put it in force in place of any other of this number."""
        if number:
            self._number(number)
        self.record(OverrideSet(at=self.now(), number=number, override=override, by=by))

    async def end_override(self, number: str, *, by: str) -> None:
        """End it."""
        if number not in await self.overrides():
            raise NotFound(f"there is no override of {number or 'all numbers'}")
        self.record(OverrideEnded(at=self.now(), number=number, by=by))

    async def explain(
        self, number: str, caller: str | None, at: datetime | None, phone: str | None = None
    ) -> Decision:
        """Where a call from outside, or of a phone, would go."""
        if phone is not None:
            _found(self._tables.phones.get(phone), f"phone {phone} in the plan")
        house = self.switchboard.house
        question = question_of(number, caller, phone or "")
        situation = house if at is None else Everybody(house.overrides())
        return decide(self._tables, question, situation, at or self.now())

    # ---- StaffRoom

    async def groups(self, after: str, limit: int) -> Sequence[GroupState]:
        """Groups of the plan by key."""
        return [self._group_state(row) for row in _page(self._tables.groups, after, limit)]

    async def group(self, group: str) -> GroupState:
        """One of them."""
        return self._group_state(_found(self._tables.groups.get(group), f"group {group} in the plan"))

    async def phones(self, after: str, limit: int) -> Sequence[PhoneState]:
        """Phone accounts of the plan by account."""
        return [self._phone_state(row) for row in _page(self._tables.phones, after, limit)]

    async def set_password(self, phone: str, password: str, *, by: str) -> None:
        """Keep a new password of a phone account."""
        _found(self._tables.phones.get(phone), f"phone {phone} in the plan")
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

    # ---- CallDesk

    async def calls(self, asked: CallFilter, after: After | None, limit: int) -> Sequence[Record]:
        """Calls, the newest first."""
        return [row.record for row in await self.archive.calls.page(asked, after, limit)]

    async def call(self, call: str) -> Record:
        """One call."""
        return _found(await self.archive.calls.get(call), f"call {call}").record

    async def note_callers_shown(self, *, by: str, reason: str, asked: str) -> None:
        """Journal it."""
        self.record(CallersShown(at=self.now(), by=by, reason=reason, asked=asked))

    async def key_figures(self, day: date | None) -> KeyFigures:
        """The key figures of a day of local time."""
        day = day or self.now().astimezone(STOCKHOLM).date()
        start, end = _midnight(day), _midnight(day + timedelta(days=1))
        tally = _tally(await self.archive.calls.counts(start, end, THRESHOLD_SECONDS))
        figures = tuple(
            KeyFigure(
                id=figure.formula.id,
                version=figure.formula.version,
                name=figure.formula.name,
                words=figure.formula.words,
                over=figure.formula.over,
                under=figure.formula.under,
                unit=figure.formula.unit,
                threshold_seconds=figure.formula.threshold,
                value=None if figure.value is None else round(figure.value, 2),
            )
            for figure in key_figures(tally)
        )
        return KeyFigures(day, tally.to_json(), figures)

    # ---- Condition

    async def status(self) -> ServiceStatus:
        """How the service and what it leans on are doing."""
        journal = self.health.journal
        about = self.keeper.in_force.about
        return ServiceStatus(
            status=self.health.status,
            release=version("vaxeln"),
            calls=self.switchboard.live_calls,
            plan=PlanHead(**{field.name: getattr(about, field.name) for field in fields(PlanHead)}),
            journal=JournalStatus(journal.position, journal.failing),
            archive=self.archive.status(),
            registrations=self._registrations(),
        )

    def _registrations(self) -> dict[str, str]:
        trunks = self.keeper.in_force.tables.registered_users.values()
        found = {trunk: self.switchboard.house.registrar(trunk) for trunk in trunks}
        return {trunk: f"{at[0]}:{at[1]}" if at else "" for trunk, at in found.items()}

    async def _keep_password(self, phone: str, password: str, by: str) -> None:
        try:
            await asyncio.to_thread(self.secrets.set_password, phone, self.realm, password)
        except PasswordRefused as error:
            raise NotAllowed("/password", str(error)) from error
        except SecretsUnusable as error:
            log.error("password_not_kept", phone=phone, problem=str(error))
            raise NotKept(f"the password of {phone} cannot be kept") from error
        self.record(PasswordSet(at=self.now(), phone=phone, by=by))

    # ---- looking things up

    @property
    def _tables(self) -> Tables:
        return self.keeper.in_force.tables

    @property
    def _numbers(self) -> dict[str, NumberRow]:
        """Those of the municipality: people's own have no hours, and some are told to nobody (P11)."""
        return {key: row for key, row in self._tables.numbers.items() if not row.personal}

    def _number(self, number: str) -> NumberRow:
        return _found(self._numbers.get(number), f"number {number} in the plan")

    def _group_state(self, row: GroupRow) -> GroupState:
        members = tuple(self._member_state(person) for person in row.members)
        return GroupState(row.key, row.name, row.strategy, row.ring_seconds, members)

    def _member_state(self, person: PersonRow) -> MemberState:
        house = self.switchboard.house
        offered = {self._is_being_offered(leg) for leg in house.legs_of(person.key)}
        registered = any(house.is_registered(target.phone) for target in person.targets)
        return MemberState(
            person.key, person.name, registered, in_call=False in offered, being_offered=True in offered
        )

    def _is_being_offered(self, leg_id: str) -> bool:
        """Whether this leg of a member's rings, or is about to; else the member talks, or calls somebody."""
        call = self.switchboard.calls.get(leg_id.rpartition(".")[0])
        leg = call.legs.get(leg_id) if call else None
        return leg is not None and leg.target is not None and leg.state is not LegState.ANSWERED

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


def _found(thing: T | None, name: str) -> T:
    if thing is None:
        raise NotFound(f"there is no {name}")
    return thing


def _page(rows: Mapping[str, T], after: str, limit: int) -> list[T]:
    return [rows[key] for key in sorted(key for key in rows if key > after)[:limit]]


def number_state(row: NumberRow, overrides: Mapping[str, Override], now: datetime) -> NumberState:
    """A number of the plan at an aware time, with the overrides that are in force."""
    is_open, entry, _ = opening(overrides, row, now)
    found = in_force(overrides, row, now)
    opens_at = opens_next(overrides, row, now)
    return NumberState(
        number=row.number,
        function=row.function,
        calendar=row.calendar.name,
        protected=row.protected,
        open=is_open,
        decided_by=entry,
        until=next_opening_change(overrides, row, now),
        override=found[1] if found else None,
        opens_at=opens_at,
        opens_again="" if is_open else opens_again(opens_at, now),
    )


def due_of(row: NumberRow, since: datetime, days: int) -> Due:
    """When something is due that has this many working days, by a number's calendar. Raises ValueError."""
    counted = working_days_after(row.calendar, since, days)
    return Due(row.number, since.astimezone(UTC), counted, due(row.calendar, since, days))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)


def _tally(counts: Mapping[str, CallCounts]) -> Tally:
    """The sum over all numbers."""
    rows = [asdict(row) for row in counts.values()]
    return Tally(**{field.name: sum(row[field.name] for row in rows) for field in fields(Tally)})
