import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.admin.values import Draft, Form
from tests.support.administration import SOURCE, Town, read
from tests.support.command_line import refused, run, served

CHANGED = SOURCE.replace('members = ["amina", "bengt"]', 'members = ["bengt"]')
WORDS = 'groups.kc.members: now without "amina"\n\nGroup Kontaktcenter: Amina Berg leaves\n'


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        yield desk.town


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A plan in which a group has lost a member."""
    file = tmp_path / "changed.toml"
    file.write_text(CHANGED, "utf-8")
    return file


def apply(file: Path, *more: str) -> tuple[str, ...]:
    return ("plan", "apply", str(file), "--reason", "Amina has left", *more)


def test_the_plan_is_shown_as_it_was_given_or_as_json(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "plan", "show") == (SOURCE, "vaxeln: this is version 1 of the plan\n")
    assert run(capsys, "plan", "show", "--toml")[0] == SOURCE
    as_json = run(capsys, "plan", "show", "--json")[0]
    assert read(Draft(as_json, Form.JSON)) == read(Draft(SOURCE, Form.TOML))


def test_a_version_without_toml_is_shown_as_json(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "changed.json"
    document.write_text(read(Draft(CHANGED, Form.TOML)).model_dump_json(), "utf-8")
    assert "Version 2 is in force." in run(capsys, *apply(document))[0]

    out, err = run(capsys, "plan", "show", "2")

    assert json.loads(out)["groups"]["kc"]["members"] == ["bengt"]
    assert err == "vaxeln: this is version 2 of the plan\n"
    assert "was not given as TOML" in refused(capsys, "plan", "show", "--toml", "2")
    assert run(capsys, "plan", "show", "1")[0] == SOURCE
    assert "there is no version 7" in refused(capsys, "plan", "show", "7")


def test_a_plan_is_applied_listed_and_rolled_back(
    town: Town, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run(capsys, *apply(file))[0]
    assert out.startswith(f"{WORDS}\nNo number opens or closes at another time from ")
    assert out.endswith("\nVersion 2 is in force.\n")
    assert town.journalled[-1][2] == "Amina has left"
    assert town.journalled[-1][1].startswith("local:")
    out, _ = run(capsys, "plan", "rollback", "1", "--reason", "She is back")
    assert out == "Version 3 is in force: it says what version 1 says.\n"

    lines = run(capsys, "plan", "versions")[0].splitlines()
    assert [line.split()[0] for line in lines] == ["3", "2", "1"]
    assert lines[2].endswith("  anna: the first plan")
    newest = json.loads(run(capsys, "plan", "versions", "--json", "--last", "1")[0])["versions"]
    assert [head["version"] for head in newest] == [3]


def test_what_says_the_same_makes_no_version(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = tmp_path / "same.toml"
    same.write_text(f"# a comment\n{SOURCE}", "utf-8")

    assert run(capsys, *apply(same))[0] == f"{same} says what version 1 says: nothing was changed.\n"
    assert len(town.stored) == 1


def test_a_lost_race_is_told_with_what_to_do(
    town: Town, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, *apply(file))
    file.write_text(SOURCE, "utf-8")

    said = refused(capsys, *apply(file, "--if-version", "1"))

    assert said.startswith(
        "vaxeln: somebody else changed the plan first: not version 1 but 2 is in force, by local:"
    )
    assert said.endswith(
        f": Amina has left. Look, and try again: vaxeln plan diff {file}, "
        f"then vaxeln plan apply {file} --reason REASON --if-version 2"
    )
    assert "Version 3 is in force." in run(capsys, *apply(file, "--if-version", "2"))[0]


def test_a_race_is_lost_even_by_who_says_what_is_in_force(
    town: Town, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, *apply(file))

    assert "somebody else changed the plan first" in refused(capsys, *apply(file, "--if-version", "1"))


def test_each_refusal_is_one_line(town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad, missing = tmp_path / "bad.toml", tmp_path / "missing.toml"
    bad.write_text(SOURCE.replace('calendar = "alltid"', 'calendar = "nowhere"'), "utf-8")

    assert "cannot read the plan" in refused(capsys, *apply(missing), code=2)
    assert "nowhere" in refused(capsys, *apply(bad))
    assert "there is no version 9" in refused(capsys, "plan", "rollback", "9", "--reason", "To be sure")
    town.database_up = False
    assert "The database does not answer" in refused(capsys, "plan", "versions")
    assert len(town.stored) == 1
