from pathlib import Path

import pytest

from tests.support.administration import SOURCE, Town
from tests.support.command_line import refused, run, served

CLOSED = "BEGIN:VEVENT\r\nSUMMARY:Flytt\r\nDTSTART;VALUE=DATE:{}\r\nEND:VEVENT\r\n"


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan whose calendar has two deviations."""
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    file = tmp_path / "changed.toml"
    days = '{ date = 2027-03-01, note = "A" }, { date = 2027-03-02, intervals = ["08:00-12:00"], note = "B" }'
    file.write_text(SOURCE.replace('holidays = "SE"', f'holidays = "SE", deviations = [{days}]'), "utf-8")
    return file


def events(plan: Path, *days: str) -> Path:
    file = plan.with_name("events.ics")
    whole = f"BEGIN:VCALENDAR\r\n{''.join(map(CLOSED.format, days))}END:VCALENDAR\r\n"
    file.write_text(whole, "utf-8", newline="")
    return file


def test_deviations_are_printed_all_or_of_some_days(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def summaries(*options: str) -> list[str]:
        out, err = run(capsys, "plan", "ical", "kontorstid", "--plan", str(plan), *options)
        assert err == ""
        return [line for line in out.splitlines() if line.startswith("SUMMARY")]

    assert summaries() == ["SUMMARY:Stängt: A", "SUMMARY:Öppet: B"]
    assert summaries("--from", "2027-03-02") == ["SUMMARY:Öppet: B"]
    assert summaries("--to", "2027-03-01") == ["SUMMARY:Stängt: A"]


def test_they_are_those_of_the_plan_in_force_or_on_disk(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(plan.parent, Town()):
        assert "VTIMEZONE" in run(capsys, "plan", "ical", "alltid")[0]
    (plan.parent / "plan.toml").write_text(plan.read_text("utf-8"), "utf-8")

    out, err = run(capsys, "plan", "ical", "kontorstid")

    assert "SUMMARY:Stängt: A" in out
    assert err.endswith("this is by the plan on disk\n")


def test_events_are_put_into_the_plans_text(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = events(plan, "20270302", "20270303")
    command = ("plan", "ical-import", "kontorstid", str(file), "--plan", str(plan))

    out, err = run(capsys, *command)

    assert '{date = 2027-03-03, note = "Flytt"}' in out.replace("intervals = [], ", "")
    assert err == "vaxeln: added: 2027-03-03\nvaxeln: replaced: 2027-03-02\n"
    assert run(capsys, *command, "--output", str(plan))[0] == ""
    assert plan.read_text("utf-8") == out
    assert "as it was: 2027-03-02, 2027-03-03" in run(capsys, *command)[1]
    assert "removed: 2027-03-01" in run(capsys, *command, "--remove-others")[1]


def test_what_cannot_be_done_is_named(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = events(plan)
    into = ("--plan", str(plan))

    assert "there is no calendar x; there are alltid, aldrig, kontorstid" in refused(
        capsys, "plan", "ical", "x", *into, code=2
    )
    assert "--from soon is no day" in refused(
        capsys, "plan", "ical", "alltid", *into, "--from", "soon", code=2
    )
    assert "no.ics: No such file" in refused(capsys, "plan", "ical-import", "alltid", "no.ics", *into)
    assert (
        run(capsys, "plan", "ical-import", "alltid", str(file), *into)[1]
        == "vaxeln: the file has no events\n"
    )
    file.write_text("hello", "utf-8")
    assert "no iCalendar" in refused(capsys, "plan", "ical-import", "alltid", str(file), *into)
