"""An administration in memory: what the admin API asks of a service, over a small plan and invented calls."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from pydantic import TypeAdapter

from routing.compile import compile_plan
from routing.decide import decide
from routing.decision import Decision, Origin, Reason
from routing.explain import question_of
from routing.hours import STOCKHOLM, effective_hours, is_open
from routing.override import Override
from routing.swedish import opens_again
from routing.working_days import due, working_days_after
from telephony.admin.errors import FieldError, Kind, NotAllowed, NotFound, Refusal
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
    Live,
    LiveListener,
    MemberState,
    NumberState,
    Overrides,
    PhoneState,
    Registration,
    ServiceStatus,
)
from telephony.archive.call_log import After, CallFilter
from telephony.archive.status import ArchiveStatus
from telephony.call.explained import Decided, Explained
from telephony.call.facts import Outcome
from telephony.call.house import House
from telephony.call.record import Record
from telephony.desk.member_change import Change, Refused, change
from telephony.desk.member_state import Member, State, member_of
from telephony.errors import Busy
from telephony.simulate.history import call_of
from telephony.simulate.load import LoadInvalid
from telephony.simulate.result import Simulation
from telephony.simulate.simulation import invent, replay
from telephony.simulate.values import Meanwhile, Options, Staff
from telephony.simulator_child import with_load
from tests.support.plans import MAIN, SOCIAL, Presence
from tests.support.town_plan import FIRST_PLAN, NOW, SOURCE, TownPlan, document_of, read
from tests.support.town_prompts import TownPrompts

__all__ = ["FIRST_PLAN", "NOW", "SOURCE", "Town", "document_of", "read", "record"]

CALLER = "+46701740605"
CALL = "0199c3f8-5c00-7000-8000-{:012}"

SIMULATION = TypeAdapter(Simulation)


def record(index: int, *, number: str = MAIN, outcome: Outcome = Outcome.ANSWERED) -> Record:
    """A call that came `index` minutes before now."""
    arrived = NOW - timedelta(minutes=index)
    return Record(
        id=CALL.format(index),
        arrived_at=arrived,
        origin=Origin.TRUNK,
        origin_name="operator",
        caller=CALLER,
        hidden=False,
        dialled=number,
        sip_call_id=f"{index}@192.0.2.10",
        function="Socialtjänst" if number == SOCIAL else "Kontaktcenter",
        number=number,
        group="kc",
        protected=number == SOCIAL,
        plan_version=1,
        offered=("amina",),
        rang=("amina",),
        answered_by="amina" if outcome is Outcome.ANSWERED else "",
        person_answered_at=arrived + timedelta(seconds=5) if outcome is Outcome.ANSWERED else None,
        ended_at=arrived + timedelta(seconds=65),
        outcome=outcome,
    )


@dataclass
class Town(TownPlan, TownPrompts):
    """The double. `journalled` is what a change would leave behind: who did what, and why."""

    database_on: bool = True
    same: bool = False
    passwords: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    set_overrides: dict[str, Override] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    simulates: asyncio.Event | None = None
    house: House = field(default_factory=House)
    listener: LiveListener | None = None

    def __post_init__(self) -> None:
        self.records = self.records or [
            record(1),
            record(2, number=SOCIAL),
            record(3, outcome=Outcome.ABANDONED),
            record(4),
        ]
        super().__post_init__()

    # ---- simulations

    async def simulate_log(self, draft: Draft, first: date, last: date, staff: Staff, seed: int) -> str:
        self._need_database()
        if self.simulates:
            await self.simulates.wait()
        start, end = (datetime.combine(day, time(), STOCKHOLM) for day in (first, last + timedelta(days=1)))
        calls = [call_of(row) for row in self.records if start <= row.arrived_at < end]
        options = Options(start, end, staff, seed)
        return SIMULATION.dump_json(
            replay(compile_plan(read(draft)), calls, Meanwhile(), options, {})
        ).decode()

    async def simulate_load(self, text: str, seed: int) -> str:
        try:
            plan, toml, load = with_load(text)
        except LoadInvalid as invalid:
            errors = [FieldError("/load", "string", str(invalid))]
            raise Refusal(Kind.INVALID, "this cannot be simulated", errors) from None
        tables = compile_plan(read(Draft(plan, Form.TOML if toml else Form.JSON)))
        return SIMULATION.dump_json(invent(tables, load, seed, 0.0)).decode()

    # ---- numbers

    async def numbers(self, after: str, limit: int) -> Sequence[NumberState]:
        return [self._state(key) for key in sorted(self.tables.numbers) if key > after][:limit]

    async def number(self, number: str) -> NumberState:
        self._need_number(number)
        return self._state(number)

    async def hours(self, number: str, start: datetime, end: datetime) -> Sequence[HoursSpan]:
        self._need_number(number)
        spans = effective_hours(self.tables.numbers[number].calendar, start, end)
        return [HoursSpan(span.start, span.end, span.open, span.entry) for span in spans]

    async def due(self, number: str, since: datetime, days: int) -> Due:
        self._need_number(number)
        calendar = self.tables.numbers[number].calendar
        return Due(number, since, working_days_after(calendar, since, days), due(calendar, since, days))

    async def overrides(self) -> Overrides:
        return self.set_overrides

    async def set_override(self, number: str, override: Override, *, by: str) -> None:
        if number:
            self._need_number(number)
        self.set_overrides[number] = override
        self.journalled.append(("override", by, number, override.reason))

    async def end_override(self, number: str, *, by: str) -> None:
        if self.set_overrides.pop(number, None) is None:
            raise NotFound(f"there is no override of {number or 'all numbers'}")
        self.journalled.append(("override ended", by, number))

    async def explain(
        self, number: str, caller: str | None, at: datetime | None, phone: str | None = None
    ) -> Decision:
        if phone is not None and phone not in self.tables.phones:
            raise NotFound(f"there is no phone {phone} in the plan")
        return decide(self.tables, question_of(number, caller, phone or ""), Presence(), at or self.now)

    def _state(self, number: str) -> NumberState:
        row = self.tables.numbers[number]
        open_now, entry, _ = is_open(row.calendar, self.now)
        override = self.set_overrides.get(number, self.set_overrides.get(""))
        until = None
        if override is not None:
            open_now, until = override.open, override.until
            entry = Reason("override", f"overrides.{number}", override.reason)
        return NumberState(
            number,
            row.function,
            row.calendar.name,
            row.protected,
            open_now,
            entry,
            until,
            override,
            self.now if open_now else until,
            "" if open_now else opens_again(until, self.now),
        )

    def _need_number(self, number: str) -> None:
        if number not in self.tables.numbers:
            raise NotFound(f"there is no number {number} in the plan")

    # ---- staff

    async def groups(self, after: str, limit: int) -> Sequence[GroupState]:
        return [await self.group(key) for key in sorted(self.tables.groups) if key > after][:limit]

    async def group(self, group: str) -> GroupState:
        row = self.tables.groups.get(group)
        if row is None:
            raise NotFound(f"there is no group {group} in the plan")
        members = tuple(
            MemberState(person.key, person.name, bool(person.targets), in_call=False, being_offered=False)
            for person in row.members
        )
        return GroupState(row.key, row.name, row.strategy, row.ring_seconds, members)

    async def phones(self, after: str, limit: int) -> Sequence[PhoneState]:
        rows = [row for key, row in sorted(self.tables.phones.items()) if key > after]
        return [
            PhoneState(
                account=row.account,
                display=row.display,
                person=row.person,
                registered=row.account not in self.lost,
                lost=row.account in self.lost,
                has_password=row.account in self.passwords,
                contacts=(self._contact(),),
            )
            for row in rows[:limit]
        ]

    async def set_password(self, phone: str, password: str, *, by: str) -> None:
        if phone not in self.tables.phones:
            raise NotFound(f"there is no phone {phone} in the plan")
        self.passwords[phone] = password
        self.journalled.append(("password", by, phone))

    def _contact(self) -> Contact:
        return Contact("192.0.2.21:5060", "Telefon 1.0", self.now + timedelta(minutes=5), "UDP")

    async def registrations(self, after: str, limit: int) -> Sequence[Registration]:
        contact = self._contact()
        return [Registration(key, (contact,)) for key in sorted(self.tables.phones) if key > after][:limit]

    # ---- members

    async def members(
        self, after: str, limit: int, *, group: str | None = None, state: State | None = None
    ) -> Sequence[Member]:
        if group is not None and group not in self.tables.groups:
            raise NotFound(f"there is no group {group} in the plan")
        found = [self._member(key) for key in sorted(self.tables.memberships) if key > after]
        return [row for row in found if (not group or group in row.groups) and state in (None, row.state)][
            :limit
        ]

    async def member(self, person: str) -> Member:
        if person not in self.tables.memberships:
            raise NotFound(f"there is no member {person} of a group in the plan")
        return self._member(person)

    async def change_member(self, asked: Change) -> Member:
        await self.member(asked.person)
        facts = change(self.house, self.tables, asked, self.now)
        if isinstance(facts, Refused):
            raise NotAllowed(f"/{facts.what}", facts.why)
        for fact in facts:
            self.house.evolve(fact)
            self.journalled.append((type(fact).__name__, fact.by, fact.member))
        return self._member(asked.person)

    async def live(self) -> Live:
        return Live(self.now, tuple([self._member(key) for key in sorted(self.tables.memberships)]), (), ())

    async def listen(self) -> LiveListener:
        if self.listener is None:
            raise Busy("nobody can listen")
        return self.listener

    def _member(self, person: str) -> Member:
        return member_of(self.house, {}, self.tables, self.tables.people[person], self.now)

    # ---- calls

    async def calls(self, asked: CallFilter, after: After | None, limit: int) -> Sequence[Record]:
        self._need_database()
        rows = [row for row in self.records if _matches(row, asked)]
        return [row for row in rows if after is None or (row.arrived_at, row.id) < _key(after)][:limit]

    async def explain_call(self, call: str) -> tuple[Record, Explained]:
        record = await self.call(call)
        question = question_of(record.dialled, record.caller)
        then = decide(self.tables, question, Presence(), record.arrived_at)
        past = Decided(record.arrived_at, then, transfer=False)
        return record, Explained((past,), decide(self.tables, question, Presence(), self.now), same=self.same)

    async def call(self, call: str) -> Record:
        self._need_database()
        for row in self.records:
            if row.id == call:
                return row
        raise NotFound(f"there is no call {call}")

    async def note_callers_shown(self, *, by: str, reason: str, asked: str) -> None:
        self.journalled.append(("callers shown", by, reason, asked))

    async def key_figures(self, day: date | None) -> KeyFigures:
        self._need_database()
        figure = KeyFigure(
            id="answered_share",
            version=1,
            name="Andel besvarade",
            words="answered / offered",
            over=("answered",),
            under=("offered",),
            unit="%",
            threshold_seconds=None,
            value=75.0,
        )
        counts = {"answered": 3.0, "offered": 4.0}
        return KeyFigures(day or self.now.date(), counts, (figure,))

    # ---- condition

    async def status(self) -> ServiceStatus:
        return ServiceStatus(
            status="ok",
            release="0.1.0",
            calls=0,
            plan=self.current,
            pending=self.waits,
            journal=JournalStatus(position=17, failing=False),
            archive=ArchiveStatus(
                is_on=self.database_on,
                is_up=self.database_up,
                shipped=17,
                lag_facts=0,
                lag_seconds=0.0,
                dead_letters=0,
                problem="" if self.database_up else "connection refused",
            ),
            registrations={"net": "192.0.2.40:5060", "pbx": ""},
        )


def _matches(row: Record, asked: CallFilter) -> bool:
    return (
        asked.number in (None, row.number)
        and asked.outcome in (None, row.outcome)
        and asked.answered_by in (None, row.answered_by)
        and (asked.caller is None or (asked.caller == row.caller and _may_find(row, asked)))
        and (asked.since is None or row.arrived_at >= asked.since)
        and (asked.until is None or row.arrived_at < asked.until)
    )


def _may_find(row: Record, asked: CallFilter) -> bool:
    return asked.with_protected or not row.protected


def _key(place: After) -> tuple[datetime, str]:
    return place.arrived_at, place.id
