import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from routing.override import Override
from telephony.cli_diff import diff_lines
from tests.support.administration import SOURCE, Town
from tests.support.command_line import refused, run, served
from tests.support.plans import BYGGLOV, FORSKOLA, MAIN

LUNCH = SOURCE.replace('tue = ["08:00-16:30"] }', 'tue = ["08:00-12:00", "13:00-16:30"] }')
PLACE = 'calendars.kontorstid.weekly.tue: now without "08:00-16:30" and with "08:00-12:00", "13:00-16:30"'


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        yield desk.town


@pytest.fixture
def lunch(tmp_path: Path) -> Path:
    """A plan with an hour for lunch on Tuesdays."""
    return written(tmp_path / "lunch.toml", LUNCH)


def written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


def test_a_file_is_compared_with_the_plan_in_force(
    town: Town, lunch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = run(capsys, "plan", "diff", str(lunch))[0].splitlines()

    assert lines[:2] == [PLACE, ""]
    assert re.fullmatch(r"1 number opens or closes at another time, from [-0-9: ]+ to [-0-9: ]+:", lines[2])
    assert lines[3] == "08-530 613 00 Socialtjänst"
    assert lines[4].startswith("  closes 12:00-13:00 every Tuesday from ")
    assert lines[4].endswith(
        "will be closed outside 08:00-12:00, 13:00-16:30 (calendars.kontorstid.weekly.tue)"
    )
    assert len(lines) == 5

    found = json.loads(run(capsys, "plan", "diff", str(lunch), "--json")[0])
    assert (found["count"], found["hours"]["calendars"]) == (1, 1)


def test_what_says_the_same_is_told_so(town: Town, lunch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = written(lunch.with_name("same.toml"), f"# a comment\n{SOURCE}")

    assert run(capsys, "plan", "diff", str(same))[0] == f"{same} says what the plan in force says.\n"
    assert run(capsys, "plan", "diff", "1", "1")[0] == "version 1 says what version 1 says.\n"


def test_versions_and_files_are_compared_in_any_order(
    town: Town, lunch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = written(lunch.with_name("same.toml"), SOURCE)
    run(capsys, "plan", "apply", str(lunch), "--reason", "Lunch")

    def first(*names: object) -> str:
        return run(capsys, "plan", "diff", *map(str, names))[0].splitlines()[0]

    back = 'calendars.kontorstid.weekly.tue: now without "08:00-12:00", "13:00-16:30" and with "08:00-16:30"'
    assert first(1, 2) == first(1, lunch) == first(same, lunch) == first(same, 2) == PLACE
    assert first(1) == first(lunch, 1) == first(2, 1) == back
    assert first(lunch, 2) == f"version 2 says what {lunch} says."


def test_a_plan_as_json_is_a_file_too(town: Town, lunch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = written(lunch.with_name("lunch.json"), run(capsys, "plan", "show", "--json")[0])

    assert run(capsys, "plan", "diff", str(document), str(lunch))[0].splitlines()[0] == PLACE


def test_numbers_and_groups_are_told(town: Town, lunch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = SOURCE.replace('destination = { group = "bygglov" }', 'destination = { group = "kc" }').replace(
        'bygglov = { name = "Bygglov"', 'bygg = { name = "Bygg"'
    )
    changed += (
        f'[numbers."{FORSKOLA}"]\nfunction = "Förskola"\ncalendar = "alltid"\ndestination.group = "bygg"\n'
    )
    file = written(lunch, changed)

    lines = run(capsys, "plan", "diff", str(file))[0].splitlines()

    assert "08-530 612 01 Bygglov: arrived: to group kc instead of to group bygglov" in lines
    assert lines[lines.index("08-530 614 00 Förskola is new") + 3] == "  arrived: to group bygg"
    assert "Group Bygg is new: David Holm joins, Elif Yilmaz joins" in lines
    assert "Group Bygglov is gone" in lines
    gone = run(capsys, "plan", "diff", str(file), "1")[0].splitlines()
    assert "08-530 614 00 Förskola is gone" in gone


def test_a_plan_with_errors_says_them(town: Town, lunch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(lunch, SOURCE.replace('calendar = "kontorstid"', 'calendar = "nowhere"'))

    lines = run(capsys, "plan", "diff", str(lunch))[0].splitlines()

    assert lines[0].endswith('was "kontorstid", is now "nowhere"')
    assert lines[1].startswith("What this means for numbers, groups and hours is not known")
    assert lines[2].startswith("  error: numbers.+46853061300.calendar: ")


def test_an_override_that_holds_meanwhile_is_told(
    town: Town, lunch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    override = Override(open=False, until=town.now + timedelta(hours=1), reason="Test", owner="Anna")
    town.set_overrides |= {"": override, MAIN: override, BYGGLOV: override}
    written(lunch, SOURCE.replace('alltid = { open = "always" }', 'alltid = { open = "never" }'))

    lines = run(capsys, "plan", "diff", str(lunch))[0].splitlines()

    assert [line.partition(" until")[0] for line in lines[-3:]] == [
        "An override holds all numbers closed",
        "An override holds 08-530 610 00 closed",
        "An override holds 08-530 612 01 closed",
    ]
    assert lines[-1].endswith(", whatever a plan says.")


def test_what_is_left_out_is_counted() -> None:
    hours = {
        "start": "2026-11-26T09:00:00Z",
        "end": "2027-12-31T09:00:00Z",
        "numbers": [MAIN, BYGGLOV, FORSKOLA],
        "told": [{"who": "Kontaktcenter", "numbers": [MAIN], "words": ["closes"], "more": 2}],
    }
    diff = {
        **dict.fromkeys(("changes", "numbers", "groups", "errors", "overrides"), ()),
        **{"count": 3, "number_count": 4, "group_count": 5, "hours": hours},
    }

    assert diff_lines(diff) == [
        "and 3 more places",
        "",
        "and 4 more numbers",
        "and 5 more groups",
        "",
        "3 numbers open or close at another time, from 2026-11-26 10:00 to 2027-12-31 10:00:",
        "Kontaktcenter",
        "  closes",
        "  and 2 more changes",
        "and 2 more numbers",
    ]


def test_what_cannot_be_read_is_named(town: Town, lunch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = written(lunch.with_name("broken.toml"), "[municipality]\n")

    assert "no version 9" in refused(capsys, "plan", "diff", "9")
    assert "no version 9" in refused(capsys, "plan", "diff", str(lunch), "9")
    assert "cannot read the plan missing.toml" in refused(capsys, "plan", "diff", "missing.toml", code=2)
    _, said = run(capsys, "plan", "diff", str(broken), str(lunch), code=1)
    assert str(broken) in said
