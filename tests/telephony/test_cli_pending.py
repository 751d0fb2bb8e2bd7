import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from routing.hours import STOCKHOLM
from tests.support.administration import SOURCE, Town
from tests.support.command_line import misused, refused, run, served

CHANGED = SOURCE.replace('members = ["amina", "bengt"]', 'members = ["bengt"]')
LONGER = SOURCE.replace("ring_seconds = 15", "ring_seconds = 30")
WORDS = 'groups.kc.members: now without "amina"'


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        yield desk.town


@pytest.fixture
def later(town: Town) -> str:
    """A time in some days, as it is typed."""
    return f"{(town.now + timedelta(days=9)).date()}T08:00"


def written(folder: Path, text: str) -> str:
    file = folder / "changed.toml"
    file.write_text(text, "utf-8")
    return str(file)


def apply(file: str, *more: str) -> tuple[str, ...]:
    return ("plan", "apply", file, "--reason", "Amina has left", *more)


def test_a_plan_is_dated_seen_and_withdrawn(
    town: Town, tmp_path: Path, later: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no version of the plan that waits" in refused(capsys, "plan", "pending")
    when = later.replace("T", " ")

    out, _ = run(capsys, *apply(written(tmp_path, CHANGED), "--valid-from", later))

    first, *_, last = out.splitlines()
    assert (first, last) == (WORDS, f"Version 2 comes into force at {when}.")
    assert "Group Kontaktcenter: Amina Berg leaves" in out
    assert town.waits is not None and town.waits.valid_from == datetime.fromisoformat(later).replace(
        tzinfo=STOCKHOLM
    )
    shown, *changes = run(capsys, "plan", "pending")[0].splitlines()
    assert shown.startswith(f"Version 2 comes into force at {when}, made by local:")
    assert (shown.endswith(": Amina has left"), changes) == (True, [WORDS])
    assert json.loads(run(capsys, "plan", "pending", "--json")[0])["count"] == 1
    (line,) = [line for line in run(capsys, "status")[0].splitlines() if line.startswith("pending: ")]
    assert line.startswith(f"pending: Version 2 comes into force at {when}, by local:")
    versions = run(capsys, "plan", "versions")[0].splitlines()
    assert f"     2  {when}  pending     local:" in versions[0] and "  in force    anna: " in versions[1]

    assert run(capsys, "plan", "withdraw", "--reason", "She stays")[0] == "Version 2 is withdrawn.\n"

    assert town.journalled[-1][2] == "She stays"
    assert "  withdrawn   " in run(capsys, "plan", "versions")[0].splitlines()[0]


def test_while_one_waits_it_is_said_what_becomes_of_it(
    town: Town, tmp_path: Path, later: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, *apply(written(tmp_path, CHANGED), "--valid-from", later))
    longer, when = written(tmp_path, LONGER), later.replace("T", " ")

    said = refused(capsys, *apply(longer))
    assert "A version of the plan waits for its time: version 2 by local:" in said
    assert said.endswith("Amina has left; --pending: what is to become of it: withdraw or rebase")
    told = run(capsys, *apply(longer, "--pending", "rebase"))[0].splitlines()

    assert told[0] == "groups.bygglov.ring_seconds was 15.0, is now 30.0"
    assert told[-4:] == [
        "Version 3 is in force.",
        "Version 2, which waited, is withdrawn.",
        f"In its place version 4 comes into force at {when}, and changes then:",
        WORDS,
    ]
    back = run(capsys, "plan", "rollback", "1", "--reason", "Not yet", "--pending", "withdraw")[
        0
    ].splitlines()
    assert back == [
        "Version 5 is in force: it says what version 1 says.",
        "Version 4, which waited, is withdrawn.",
    ]
    ahead = run(capsys, "plan", "rollback", "3", "--reason", "Yes", "--valid-from", later)[0]
    assert ahead == f"Version 6 comes into force at {when}: it says what version 3 says.\n"


def test_what_is_made_anew_and_changes_nothing_any_more_says_so(
    town: Town, tmp_path: Path, later: str, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = written(tmp_path, CHANGED)
    run(capsys, *apply(changed, "--valid-from", later))

    assert run(capsys, *apply(changed, "--pending", "rebase"))[0].endswith("and changes then:\nnothing\n")


def test_both_places_that_conflict_are_told(
    town: Town, tmp_path: Path, later: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, *apply(written(tmp_path, LONGER), "--valid-from", later))
    shorter = written(tmp_path, SOURCE.replace("ring_seconds = 15", "ring_seconds = 5"))

    said = refused(capsys, *apply(shorter, "--pending", "rebase"))

    assert "groups.bygglov.ring_seconds" in said
    assert "it was 15.0, waits to be 30.0, and becomes 5.0" in said
    assert len(town.stored) == 2


def test_a_version_that_this_program_cannot_use_is_told(
    town: Town, tmp_path: Path, later: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, *apply(written(tmp_path, CHANGED), "--valid-from", later))
    town.usable = False

    assert run(capsys, "plan", "pending")[0].splitlines()[1:] == [
        "This program finds errors in it, which the log tells: it will not come into force here."
    ]


def test_a_time_that_is_past_or_none_is_refused(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = written(tmp_path, CHANGED)

    assert "--valid-from 2020-01-01 is past" in refused(
        capsys, *apply(changed, "--valid-from", "2020-01-01"), code=2
    )
    assert "--valid-from soon is no time" in refused(capsys, *apply(changed, "--valid-from", "soon"), code=2)
    far = f"{(town.now + timedelta(days=402)).date()}"
    assert "?valid_from" in refused(capsys, *apply(changed, "--valid-from", far))
    assert "--pending" in misused(capsys, *apply(changed, "--pending", "keep"))
    assert len(town.stored) == 1
