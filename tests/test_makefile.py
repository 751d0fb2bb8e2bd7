"""`make run`: with which plan it starts the service. `make test`, `make check`: all that there is."""

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


RUNS = {"pytest -q tests/interop", "pytest -q tests --ignore=tests/interop"}
CHECKS = {
    "ruff check",
    "ruff format",
    "mypy",
    "pytest -q tests/test_architecture.py",
    "coverage run",
    "coverage report",
}


def made(tmp_path: Path, goal: str, failing: str) -> tuple[set[str], bool]:
    """Of these runs and checks, which `make` makes when one fails, and whether it says so."""
    for name in ("python", "ruff", "coverage", "mypy"):
        program = tmp_path / name
        program.write_text(
            f'#!/bin/sh\ncalled="{name} $*"; called=${{called#python -m }}; echo "ran $called"\n'
            f'case "$called" in "{failing or "nothing"}"*) exit 1; esac\n'
        )
        program.chmod(0o755)
    done = subprocess.run(
        ["make", "-s", *goal.split(), "READY=", f"BIN={tmp_path}"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    ran = [line.removeprefix("ran ") for line in done.stdout.splitlines() if line.startswith("ran ")]
    return {
        part for part in RUNS | CHECKS if any(line.startswith(part) for line in ran)
    }, done.returncode == 0


@pytest.mark.parametrize("failing", ["", *sorted(RUNS)])
def test_both_runs_of_the_tests_are_made_and_each_can_fail(tmp_path: Path, failing: str) -> None:
    assert made(tmp_path, "test", failing) == (RUNS, not failing)


@pytest.mark.parametrize("failing", ["", *sorted(CHECKS)])
def test_every_check_can_fail(tmp_path: Path, failing: str) -> None:
    ran, is_well = made(tmp_path, "check", failing)

    assert is_well == (not failing)
    assert failing or ran == CHECKS


def test_what_must_hold_before_a_change_lands_is_all_of_it(tmp_path: Path) -> None:
    call = (ROOT / ".ci/run").read_text("utf-8").splitlines()[-1]

    variables, _, goals = call.partition(" make ")
    assert variables == "REQUIRE_PEERS=1"
    assert made(tmp_path, goals, "") == (RUNS | CHECKS, True)
