import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from routing.override import Override
from telephony.cli_time import clock
from tests.support.administration import SOURCE, Town
from tests.support.command_line import refused, run, served
from tests.support.plans import MAIN

MAIN_SHOWN = "08-530 610 00"
WEEK = ("--from", "2026-12-21", "--to", "2026-12-27")


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A service runs."""
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        yield desk.town


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No service runs, but there is a plan in the data folder."""
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    file = tmp_path / "plan.toml"
    file.write_text(SOURCE, "utf-8")
    return file


def test_numbers_are_shown_as_they_are_now(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    until = town.now + timedelta(hours=1)
    town.set_overrides[MAIN] = Override(False, until, "Fire drill", "Anna")

    lines = run(capsys, "numbers")[0].splitlines()
    shown = json.loads(run(capsys, "numbers", "--json")[0])["numbers"]

    (main,) = [line for line in lines if line.startswith(MAIN_SHOWN)]
    assert main.split() == [
        *MAIN_SHOWN.split(), "Kontaktcenter", "closed", "until", *clock(until).split(), "Fire", "drill",
        f"(overrides.{MAIN})",
    ]  # fmt: skip
    assert [row["number"] for row in shown] == sorted(town.tables.numbers)
    assert [row["open"] for row in shown if row["number"] == MAIN] == [False]


def test_without_a_service_the_plan_on_disk_speaks_and_says_so(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = run(capsys, "numbers")
    by_file, nothing = run(capsys, "numbers", "--plan", str(plan))

    assert f"{MAIN_SHOWN}  Kontaktcenter  open " in out
    assert err.startswith("vaxeln: no Växeln answers at ")
    assert err.endswith("; this is by the plan on disk, without overrides\n")
    assert (by_file, nothing) == (out, "")


def test_hours_are_the_services_own(town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "same.toml"
    file.write_text(SOURCE, "utf-8")
    asked = ("hours", "08-53061300", *WEEK)

    assert run(capsys, *asked) == run(capsys, *asked, "--plan", str(file))
    assert run(capsys, *asked, "--json") == run(capsys, *asked, "--json", "--plan", str(file))
    assert "there is no number +46812345678" in refused(capsys, "hours", "0812345678", *WEEK)


def test_hours_without_a_service_are_those_of_the_plan(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = run(capsys, "hours", "08-53061300", *WEEK)

    assert out.startswith("Socialtjänst, 08-530 613 00\n")
    assert "the plan on disk" in err


@pytest.mark.parametrize(
    "words",
    [
        ("hours", "08-53061000", "--from", "2026-12-27", "--to", "2026-12-21"),
    ],
)
def test_what_cannot_be_understood_is_not_even_asked(
    words: tuple[str, ...], town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, *words, code=2).startswith("vaxeln: --")
