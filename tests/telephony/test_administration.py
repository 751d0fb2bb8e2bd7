"""The admin API's ports over a real switchboard, plan keeper and database, and what is journalled."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic_core import to_json
from structlog.testing import capture_logs

from routing.decision import Kind
from routing.override import Override
from telephony.admin.errors import NotAllowed, NotFound, NotKept
from telephony.admin.values import Draft, Due, Form, NumberState
from telephony.administration import LiveAdministration
from telephony.archive.archive import Archive
from telephony.archive.call_fold import CallRow
from telephony.archive.call_log import CallFilter
from telephony.archive.codec import Codec
from telephony.archive.errors import DatabaseAway, VersionConflict
from telephony.archive.journal import Journal
from telephony.archive.plan_file import PlanFile
from telephony.archive.queries import load_queries
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.record import records
from telephony.call.registry import FACTS
from telephony.dsn import Dsn
from telephony.health import ServiceHealth
from telephony.media.prompts import Prompts
from telephony.plan_keeper import PlanKeeper
from telephony.secrets import PhoneSecrets
from telephony.switchboard import Switchboard
from tests.support.call_scenarios import SCENARIOS, play
from tests.support.calls import NOON, after, arrive, registered
from tests.support.plans import BYGGLOV, GROUPS, MAIN, PlanText, in_force
from tests.support.postgres import Postgres

T = TypeVar("T")
NODE = "01a2140d-a05b-7d74-a4cd-a6c4351f5e5a"
OWN_NUMBER = "+46701740605"
PEOPLE = f"""
[people]
amina = {{ name = "Amina Berg", phones = ["kc1"], number = "{OWN_NUMBER}" }}
bengt = {{ name = "Bengt Lund", phones = ["kc2"] }}
david = {{ name = "David Holm", phones = ["bygg1", "bygg1m"], ring_seconds = 25 }}
elif = {{ name = "Elif Yilmaz", phones = ["bygg2"] }}
"""


class Office:
    """An administration whose service carries no sound. It begins with its plan as version 1."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.now = NOON
        self.dsn = dsn
        self.journal: Journal[f.Fact] = Journal.open(
            folder / "journal", Codec(FACTS), report=lambda finding: None
        )
        plan = in_force(0, people=PEOPLE)
        self.switchboard = Switchboard(self.journal, plan.tables, talk_limit=0.0)
        self.archive = Archive(
            folder, Dsn.parse(dsn), self.journal, now=lambda: self.now, first_needed=lambda: 1
        )
        self.secrets = PhoneSecrets(folder / "secrets")
        keeper = PlanKeeper(
            plan,
            PlanFile(folder / "plan"),
            self.archive.plans,
            Prompts.load().names,
            take=lambda tables: self.switchboard.load(tables, self.now),
            record=self._record,
            now=lambda: self.now,
        )
        health = ServiceHealth(
            self.journal, self.switchboard, self.archive.status, lambda: True, lambda: False, lambda: b""
        )
        self.desk = LiveAdministration(
            keeper=keeper,
            switchboard=self.switchboard,
            archive=self.archive,
            secrets=self.secrets,
            health=health,
            realm="realm",
            record=self._record,
            now=lambda: self.now,
        )

    def _record(self, fact: f.Fact) -> None:
        self.switchboard.receive(fact, self.now)

    def see(self, *facts: f.Fact) -> None:
        """Let these happen."""
        for fact in facts:
            self.switchboard.receive(fact, self.now)

    def facts(self, kind: type[T]) -> list[T]:
        """The journal's facts of this kind."""
        return [fact for _, fact in self.journal.read() if isinstance(fact, kind)]

    def run(self, use: Callable[[LiveAdministration], Awaitable[T]]) -> T:
        """Ask with the database connected and the plan numbered there."""

        async def main() -> T:
            await self.archive._database.open()
            try:
                await self.desk.keeper.reconcile()
                return await use(self.desk)
            finally:
                await self.archive._database.close()

        return asyncio.run(main())

    def ask(self, question: Awaitable[T]) -> T:
        """Ask what needs no database."""

        async def main() -> T:
            return await question

        return asyncio.run(main())


@pytest.fixture
def office(tmp_path: Path, postgres: Postgres) -> Office:
    return Office(tmp_path, postgres.dsn(postgres.new_database()))


def closed(minutes: int = 60) -> Override:
    return Override(open=False, until=NOON + timedelta(minutes=minutes), reason="Brandövning", owner="Anna")


# ---- the plan


