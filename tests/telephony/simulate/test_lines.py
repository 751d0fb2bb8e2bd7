from dataclasses import replace
from datetime import timedelta

from telephony.simulate.lines import MAX_SHOWN, MAX_SHOWN_MEMBERS, simulation_lines
from telephony.simulate.load import read_load
from telephony.simulate.result import OfMember, Simulation
from telephony.simulate.simulation import invent
from tests.support.plans import NUMBERS, tables_of
from tests.support.queue_town import queue_tables
from tests.support.simulated import DAY, made_day, replayed

TABLES = tables_of()
CLOSED = tables_of(numbers=NUMBERS.replace("alltid", "aldrig", 1))
LOAD = """
date = 2026-12-07
[calls]
"08-53061000" = 40
"08-53069999" = 3
[profile]
"08:00" = 1
"""


def text(found: Simulation) -> str:
    return "\n".join(simulation_lines(found))


def test_a_day_that_ends_as_it_did_says_so() -> None:
    found = text(replayed(TABLES, made_day(TABLES, 60.0)))

    assert "the calls of 2026-11-24, everybody there, seed 1" in found
    assert "Every call ends as it did." in found
    assert "nobody there" not in found.partition("By the number")[2]  # a column with nothing in it
    assert max(len(line) for line in found.splitlines()) <= 110


def test_what_ends_otherwise_is_told_with_numbers_and_reasons() -> None:
    found = replayed(CLOSED, made_day(TABLES, 60.0))
    lines = text(found)

    closed = found.now.outcomes["closed"]
    assert "closed doors" in lines and f"+{closed}" in lines
    assert "08-530 610 00 Kontaktcenter: answered -> closed doors" in lines
    assert f"The first {MAX_SHOWN} of them:" in lines
    assert f"    because {found.different[0].reasons[-1]}" in lines
    assert "answered by amina after" in lines
    assert f"0 > {closed}" in lines


def test_few_are_told_all_and_what_was_left_out_and_busy_too() -> None:
    day = made_day(TABLES, 60.0)
    found = replayed(CLOSED, day)
    few = replace(
        found,
        different=found.different[:1],
        different_count=1,
        left_out={"calls to 112": 2},
        outgoing=1,
        overrides=3,
        faults=2,
        end=DAY[1] + timedelta(days=2),
    )

    lines = text(few)

    assert "2026-11-24 to 2026-11-26" in lines
    assert "1 call would have ended otherwise:" in lines and "They are:" in lines
    assert "Left out: calls to 112: 2" in lines
    assert "kept their people busy: 1 call" in lines
    assert "Overrides of then are counted: 3 times" in lines
    assert "A fault of the program ended 2 calls" in lines


def test_an_invented_load_has_one_column() -> None:
    lines = text(invent(TABLES, read_load(LOAD), 1, 0.0))

    assert "invented calls on 2026-12-07" in lines
    assert "then" not in lines.partition("Assumed")[0]
    assert "numbers that no plan has" in lines
    assert "120 s on average" in lines


def test_queues_and_members_have_their_rows() -> None:
    found = invent(queue_tables(), read_load(LOAD + '[staff.kc]\n"08:00" = 1\n'), 1, 0.0)
    (queue,) = found.queues

    lines = text(found)

    row = next(line for line in lines.splitlines() if line.strip().startswith("kc  "))
    assert f"  {queue.joined}  " in row and f"{queue.until_answer.mean:.1f} s" in row
    assert "amina" in lines.partition("Members:")[2]
    assert "everybody there but for groups that the load has staff for, seed 1" in lines
    assert "as many are there as it says" in lines and "is back after 600 s" in lines
    assert max(len(line) for line in lines.splitlines()) <= 120
    many = tuple([OfMember(f"m{number:02}", 0, 60, number, 0.0) for number in range(30)])
    shown = text(replace(found, members=many))
    assert f"Members, the {MAX_SHOWN_MEMBERS} most at work of 30:" in shown
    assert "m29" in shown and "m05" not in shown
    assert "Members" not in text(replace(found, members=()))
