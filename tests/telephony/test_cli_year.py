import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.administration import SOURCE, Town
from tests.support.command_line import misused, refused, run, served

ASKED = ("hours", "08-53061300", "--year", "2027")


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


def test_a_year_is_shown_on_the_terminal(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = run(capsys, *ASKED)
    title, _, head, january, *_ = out.splitlines()

    assert title == "Socialtjänst, 08-530 613 00"
    assert head.startswith("2027  Mo Tu We")
    assert january.startswith("Jan ")
    assert "the plan on disk" in err


@pytest.mark.parametrize("form", [(), ("--json",), ("--svg",), ("--html",)])
def test_the_service_shows_what_the_plan_does(
    form: tuple[str, ...], town: Town, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_service, silence = run(capsys, *ASKED, *form)

    assert silence == ""
    assert by_service == run(capsys, *ASKED, *form, "--plan", str(plan))[0]


def test_forms_are_what_they_are_called(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (*ASKED, "--plan", str(plan))

    assert json.loads(run(capsys, *asked, "--json")[0])["number"] == "+46853061300"
    assert ElementTree.fromstring(run(capsys, *asked, "--svg")[0]).tag.endswith("svg")
    assert run(capsys, *asked, "--html")[0].startswith("<!doctype html>")


@pytest.mark.parametrize("year", ["1999", "2200", "27", "nästa", "２０２７"])
def test_what_is_no_year_is_refused(year: str, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "allowed: from 2000 to 2199" in refused(capsys, "hours", "08-53061300", "--year", year, code=2)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--from", "2026-12-21"),
        ("--year", "2027", "--to", "2027-01-01"),
        ("--from", "2026-12-21", "--to", "2026-12-22", "--svg"),
        ("--html",),
    ],
)
def test_hours_are_of_a_year_or_of_days(
    words: tuple[str, ...], plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "either --from and --to, or --year, or --due" in misused(capsys, "hours", "08-53061300", *words)


def test_one_form_at_a_time(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "give one of" in misused(capsys, *ASKED, "--json", "--svg")


def test_a_number_that_the_plan_lacks_is_refused(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no number +46812345678" in refused(capsys, "hours", "0812345678", "--year", "2027")