def test_the_plan_is_read_checked_compared_applied_and_rolled_back(office: Office) -> None:
    smaller = Draft(
        str(PlanText(people=PEOPLE, groups=GROUPS.replace('["amina", "bengt"]', '["amina"]'))), Form.TOML
    )

    async def use(desk: LiveAdministration) -> None:
        assert (await desk.plan()).version == 1
        assert not await desk.check_plan(smaller)
        assert [change.path for change in await desk.diff_plan(smaller)] == ["groups.kc.members"]
        made = await desk.apply_plan(smaller, expected=1, by="eva", reason="Bengt slutar")
        assert (made.version, len((await desk.group("kc")).members)) == (2, 1)
        with pytest.raises(VersionConflict):
            await desk.apply_plan(smaller, expected=1, by="eva", reason="igen")
        back = await desk.roll_back(1, expected=2, by="eva", reason="Bengt stannar")
        assert (back.version, len((await desk.group("kc")).members)) == (3, 2)
        assert [head.version for head in await desk.plan_versions(3, 5)] == [2, 1]
        assert (await desk.plan_version(2)).source == smaller.text
        for missing in (desk.plan_version(9), desk.roll_back(9, expected=3, by="eva", reason="?")):
            with pytest.raises(NotFound, match="version 9"):
                await missing

    office.run(use)

    assert [(fact.version, fact.author) for fact in office.facts(h.PlanApplied)] == [
        (1, "test"),
        (2, "eva"),
        (3, "eva"),
    ]
    assert [fact.version for fact in office.facts(h.PlanLoaded)] == [1, 2, 3]


# ---- numbers


def test_numbers_are_the_municipalitys_and_not_peoples_own(office: Office) -> None:
    desk = office.desk

    assert [state.number for state in office.ask(desk.numbers("", 10))] == [MAIN, BYGGLOV]
    assert [state.number for state in office.ask(desk.numbers(MAIN, 10))] == [BYGGLOV]
    assert len(office.ask(desk.numbers("", 1))) == 1
    with pytest.raises(NotFound, match=r"there is no number \+46701740605"):
        office.ask(desk.number(OWN_NUMBER))


def test_an_override_is_set_seen_and_ended_and_journalled_with_who(office: Office) -> None:
    desk = office.desk
    open_now = office.ask(desk.number(BYGGLOV))
    assert (open_now.open, open_now.override, open_now.until) == (True, None, None)

    office.ask(desk.set_override(BYGGLOV, closed(), by="eva"))

    shut: NumberState = office.ask(desk.number(BYGGLOV))
    assert (shut.open, shut.override, shut.until) == (False, closed(), closed().until)
    assert shut.decided_by.where == f"overrides.{BYGGLOV}"
    spans = office.ask(desk.hours(BYGGLOV, NOON, NOON + timedelta(hours=2)))
    assert [span.open for span in spans] == [False, True]
    assert office.ask(desk.explain(BYGGLOV, None, None)).kind is Kind.ANNOUNCE

    office.ask(desk.end_override(BYGGLOV, by="karl"))

    assert office.ask(desk.number(BYGGLOV)).open
    assert [(fact.number, fact.by) for fact in office.facts(h.OverrideFact)] == [
        (BYGGLOV, "eva"),
        (BYGGLOV, "karl"),
    ]


def test_what_has_two_working_days_is_due_by_the_calendar_whatever_the_override(office: Office) -> None:
    desk, friday = office.desk, datetime(2026, 12, 18, 15, tzinfo=UTC)
    office.ask(desk.set_override(BYGGLOV, closed(), by="eva"))

    told: Due = office.ask(desk.due(BYGGLOV, friday, 2))

    assert (told.number, told.since) == (BYGGLOV, friday)
    assert told.working_days == (date(2026, 12, 21), date(2026, 12, 22))
    assert told.due == datetime(2026, 12, 22, 22, 59, 59, tzinfo=UTC)
    with pytest.raises(NotFound):
        office.ask(desk.due("+46812345678", friday, 2))


def test_one_for_all_numbers(office: Office) -> None:
    office.ask(office.desk.set_override("", closed(), by="eva"))

    assert not any(state.open for state in office.ask(office.desk.numbers("", 10)))
    assert office.ask(office.desk.overrides()) == {"": closed()}
    office.now = closed().until
    assert office.ask(office.desk.overrides()) == {}


def test_an_override_needs_a_number_of_the_plan_and_one_to_end(office: Office) -> None:
    with pytest.raises(NotFound, match="there is no number"):
        office.ask(office.desk.set_override("+46853061999", closed(), by="eva"))
    with pytest.raises(NotFound, match="there is no override of all numbers"):
        office.ask(office.desk.end_override("", by="eva"))
    assert not office.facts(h.OverrideFact)


def test_explain_asks_who_is_there_now_and_supposes_everybody_else(office: Office) -> None:
    later = NOON + timedelta(days=1)

    assert office.ask(office.desk.explain(BYGGLOV, None, None)).outcome == "nobody_there"
    assert office.ask(office.desk.explain(BYGGLOV, None, later)).kind is Kind.RING
    office.see(registered("bygg2"))
    assert office.ask(office.desk.explain(BYGGLOV, None, None)).kind is Kind.RING


def test_explain_tells_of_a_phones_own_call(office: Office) -> None:
    later = NOON + timedelta(days=1)
    outside, aminas = "+46701740699", "+46701740605"  # hers is not public (P11)

    assert office.ask(office.desk.explain(aminas, None, later)).status == 404
    assert office.ask(office.desk.explain(aminas, None, later, "bygg2")).kind is Kind.RING
    assert office.ask(office.desk.explain(outside, None, later, "bygg2")).status == 403
    with pytest.raises(NotFound, match="there is no phone nobody in the plan"):
        office.ask(office.desk.explain(outside, None, later, "nobody"))


