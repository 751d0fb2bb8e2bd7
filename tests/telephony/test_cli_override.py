import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telephony.cli_time import clock
from tests.support.administration import Town
from tests.support.command_line import refused, run, served
from tests.support.plans import MAIN

CLOSE = ("override", "set", "08-53061000", "--closed", "--reason", "Fire drill", "--owner", "Anna")


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        yield desk.town


def test_a_number_is_closed_for_an_hour_listed_and_opened_again(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    before = datetime.now(UTC)
    out, _ = run(capsys, *CLOSE, "--until", "+1h")

    override = town.set_overrides[MAIN]
    assert timedelta(minutes=59) < override.until - before < timedelta(minutes=61)
    line = f"08-530 610 00 is closed until {clock(override.until)}: Fire drill (Anna)\n"
    assert out == line
    assert run(capsys, "override", "list")[0] == line
    assert json.loads(run(capsys, "override", "list", "--json")[0])["overrides"][0]["number"] == MAIN

    assert run(capsys, "override", "end", "08-53061000")[0] == "The override of 08-53061000 has ended.\n"
    assert run(capsys, "override", "list")[0] == "No override is in force.\n"
    assert [entry[0] for entry in town.journalled[-2:]] == ["override", "override ended"]
    assert all(entry[1].startswith("local:") for entry in town.journalled[-2:])


def test_callers_hear_the_overrides_own_announcement(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = run(capsys, *CLOSE, "--until", "+1h", "--announcement", "busy")

    assert out.endswith("Fire drill (Anna); callers hear busy\n")
    assert town.set_overrides[MAIN].announcement == "busy"
    words = ("--open", "--until", "+30m", "--reason", "Storm", "--owner", "Anna", "--announcement", "busy")
    assert "is heard only while it is closed" in refused(capsys, "override", "set", "all", *words)


def test_all_numbers_are_opened(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--open", "--until", "+30m", "--reason", "Storm", "--owner", "Anna")
    out, _ = run(capsys, "override", "set", "all", *words)

    assert out.startswith("All numbers are open until ")
    assert town.set_overrides[""].open
    assert run(capsys, "override", "end", "all")[0] == "The override of all numbers has ended.\n"


def test_each_refusal_is_one_line(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is past; give the day too" in refused(capsys, *CLOSE, "--until", "2020-01-01", code=2)
    assert "at most 31 days ahead" in refused(capsys, *CLOSE, "--until", "+40d")
    assert "there is no override of +46853061000" in refused(capsys, "override", "end", MAIN)
    assert "NUMBER 'abc' is no number" in refused(capsys, "override", "end", "abc", code=2)
    unknown = [*CLOSE, "--until", "+1h"]
    unknown[2] = "0812345678"
    assert "there is no number +46812345678 in the plan" in refused(capsys, *unknown)
    assert town.set_overrides == {}


@pytest.mark.parametrize("left_out", ["--closed", "--until", "--reason", "--owner"])
def test_everything_is_demanded(left_out: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*CLOSE, "--until", "+1h"]
    at = words.index(left_out)
    del words[at : at + (1 if left_out == "--closed" else 2)]

    with pytest.raises(SystemExit) as ended:
        run(capsys, *words)

    assert ended.value.code == 2


def test_without_a_service_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))

    assert "no Växeln answers at " in refused(capsys, *CLOSE, "--until", "+1h")
