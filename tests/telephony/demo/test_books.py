from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from telephony.admin.errors import ServiceAway
from telephony.admin.views import CallView
from telephony.call.facts import Outcome
from telephony.call.record import Record
from telephony.demo.books import (
    Moved,
    call_log,
    figures_check,
    log_check,
    moved,
    row_lines,
    samples,
    scrape,
)
from telephony.demo.running import ServiceFailed
from tests.support.administration import Town, record
from tests.support.command_line import served
from tests.support.plans import MAIN

RECORDS = [record(3, outcome=Outcome.ABANDONED), record(1)]
BEFORE = samples(f"""# HELP vaxeln_calls_total Calls by number reached and outcome.
vaxeln_calls_total{{number="{MAIN}",outcome="answered"}} 2.0
process_open_fds 17.0
""")
AFTER = samples(f"""vaxeln_calls_total{{number="{MAIN}",outcome="answered"}} 3.0
vaxeln_calls_total{{number="{MAIN}",outcome="abandoned"}} 1.0
vaxeln_journal_position 2.0
process_open_fds 19.0
""")


def views(*records: Record) -> list[CallView]:
    return [CallView.of(row, unmask=False) for row in records]


def test_the_figures_that_moved_are_shown_but_not_all_there_are() -> None:
    answered, abandoned = (
        f'vaxeln_calls_total{{number="{MAIN}",outcome="{o}"}}' for o in ("answered", "abandoned")
    )

    assert moved(BEFORE, AFTER) == [
        Moved(answered, 2, 3), Moved(abandoned, 0, 1), Moved("vaxeln_journal_position", 0, 2)
    ]  # fmt: skip
    assert str(Moved("vaxeln_journal_position", 0, 2)) == "vaxeln_journal_position  0 -> 2"


def test_figures_and_log_agree_or_it_is_said_how_they_differ() -> None:
    assert figures_check(views(*RECORDS), BEFORE, AFTER).passed
    check = figures_check(views(RECORDS[0]), BEFORE, AFTER)
    assert (check.passed, check.found) == (False, "2 counted, 1 in the log")
    assert not figures_check([], BEFORE, BEFORE).passed


def test_log_and_journal_agree_or_it_is_said_how_they_differ() -> None:
    assert log_check(views(*RECORDS), RECORDS).passed
    other = replace(RECORDS[1], answered_by="bengt")
    check = log_check(views(RECORDS[0], other), RECORDS)
    assert (check.passed, check.found) == (False, "2 calls, 1 of them the same")
    assert not log_check([], []).passed


def test_a_call_is_a_line() -> None:
    (line,) = row_lines(views(RECORDS[1]), {"amina": "Amina Berg"})

    assert line == (
        "10:59:00  070-174 06 05  Kontaktcenter  answered   Amina Berg   waited 5.0 s, talked 60.0 s"
    )


def test_the_log_is_read_from_the_service(tmp_path: Path) -> None:
    in_progress = replace(record(0), outcome=None, arrived_at=record(0).arrived_at - timedelta(seconds=1))
    with served(tmp_path, Town(records=[in_progress, *reversed(RECORDS)])):
        rows = call_log(tmp_path, 2)

    assert [row.id for row in rows] == [row.id for row in RECORDS]


def test_where_nobody_answers_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(ServiceAway):
        call_log(tmp_path, 1)
    with pytest.raises(ServiceFailed, match=r"no figures at http://127"):
        scrape("http://127.0.0.1:1/")
