"""`vaxeln simulate`, with a service, without one, and with an invented load."""

import json
from datetime import date
from pathlib import Path

import pytest

from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.call import facts as f
from telephony.call.registry import FACTS
from telephony.simulate.draws import Draws
from telephony.simulate.driver import Driver
from telephony.simulate.load import Load, calls_of, knowledge_of
from tests.support.administration import NOW, SOURCE, Town
from tests.support.command_line import refused, run, served
from tests.support.plans import MAIN, tables_of
from tests.support.simulated import everybody

DAY = ("--day", "2026-11-24")
NEVER_OPEN = SOURCE.replace('calendar = "alltid"', 'calendar = "aldrig"')
LOAD = """
date = 2026-12-07
calls = { "08-53061000" = 40 }
profile = { "08:00" = 1 }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder, with plans beside it."""
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    (tmp_path / "plan.toml").write_text(SOURCE, "utf-8")
    (tmp_path / "closed.toml").write_text(NEVER_OPEN, "utf-8")
    (tmp_path / "load.toml").write_text(LOAD, "utf-8")
    return tmp_path


@pytest.fixture
def journal(folder: Path) -> Path:
    """One that has a day of some 40 calls in it."""
    tables = tables_of()
    load = Load.model_validate({"date": "2026-11-24", "calls": {MAIN: 40}, "profile": {"09:00": 1}})
    book: Journal[f.Fact] = Journal.open(folder / "journal", Codec(FACTS), report=lambda finding: None)
    driver = Driver(tables, knowledge_of(load, Draws(1)), 0.0, lambda call, record: None, book)
    driver.run(calls_of(load, Draws(1)), everybody(tables))
    book.close()
    return folder


def test_a_running_service_is_asked_with_a_file_or_a_version(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = ("--day", str(NOW.date()))
    with served(folder, Town()):
        out, err = run(capsys, "simulate", str(folder / "closed.toml"), *day)
        same = json.loads(run(capsys, "simulate", "1", *day, "--json", "--seed", "7")[0])
        assert "there is no version 9" in refused(capsys, "simulate", "9", *day)

    assert err == ""
    assert "the calls of 2026-12-23" in out and "-> closed doors" in out
    assert (same["seed"], same["source"]) == (7, "log")
    assert same["now"]["outcomes"]["answered"] > 0


def test_the_journal_is_read_while_no_service_runs(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(journal / "plan.toml")
    out, err = run(capsys, "simulate", plan, *DAY, "--staff", "everybody")

    assert "this is simulated from the journal" in err
    assert "Every call ends as it did." in out
    found = json.loads(run(capsys, "simulate", str(journal / "closed.toml"), *DAY, "--offline", "--json")[0])
    assert found["now"]["outcomes"]["closed"] == found["now"]["calls"] == found["then"]["calls"] > 20
    other = run(capsys, "simulate", plan, "--from", "2026-11-01", "--to", "2026-11-30", "--offline")
    assert "2026-11-01 to 2026-11-30" in other[0]


def test_a_service_without_a_database_leaves_it_to_the_journal(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = str(journal / "plan.toml")
    with served(journal, Town(database_up=False, database_on=False)):
        out, err = run(capsys, "simulate", plan, *DAY)
        assert "the service has no database" in err
        assert "Every call ends as it did." in out


def test_while_the_database_is_away_it_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(folder, Town(database_up=False)):
        said = refused(capsys, "simulate", str(folder / "plan.toml"), *DAY)

    assert "The database does not answer" in said


def test_a_version_without_a_service_is_the_one_on_disk_or_none(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, err = run(capsys, "simulate", "3", *DAY, "--offline", code=2)

    assert "version 3 needs a running service: on disk is none" in err


def test_an_invented_load_needs_no_service(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load = ("--load", str(folder / "load.toml"))

    out, err = run(capsys, "simulate", str(folder / "plan.toml"), *load)
    assert (err, "invented calls on 2026-12-07" in out) == ("", True)
    with served(folder, Town()):
        assert "invented calls" in run(capsys, "simulate", "1", *load)[0]
    (folder / "load.toml").write_text("date = 3", "utf-8")
    assert "must be a date" in refused(capsys, "simulate", str(folder / "plan.toml"), *load, code=1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give one of --day DATE"),
        (("--day", "2026-11-24", "--from", "2026-11-24", "--to", "2026-11-24"), "give one of"),
        (("--from", "2026-11-24"), "give one of"),
        (("--from", "2026-10-01", "--to", "2026-11-01"), "at most 31 days"),
        (("--day", "yesterday"), "is no date"),
        (("--day", "2026-11-24", "--load", "x.toml"), "leave out --day"),
        (("--load", "x.toml", "--staff", "log"), "leave out --day"),
    ],
)
def test_what_cannot_be_understood_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    assert said in refused(capsys, "simulate", str(folder / "plan.toml"), *options, code=2)


def test_a_month_with_the_hour_that_comes_twice_is_31_days(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    october = ("--from", str(date(2026, 10, 1)), "--to", str(date(2026, 10, 31)))

    assert "0" in run(capsys, "simulate", str(journal / "plan.toml"), *october, "--offline")[0]


def test_a_plan_with_errors_and_a_period_without_staff_are_refused(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (journal / "wrong.toml").write_text(SOURCE.replace('group = "kc"', 'group = "nix"'), "utf-8")

    _, err = run(capsys, "simulate", str(journal / "wrong.toml"), *DAY, "--offline", code=1)
    assert "there is no group" in err
    early = ("--day", "2026-11-01", "--staff", "log", "--offline")
    _, err = run(capsys, "simulate", str(journal / "plan.toml"), *early, code=1)
    assert "does not tell who was there" in err