# ---- staff


def test_members_are_registered_offered_or_in_a_call(office: Office) -> None:
    office.see(registered("kc1"), registered("kc2"), arrive(dialled=MAIN))

    def states() -> list[tuple[bool, bool, bool]]:
        group = office.ask(office.desk.group("kc"))
        return [(member.registered, member.being_offered, member.in_call) for member in group.members]

    assert states() == [(True, True, False), (True, True, False)]
    office.see(f.MemberAnswered(at=after(1), call="c1", leg="c1.1"))
    office.see(f.LegEnded(at=after(1), call="c1", leg="c1.2"))
    assert states() == [(True, False, True), (True, False, False)]
    assert [group.group for group in office.ask(office.desk.groups("", 10))] == ["bygglov", "kc"]
    with pytest.raises(NotFound, match="there is no group vd"):
        office.ask(office.desk.group("vd"))


def test_a_phone_has_a_password_when_one_was_set_which_nobody_sees_again(office: Office) -> None:
    desk = office.desk
    assert not office.ask(desk.phones("", 1))[0].has_password

    office.ask(desk.set_password("bygg1", "correct horse", by="eva"))

    (first,) = office.ask(desk.phones("", 1))
    assert (first.account, first.person, first.has_password, first.registered) == (
        "bygg1",
        "david",
        True,
        False,
    )
    (fact,) = office.facts(h.PasswordSet)
    assert (fact.phone, fact.by) == ("bygg1", "eva")
    assert "horse" not in str(fact)
    with pytest.raises(NotFound, match="there is no phone nobody"):
        office.ask(desk.set_password("nobody", "correct horse", by="eva"))


def test_a_password_that_no_phone_can_send_is_refused_with_its_place(office: Office) -> None:
    with pytest.raises(NotAllowed, match="8 to 128 printable") as refused:
        office.ask(office.desk.set_password("bygg1", "correct\u200bhorse", by="eva"))

    assert refused.value.path == "/password"
    assert "horse" not in str(refused.value)


def test_a_password_that_the_disk_does_not_take_is_said_without_it(office: Office, tmp_path: Path) -> None:
    (tmp_path / "secrets" / "phones.json").mkdir()

    with capture_logs() as log, pytest.raises(NotKept, match="password of bygg1"):
        office.ask(office.desk.set_password("bygg1", "correct horse", by="eva"))

    assert [line["event"] for line in log] == ["password_not_kept"]
    assert "horse" not in str(log)
    assert not office.facts(h.PasswordSet)


def test_registrations_are_by_account(office: Office) -> None:
    office.see(registered("kc2"), registered("kc1"))

    (found,) = office.ask(office.desk.registrations("kc1", 10))

    assert (found.account, found.contacts[0].address) == ("kc2", "192.0.2.1:5060")
    assert [row.account for row in office.ask(office.desk.registrations("", 10))] == ["kc1", "kc2"]


# ---- calls


def test_calls_are_read_from_the_log_and_counted(office: Office) -> None:
    async def use(desk: LiveAdministration) -> None:
        made = [record for scenario in SCENARIOS for record in records(play(scenario).facts).values()]
        rows = [CallRow(replace(row, id=f"call{place}"), NODE, place) for place, row in enumerate(made, 1)]
        columns = to_json([row.to_columns() for row in rows]).decode()
        async with desk.archive._database.transaction() as connection:
            await connection.execute(load_queries("shipping")["store_calls"], columns)

        (newest,) = await desk.calls(CallFilter(), None, 1)
        assert await desk.call(newest.id) == newest
        with pytest.raises(NotFound, match="there is no call nothing"):
            await desk.call("nothing")

        figures = await desk.key_figures(newest.arrived_at.date())
        assert figures.counts["offered"] > 0
        assert {figure.id: figure.unit for figure in figures.figures}["answered_share"] == "%"
        assert (await desk.key_figures(None)).day == NOON.date()

    office.run(use)


def test_without_the_database_the_log_says_so_and_all_else_goes_on(office: Office) -> None:
    with pytest.raises(DatabaseAway):
        office.ask(office.desk.calls(CallFilter(), None, 1))
    with pytest.raises(DatabaseAway):
        office.ask(office.desk.key_figures(None))
    assert office.ask(office.desk.plan()).version == 0
    assert office.ask(office.desk.number(MAIN)).open


def test_that_callers_were_shown_is_journalled_with_the_reason(office: Office) -> None:
    office.ask(office.desk.note_callers_shown(by="eva", reason="Polisanmälan", asked='{"number":"+46..."}'))

    (fact,) = office.facts(h.CallersShown)
    assert (fact.by, fact.reason, fact.asked) == ("eva", "Polisanmälan", '{"number":"+46..."}')


def test_the_condition_of_the_service(office: Office) -> None:
    status = office.ask(office.desk.status())

    assert (status.status, status.plan.version, status.calls) == ("ok", 0, 0)
    assert (status.archive.is_on, status.archive.is_up) == (True, False)
    assert status.registrations == {}
