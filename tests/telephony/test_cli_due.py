import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.administration import SOURCE, Town
from tests.support.command_line import misused, refused, run, served

FRIDAY = ("--since", "2026-12-18T16:00")
ASKED = ("hours", "08-53061300", "--due", "2")


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No service runs, but there is a plan in the data folder."""
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    file = tmp_path / "plan.toml"
    file.write_text(SOURCE, "utf-8")
    return file


@pytest.fixture
def town(plan: Path, tmp_path: Path) -> Iterator[Town]:
    """A service runs, with that plan."""
    with served(tmp_path) as desk:
        yield desk.town


def test_two_working_days_of_a_friday_end_on_tuesday(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = run(capsys, *ASKED, *FRIDAY)

    assert out.splitlines() == [
        "08-530 613 00: 2 working days from 2026-12-18 16:00 end 2026-12-22 23:59:59",
        "counted: 2026-12-21, 2026-12-22",
    ]
    assert "the plan on disk" in err


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_the_service_says_what_the_plan_does(
    form: tuple[str, ...], town: Town, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_service, silence = run(capsys, *ASKED, *FRIDAY, *form)

    assert silence == ""
    assert by_service == run(capsys, *ASKED, *FRIDAY, *form, "--plan", str(plan))[0]


def test_it_counts_from_now(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(capsys, "hours", "08-53061300", "--due", "1", "--json")[0])
    now = datetime.now(UTC)

    assert abs(datetime.fromisoformat(told["since"]) - now) < timedelta(minutes=1)
    assert datetime.fromisoformat(told["due"]) > now
    assert len(told["working_days"]) == 1
    out, _ = run(capsys, "hours", "08-53061300", "--due", "1")
    assert ": 1 working day from " in out


@pytest.mark.parametrize("days", ["0", "61", "-1", "2.5", "två", "２", "9999999999999999999999"])
def test_what_is_no_number_of_days_is_refused(
    days: str, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "allowed: from 1 to 60" in misused(capsys, "hours", "08-53061300", f"--due={days}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*ASKED, "--year", "2027"), "--due goes with"),
        ((*ASKED, "--from", "2026-12-21"), "--due goes with"),
        ((*ASKED, "--svg"), "--due goes with"),
        (("hours", "08-53061300", "--year", "2027", *FRIDAY), "--since goes with --due"),
    ],
)
def test_what_does_not_go_together_is_refused(
    words: tuple[str, ...], said: str, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in misused(capsys, *words)


def test_what_cannot_be_understood_is_refused(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--since friday is no time" in refused(capsys, *ASKED, "--since", "friday", code=2)
    assert "NUMBER 'hemligt' is no number" in refused(capsys, "hours", "hemligt", "--due", "2", code=2)


def test_a_number_that_the_plan_lacks_is_refused(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no number +46812345678" in refused(capsys, "hours", "0812345678", "--due", "2")
