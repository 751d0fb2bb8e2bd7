"""Which plan a start begins with: the disk's, a file's, the database's; never none without a word."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from routing.errors import PlanInvalid, PlanRefused
from routing.problem import Problem
from telephony.archive.database import Database
from telephony.archive.plan_file import PENDING, PlanFile
from telephony.archive.plan_store import NewVersion, PlanStore, PlanVersion
from telephony.config import ConfigError, Settings, load_settings
from telephony.media.prompts import Prompts
from telephony.plan_prepare import PlanInForce
from telephony.plan_start import FirstPlan, PlanUnreadable, first_plan, offline_plan, plan_folder
from telephony.private_files import SecretsUnusable
from tests.support.plans import GROUPS, MADE_AT, NUMBERS, PlanText, in_force
from tests.support.postgres import Postgres

PROMPTS = Prompts.load().names
TOML = str(PlanText())
OTHER = str(PlanText(groups=GROUPS.replace('["amina", "bengt"]', '["amina"]')))
BROKEN = str(PlanText(numbers=NUMBERS.replace("alltid", "nowhere")))


def settings(folder: Path, dsn: str = "embedded") -> Settings:
    return load_settings(None, {"VAXELN_DATA": str(folder), "VAXELN_DATABASE_DSN": dsn}, {})


def start(
    folder: Path, file: Path | None = None, dsn: str = "embedded"
) -> tuple[PlanInForce, Sequence[Problem]]:
    first = begin(folder, file, dsn)
    return first.plan, first.warnings


def begin(
    folder: Path, file: Path | None = None, dsn: str = "embedded", now: datetime = MADE_AT
) -> FirstPlan:
    return asyncio.run(first_plan(settings(folder, dsn), file, PROMPTS, now))


def written(folder: Path, text: str, name: str = "plan.toml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def events(folder: Path, file: Path | None = None, dsn: str = "embedded") -> tuple[PlanInForce, list[str]]:
    with capture_logs() as log:
        plan, _ = start(folder, file, dsn)
    return plan, [line["event"] for line in log]


# ---- the first start


@pytest.mark.parametrize(("dsn", "version"), [("embedded", 0), ("none", 1)])
def test_a_file_is_the_first_plan(tmp_path: Path, dsn: str, version: int) -> None:
    plan, warnings = start(tmp_path, written(tmp_path, TOML, "town.toml"), dsn)

    assert plan.about.version == plan.tables.version == version
    assert (plan.about.author, plan.about.reason) == ("vaxeln serve", "from the file town.toml")
    assert plan.about.source == TOML
    assert PlanFile(plan_folder(tmp_path)).read() == plan.about
    assert warnings == ()


def test_the_file_in_the_data_folder_is_taken_when_none_is_named(tmp_path: Path) -> None:
    written(tmp_path, OTHER)
    named = written(tmp_path, TOML, "town.toml")

    assert start(tmp_path / "a", named)[0].about.source == TOML
    assert start(tmp_path)[0].about.source == OTHER


def test_warnings_are_given(tmp_path: Path) -> None:
    _, warnings = start(tmp_path, written(tmp_path, str(PlanText(trunks=""))))

    assert [warning.path for warning in warnings] == ["trunks"]


def test_without_a_plan_it_is_said_where_one_belongs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no plan in .*: give one with --plan, or put it at .*plan\.toml"):
        start(tmp_path)
    with pytest.raises(ConfigError, match=r"no plan at .*nowhere\.toml"):
        start(tmp_path, tmp_path / "nowhere.toml")


@pytest.mark.parametrize(("text", "error"), [(BROKEN, PlanRefused), ("[", PlanInvalid)])
def test_the_only_plan_there_is_must_be_good(tmp_path: Path, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        start(tmp_path, written(tmp_path, text))


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes("[växel]".encode("latin-1"))

    with pytest.raises(PlanInvalid, match="UTF-8"):
        start(tmp_path)


def test_it_is_said_where_the_plan_comes_from(tmp_path: Path) -> None:
    file = written(tmp_path, TOML, "town.toml")

    assert begin(tmp_path, file).where == f"the file {file}"
    assert begin(tmp_path, file).where == f"{plan_folder(tmp_path)} (vaxeln serve: from the file town.toml)"


@pytest.mark.parametrize(("text", "error"), [(BROKEN, PlanRefused), ("[", PlanInvalid)])
def test_an_error_names_the_file(tmp_path: Path, text: str, error: type[Exception]) -> None:
    file = written(tmp_path, text)
    with pytest.raises(error) as raised:
        start(tmp_path)
    assert raised.value.__notes__ == [str(file)]

    PlanFile(plan_folder(tmp_path)).write(replace(in_force(7).about, source=text))
    file.unlink()
    with pytest.raises(error) as raised:
        start(tmp_path)
    assert raised.value.__notes__ == [str(plan_folder(tmp_path))]


# ---- a later start


def test_it_begins_with_the_last_good_plan_and_reports_a_file_that_differs(tmp_path: Path) -> None:
    PlanFile(plan_folder(tmp_path)).write(in_force(7).about)

    same, said = events(tmp_path, written(tmp_path, TOML))
    assert (same.about.version, said) == (7, [])

    other, said = events(tmp_path, written(tmp_path, OTHER))
    assert (other.about.version, other.about.source, said) == (7, TOML, ["plan_file_differs"])


def test_a_file_that_cannot_be_used_keeps_nobody_from_starting(tmp_path: Path) -> None:
    PlanFile(plan_folder(tmp_path)).write(in_force(7).about)

    plan, said = events(tmp_path, written(tmp_path, "["))

    assert (plan.about.version, said) == (7, ["plan_file_unusable"])


def test_without_a_database_a_file_that_differs_is_the_next_version(tmp_path: Path) -> None:
    PlanFile(plan_folder(tmp_path)).write(in_force(7).about)

    assert start(tmp_path, written(tmp_path, TOML), "none")[0].about.version == 7
    assert start(tmp_path, written(tmp_path, OTHER), "none")[0].about.version == 8
    assert start(tmp_path, dsn="none")[0].about.source == OTHER


def test_without_a_database_a_file_with_errors_does_not_replace_the_last_good_plan(tmp_path: Path) -> None:
    PlanFile(plan_folder(tmp_path)).write(in_force(7).about)

    plan, said = events(tmp_path, written(tmp_path, BROKEN), "none")

    assert (plan.about.version, said) == (7, ["plan_file_unusable"])


def test_a_full_disk_keeps_nobody_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, octets: bytes) -> None:
        raise SecretsUnusable(f"cannot use {path}: No space left on device")

    PlanFile(plan_folder(tmp_path)).write(in_force(7).about)
    monkeypatch.setattr("telephony.archive.plan_file.replace_file", refuse)

    assert events(tmp_path)[1] == []  # it is there already
    plan, said = events(tmp_path / "new", written(tmp_path, OTHER))

    assert (plan.about.source, said) == (OTHER, ["plan_not_on_disk"])


def test_a_damaged_plan_on_disk_gives_way_to_the_file(tmp_path: Path) -> None:
    PlanFile(plan_folder(tmp_path)).write(in_force(7).about)
    (plan_folder(tmp_path) / "current.json").write_bytes(b"{")

    plan, said = events(tmp_path, written(tmp_path, TOML))

    assert (plan.about.version, said) == (0, ["plan_on_disk_damaged"])


def test_a_plan_that_this_program_refuses_gives_way_to_the_file_or_stops_the_start(tmp_path: Path) -> None:
    PlanFile(plan_folder(tmp_path)).write(replace(in_force(7).about, source=BROKEN))

    with pytest.raises(PlanRefused):
        start(tmp_path)
    plan, said = events(tmp_path, written(tmp_path, TOML))
    assert (plan.about.source, said) == (TOML, ["plan_on_disk_unusable"])


# ---- a node that has lost its disk


def test_the_plan_comes_from_the_database_when_there_is_no_other(tmp_path: Path, postgres: Postgres) -> None:
    dsn = postgres.dsn(postgres.new_database())
    about = in_force().about

    async def fill() -> None:
        database = Database({"dsn": dsn})
        await database.open()
        first = NewVersion(about.digest, "eva", "höst", about.document, "")
        later = NewVersion("d", "eva", "vinter", "{}", "", valid_from=MADE_AT + timedelta(days=1))
        await PlanStore(database).add(first, later, expected=0)
        await database.close()

    with pytest.raises(ConfigError, match="no plan in"):
        start(tmp_path, dsn=dsn)
    asyncio.run(fill())

    first = begin(tmp_path, dsn=dsn)
    plan = first.plan

    assert first.where == "the database (eva: höst)"
    assert (plan.about.version, plan.about.author, plan.about.digest) == (1, "eva", about.digest)
    assert PlanFile(plan_folder(tmp_path)).read() == plan.about


def test_a_database_that_cannot_be_asked_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no plan in .*; and the database cannot be asked: "):
        start(tmp_path, dsn=f"postgresql://nobody@/nothing?host={tmp_path}")


# ---- what waits for its time

TURN = MADE_AT + timedelta(days=1)
FEWER = in_force(8, groups=GROUPS.replace('["amina", "bengt"]', '["amina"]')).about


def left_waiting(folder: Path, **changed: str) -> PlanVersion:
    """A node stopped while version 8 waited, version 7 in force."""
    waits = replace(replace(FEWER, valid_from=TURN), **changed)  # type: ignore[arg-type]
    PlanFile(plan_folder(folder)).write(in_force(7).about)
    PlanFile(plan_folder(folder), PENDING).write(waits)
    return waits


def test_a_start_before_its_time_goes_on_waiting(tmp_path: Path) -> None:
    waits = left_waiting(tmp_path)

    first = begin(tmp_path, now=TURN - timedelta(seconds=1))

    assert first.plan.about.version == 7
    assert first.pending is not None and first.pending.about == waits
    assert first.pending.ready is not None and first.pending.ready.tables.version == 8


def test_a_start_after_its_time_begins_with_it(tmp_path: Path) -> None:
    waits = left_waiting(tmp_path)

    first = begin(tmp_path, now=TURN)

    assert (first.plan.about, first.pending) == (waits, None)
    assert PlanFile(plan_folder(tmp_path)).read() == waits
    assert begin(tmp_path, now=TURN - timedelta(hours=1)).plan.about == waits  # though the clock was set back


def test_what_cannot_be_used_when_its_time_has_come_does_not_replace_what_can(tmp_path: Path) -> None:
    left_waiting(tmp_path, source=BROKEN)

    with capture_logs() as log:
        first = begin(tmp_path, now=TURN)
        waiting = begin(tmp_path, now=TURN - timedelta(seconds=1))

    assert (first.plan.about.version, first.pending) == (7, None)
    assert [line["event"] for line in log] == ["plan_version_unusable"] * 2
    assert waiting.pending is not None and waiting.pending.ready is None


def test_it_is_checked_as_of_the_day_on_which_it_comes_into_force(tmp_path: Path) -> None:
    past = '[calendars.kort]\nopen = "always"\ndeviations = [{ date = 2026-11-25, note = "Flytt" }]\n'
    left_waiting(tmp_path, source=str(PlanText(more=past)))
    checked = begin(tmp_path, now=MADE_AT).pending

    assert checked is not None and checked.ready is not None  # a deviation that is past is a warning


def test_a_damaged_file_of_what_waits_is_told_and_no_more(tmp_path: Path) -> None:
    left_waiting(tmp_path)
    (plan_folder(tmp_path) / PENDING).write_bytes(b"{")

    with capture_logs() as log:
        first = begin(tmp_path, now=TURN)

    assert (first.plan.about.version, first.pending) == (7, None)
    assert {line["event"] for line in log} == {"plan_on_disk_damaged"}


def test_without_a_database_a_file_that_is_newer_than_what_waits_counts(tmp_path: Path) -> None:
    left_waiting(tmp_path)
    file = written(tmp_path, str(PlanText(groups=GROUPS.replace('["amina", "bengt"]', '["bengt"]'))))

    with capture_logs() as log:
        first = begin(tmp_path, file, "none")

    assert (first.plan.about.version, first.pending) == (8, None)
    assert "plan_pending_overtaken" in [line["event"] for line in log]


def test_commands_read_what_a_start_would_begin_with(tmp_path: Path) -> None:
    left_waiting(tmp_path)

    assert offline_plan(tmp_path, None, TURN - timedelta(seconds=1))[1] == 7
    assert offline_plan(tmp_path, None, TURN)[1] == 8
    left_waiting(tmp_path, document="{}")
    assert offline_plan(tmp_path, None, TURN)[1] == 7


# ---- commands that read


def test_a_plan_that_commands_cannot_read_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, "[")

    with pytest.raises(PlanInvalid) as raised:
        offline_plan(tmp_path, None)

    assert raised.value.__notes__ == [str(file)]


def test_commands_read_the_plan_in_force_unless_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no plan in"):
        offline_plan(tmp_path, None)
    file = written(tmp_path, OTHER)
    assert offline_plan(tmp_path, None)[1] == 0

    PlanFile(plan_folder(tmp_path)).write(in_force(7).about)

    assert offline_plan(tmp_path, None) == (in_force().plan, 7)
    assert len(offline_plan(tmp_path, file)[0].groups["kc"].members) == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, TOML)
    file.unlink()
    file.symlink_to(tmp_path / "loop")
    (tmp_path / "loop").symlink_to(file)

    with pytest.raises((PlanUnreadable, ConfigError)):
        offline_plan(tmp_path, file)
