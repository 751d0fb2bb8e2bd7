"""`make run`: with which plan it starts the service. `make test`: every test, in two runs at a time."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = "deploy/botkyrka.toml"


def started(tmp_path: Path, *variables: str) -> list[str]:
    """What `make run` says; in place of the service runs what tells how it was called."""
    program = tmp_path / "bin" / "vaxeln"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$*"\n')
    program.chmod(0o755)
    return subprocess.run(
        ["make", "-s", "run", "READY=", f"BIN={program.parent}", *variables],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "VAXELN_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout.splitlines()


def test_without_any_plan_it_begins_with_the_example_and_says_so(tmp_path: Path) -> None:
    said, called = started(tmp_path)

    assert f"no plan in {tmp_path}/data yet: this starts with the example {EXAMPLE}" in said
    assert called == f"serve --plan {EXAMPLE}"


@pytest.mark.parametrize("there", ["plan.toml", "plan", "journal"])
def test_where_there_is_one_or_has_been_the_service_chooses(tmp_path: Path, there: str) -> None:
    (tmp_path / "data" / there).mkdir(parents=True)

    assert started(tmp_path) == ["serve"]


def test_a_plan_that_is_named_is_taken(tmp_path: Path) -> None:
    assert started(tmp_path, "PLAN=town.toml") == ["serve --plan town.toml"]


@pytest.mark.parametrize("failing", ["", "tests/interop", "tests --ignore=tests/interop"])
def test_both_runs_of_the_tests_are_made_and_each_can_fail(tmp_path: Path, failing: str) -> None:
    runs = {"-m pytest -q tests/interop", "-m pytest -q tests --ignore=tests/interop"}
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\necho "ran $*"\n[ "$*" != "-m pytest -q {failing}" ]\n')
    program.chmod(0o755)

    made = subprocess.run(
        ["make", "-s", "test", "READY=", f"BIN={tmp_path}"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert {line.removeprefix("ran ") for line in made.stdout.splitlines() if "ran " in line} == runs
    assert (made.returncode != 0) == bool(failing)
