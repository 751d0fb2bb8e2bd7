"""A simulation is true to the log where the log knows, and otherwise says what it assumes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.override import Override
from telephony.call.duty_facts import MemberLoggedOut
from telephony.call.record import Record
from telephony.simulate.load import Load, LoadInvalid
from telephony.simulate.simulation import NO_OVERRIDES, STAFFED, StaffUnknown, invent
from telephony.simulate.values import Meanwhile, OverrideChange, Staff
from tests.support.plans import CALENDARS, MAIN, NUMBERS, tables_of
from tests.support.queue_town import queue_tables
from tests.support.simulated import DAY, everybody, made_day, replayed

OFFICE = CALENDARS.replace(
    "[calendars]", '[calendars]\nlunch = { weekly = { tue = ["00:00-12:00", "13:00-24:00"] } }'
)
TABLES = tables_of()


@pytest.fixture(scope="module")
def day() -> list[Record]:
    """About 600 calls that the plan has carried."""
    return made_day(TABLES, 600.0, answer=12.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_plan_that_was_in_force_gives_what_happened(day: list[Record], seed: int) -> None:
    found = replayed(TABLES, day, seed)

    assert found.then == found.now
    assert found.now.calls == len(day) > 500
    assert (
        min(found.now.outcomes["answered"], found.now.outcomes["abandoned"], found.now.outcomes["busy"]) > 20
    )  # it was a day with everything
    assert (found.different_count, found.moves, found.faults) == (0, (), 0)
    assert [one.calls for one in found.assumed if one.calls is not None] == [0, 0, 0]


def test_the_same_seed_gives_the_same(day: list[Record]) -> None:
    closer = tables_of(calendars=OFFICE, numbers=NUMBERS.replace("alltid", "lunch"))

    assert replayed(closer, day, 4) == replayed(closer, day, 4)


def test_lunch_closing_closes_the_calls_of_lunch_and_no_others(day: list[Record]) -> None:
    closer = tables_of(calendars=OFFICE, numbers=NUMBERS.replace("alltid", "lunch"))
    noon = DAY[0] + timedelta(hours=12)
    at_lunch = [record for record in day if noon <= record.arrived_at < noon + timedelta(hours=1)]

    found = replayed(closer, day)

    assert found.now.outcomes["closed"] == len(at_lunch) > 30
    assert all(noon <= one.arrived_at for one in found.different)
    closed_by = {one.reasons[1] for one in found.different if one.now.outcome == "closed"}
    assert closed_by == {"closed outside 00:00-12:00, 13:00-24:00"}
    told = {one.id: one for one in found.different}
    closed = [told[record.id] for record in at_lunch if record.id in told]
    assert all(one.now.outcome == "closed" and one.now.announcement == "closed" for one in closed)


def test_by_number_the_sums_are_those_of_all(day: list[Record]) -> None:
    found = replayed(tables_of(calendars=OFFICE, numbers=NUMBERS.replace("alltid", "lunch")), day)

    assert found.then is not None
    for name in found.now.outcomes:
        assert sum(row.now.outcomes[name] for row in found.numbers) == found.now.outcomes[name]
        before = [row.then.outcomes[name] for row in found.numbers if row.then]
        assert sum(before) == found.then.outcomes[name]
    assert sum(row.now.calls for row in found.numbers) == found.now.calls
    assert sum(move.calls for move in found.moves) == found.different_count


def test_what_is_assumed_is_counted_and_said(day: list[Record]) -> None:
    alone = tables_of(groups=GROUPS_ALONE)

    found = replayed(alone, day)

    counted = [one.calls for one in found.assumed if one.calls is not None]
    assert found.different_count > 0 and max(counted) > 0
    assert NO_OVERRIDES in [one.what for one in found.assumed]


GROUPS_ALONE = """
[groups]
kc = { name = "Kontaktcenter", members = ["bengt"] }
bygglov = { name = "Bygglov", members = ["elif"] }
"""


def test_no_callers_number_is_in_the_result(day: list[Record]) -> None:
    secret = "+46701740699"
    shown = [replace(record, caller=secret, hidden=False) for record in day]

    assert secret not in repr(replayed(tables_of(groups=GROUPS_ALONE), shown))


def test_overrides_of_then_count(day: list[Record]) -> None:
    closed = Override(open=False, until=DAY[1], reason="Brand", owner="Anna")
    known = Meanwhile(overrides=(OverrideChange(DAY[0], "", closed),), known_from=DAY[0])

    found = replayed(TABLES, day, meanwhile=known)

    assert (found.now.outcomes["closed"], found.overrides) == (len(day), 1)
    assert NO_OVERRIDES not in [one.what for one in found.assumed]


def test_a_journal_that_begins_before_the_first_call_tells_enough(day: list[Record]) -> None:
    first = min(record.arrived_at for record in day)
    there = everybody(TABLES).phones

    found = replayed(TABLES, day, staff=Staff.LOG, meanwhile=Meanwhile(there, known_from=first))

    assert (found.overrides, found.different_count) == (0, 0)
    later = Meanwhile(there, known_from=first + timedelta(seconds=1))
    with pytest.raises(StaffUnknown):
        replayed(TABLES, day, staff=Staff.LOG, meanwhile=later)


def test_who_was_there_must_be_known_to_be_simulated() -> None:
    with pytest.raises(StaffUnknown, match="does not tell who was there: leave"):
        replayed(TABLES, [], staff=Staff.LOG)
    with pytest.raises(StaffUnknown, match="before 2026-11-24 07:00 UTC"):
        since = DAY[0] + timedelta(hours=8)
        replayed(TABLES, [], staff=Staff.LOG, meanwhile=Meanwhile(known_from=since))

    nobody = replayed(TABLES, made_day(TABLES, 20.0), staff=Staff.LOG, meanwhile=Meanwhile(known_from=DAY[0]))

    assert nobody.now.outcomes["nobody_there"] == nobody.now.calls


def test_a_day_without_calls_has_figures_too() -> None:
    found = replayed(TABLES, [])

    assert (found.now.calls, found.numbers, found.now.until_answer.median) == (0, (), None)


def test_an_invented_load_is_carried() -> None:
    load = Load.model_validate(
        {"date": "2026-12-07", "calls": {MAIN: 100}, "profile": {"09:00": 1.0}, "means": {"talk": 30}}
    )

    found = invent(TABLES, load, 1, 0.0)

    assert (found.source, found.then, found.different_count) == ("load", None, 0)
    assert 60 < found.now.calls < 140 and found.now.outcomes["answered"] > 20
    assert found == invent(TABLES, load, 1, 0.0) != invent(TABLES, load, 2, 0.0)


def test_invented_staff_is_there_when_the_load_says() -> None:
    given = {"date": "2026-12-07", "calls": {MAIN: 60}, "profile": {"09:00": 1.0, "12:00": 1.0}}
    load = Load.model_validate(given | {"staff": {"kc": {"08:00": 2, "12:00": 0}}})

    found = invent(queue_tables(), load, 1, 0.0)

    assert found.now.outcomes["answered"] > 5
    assert found.now.outcomes["nobody_there"] > 20
    assert [queue.group for queue in found.queues] == ["kc"]
    assert [round(member.there_seconds / 3600) for member in found.members if member.member == "bengt"] == [3]
    assert STAFFED in [one.what for one in found.assumed]


def test_a_load_with_staff_for_no_group_of_the_plan_is_refused() -> None:
    load = Load.model_validate(
        {"date": "2026-12-07", "calls": {MAIN: 9}, "profile": {"09:00": 1}, "staff": {"no": {"08:00": 1}}}
    )

    with pytest.raises(LoadInvalid, match="no such group"):
        invent(TABLES, load, 1, 0.0)


def test_pauses_and_log_outs_of_the_log_count_when_staff_is_as_then(day: list[Record]) -> None:
    out = tuple([MemberLoggedOut(at=DAY[0], member=who, by="", group="") for who in ("amina", "bengt")])
    known = Meanwhile(everybody(TABLES).phones, duties=out, known_from=DAY[0])

    then = replayed(TABLES, day, staff=Staff.LOG, meanwhile=known)
    everybody_there = replayed(TABLES, day, meanwhile=known)

    assert then.now.groups.keys() == {"bygglov"}
    assert everybody_there.now.groups.keys() == {"bygglov", "kc"}
