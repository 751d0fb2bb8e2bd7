import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from routing.load import load_plan
from telephony import simulator_child
from telephony.simulate.history import call_of
from telephony.simulate.values import Options, SimulatedCall, Staff
from telephony.simulator_child import CALLS, ENDING, JOB, Calls, Job, simulate
from tests.support.plans import MAIN, PlanText, tables_of
from tests.support.simulated import DAY, made_day

PLAN = str(PlanText())
LOAD = {"date": "2026-12-07", "calls": {MAIN: 20}, "profile": {"08:00": 1}}


def job(folder: Path, text: str = PLAN, **more: Any) -> Job:
    given: dict[str, Any] = {"toml": True, "options": Options(*DAY), "load": False, **more}
    return Job(text=text, today=date(2026, 11, 25), prompts=("closed",), journal=str(folder), **given)


def of_day() -> list[SimulatedCall]:
    return [call_of(record) for record in made_day(tables_of(), 40.0)]


def problem(folder: Path, calls: Sequence[SimulatedCall] = (), **more: Any) -> tuple[str, str, str]:
    ending, found = simulate(job(folder, **more), [Calls(list(calls), {})])
    assert found is None
    return ending.problem, ending.faults[0].path, ending.faults[0].allowed


def test_calls_come_in_any_order_and_in_pieces(tmp_path: Path) -> None:
    calls = of_day()
    pieces = [Calls(calls[20:], {"x": 1}), Calls(calls[:20][::-1], {"x": 2, "y": 1})]

    ending, found = simulate(job(tmp_path), pieces)

    assert ending.problem == "" and found is not None
    assert (found.now.calls, found.different_count, dict(found.left_out)) == (len(calls), 0, {"x": 3, "y": 1})


def test_a_plan_and_a_load_come_together(tmp_path: Path) -> None:
    as_toml = json.dumps({"plan": PLAN, "load": LOAD})
    as_object = json.dumps({"plan": json.loads(_as_json()), "load": LOAD})

    found = [simulate(job(tmp_path, text, load=True), ())[1] for text in (as_toml, as_object)]

    assert found[0] == found[1] is not None


def _as_json() -> str:
    return load_plan(PLAN).model_dump_json()


def test_what_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    assert problem(tmp_path, text="[numbers]")[:2] == ("plan_invalid", "municipality")
    refused = problem(tmp_path, text=PLAN.replace('group = "kc"', 'group = "nix"'))
    assert refused[0] == "plan_refused" and refused[1].startswith(f"numbers.{MAIN}")
    assert problem(tmp_path, options=Options(*DAY, staff=Staff.LOG))[:2] == ("refused", "?staff")
    too_many = json.dumps({"plan": PLAN, "load": {**LOAD, "calls": {MAIN: 50_000, "08-53061201": 9}}})
    assert problem(tmp_path, text=too_many, load=True)[:2] == ("refused", "/load/calls")


@pytest.mark.parametrize(
    "text",
    ["{", "[" * 100_000, "[]", "{}", json.dumps({"plan": PLAN, "load": {}}), json.dumps({"plan": PLAN})],
)
def test_a_body_that_is_no_load_is_said(tmp_path: Path, text: str) -> None:
    assert problem(tmp_path, text=text, load=True)[:2] == ("refused", "/load")


def test_the_process_is_polite_and_bounded_and_answers(tmp_path: Path) -> None:
    calls = of_day()
    lines = [JOB.dump_json(job(tmp_path)), CALLS.dump_json(Calls(calls, {}))]

    done = _process(b"\n".join(lines) + b"\n", "print()\nprint(os.nice(0))")

    head, body, nice = done.stdout.splitlines()
    assert ENDING.validate_json(head).problem == ""
    assert json.loads(body)["now"]["calls"] == len(calls)
    assert nice == b"19"


def test_what_breaks_it_is_told_without_a_callers_number(tmp_path: Path) -> None:
    spoilt = replace(of_day()[0], caller="+46701740699")
    line = CALLS.dump_json(Calls([spoilt], {})).replace(b'"origin":"trunk"', b'"origin":"moon"')

    done = _process(JOB.dump_json(job(tmp_path)) + b"\n" + line + b"\n")

    assert done.returncode == 1
    assert b"simulator_child.py" in done.stderr and b"ValidationError" in done.stderr
    assert b"+4670174" not in done.stderr


def _process(given: bytes, afterwards: str = "") -> "subprocess.CompletedProcess[bytes]":
    code = f"import os\nfrom telephony.simulator_child import main\nmain()\n{afterwards}"
    where = {**os.environ, "PYTHONPATH": str(Path(simulator_child.__file__).parent.parent)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, input=given, capture_output=True, env=where, check=False)
