from datetime import date

from routing.check import check
from routing.compile import compile_plan
from routing.load import load_plan
from telephony.demo.ports import MAX_PHONES
from telephony.demo.town import CALLER, PLAN
from telephony.media.prompts import Prompts

TABLES = compile_plan(load_plan(PLAN.read_text("utf-8")))


def test_the_plan_has_no_problem() -> None:
    assert not list(check(load_plan(PLAN.read_text("utf-8")), date(2026, 11, 24), Prompts.load().names))


def test_each_account_is_somebodys_and_may_answer_as_pyvoip_does() -> None:
    assert all(row.person and row.legacy_digest for row in TABLES.phones.values())


def test_there_are_ports_for_all_phones() -> None:
    assert CALLER in TABLES.phones
    assert len(TABLES.phones) <= MAX_PHONES


def test_it_works_at_any_hour() -> None:
    calendars = load_plan(PLAN.read_text("utf-8")).calendars

    assert {calendar.open for calendar in calendars.values()} == {"always", "never"}


def test_an_emergency_call_would_go_nowhere() -> None:
    gateways = [gateway for row in TABLES.trunks.values() for gateway in row.gateways]

    assert gateways and all(str(row.address).startswith("127.") for row in gateways)
