"""The commands that read, used as people use them: by `main`, with their output looked at."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from routing.decision import Decision, Kind, Origin
from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.archive.lock import JournalLock
from telephony.call import facts as f
from telephony.call.registry import FACTS
from telephony.cli import main
from tests.support.switchboard import EPOCH

PLAN = "deploy/botkyrka.toml"
CALLER = "+46701740605"


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path / "data"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """One command: its output and what it complains of."""
    assert main(arguments) == code
    said = capsys.readouterr()
    return said.out, said.err


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(run(capsys, *arguments, "--json")[0])


# ---- plan check


def test_a_good_plan_is_said_to_be_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "plan", "check", PLAN)[0] == f"{PLAN}: 0 errors, 0 warnings\n"
    assert run_json(capsys, "plan", "check", PLAN) == {"ok": True, "complete": True, "problems": []}


def test_every_error_of_a_plan_is_told_with_its_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(Path(PLAN).read_text("utf-8").replace('calendar = "telefontider"', 'calendar = "nowhere"'))

    out, err = run(capsys, "plan", "check", str(bad), code=1)

    assert "nowhere" in out + err
    assert "numbers.+46853061000.calendar" in out + err


def test_what_is_no_plan_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("numbers = [")

    out, _ = run(capsys, "plan", "check", str(bad), code=1)

    assert "TOML" in out
    assert out.endswith(f"{bad}: 1 error, 0 warnings; not checked further until these are corrected\n")
    assert json.loads(run(capsys, "plan", "check", str(bad), "--json", code=1)[0])["complete"] is False


# ---- hours


def test_hours_follow_each_other_without_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    shown = run_json(
        capsys, "hours", "08-53061000", "--plan", PLAN, "--from", "2026-03-27", "--to", "2026-03-30"
    )

    spans = shown["spans"]
    assert spans[0]["from"] == "2026-03-27T00:00:00+01:00"
    assert spans[-1]["to"] == "2026-03-31T00:00:00+02:00"
    assert all(one["to"] == two["from"] for one, two in pairwise(spans))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("08-53061000", "--from", "2026-02-30", "--to", "2026-03-01"), "--from"),
        (("08-53061000", "--from", "2026-03-02", "--to", "2026-03-01"), "--to"),
        (("08-53061000", "--from", "2026-01-01", "--to", "2190-01-01"), "--to"),
    ],
)
def test_bad_hours_are_refused_in_a_line(
    capsys: pytest.CaptureFixture[str], arguments: Sequence[str], problem: str
) -> None:
    _, err = run(capsys, "hours", *arguments, "--plan", PLAN, code=2)

    assert problem in err
    assert "Traceback" not in err


def test_a_number_that_the_plan_lacks_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    period = ("--from", "2026-03-01", "--to", "2026-03-02")

    _, err = run(capsys, "hours", "08-12345678", *period, "--plan", PLAN, code=1)

    assert "08-12345678 is not in the plan; it has" in err


# ---- calls


def test_without_a_journal_it_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = run(capsys, "calls", code=1)

    assert "journal" in err


def _call(call: str, *, protected: bool) -> list[f.Fact]:
    arrived = f.CallArrived(
        at=EPOCH, call=call, leg=f"{call}.0", origin=Origin.TRUNK, origin_name="operator", caller=CALLER,
        dialled="+46853061300", sip_call_id=f"sip-{call}",
    )  # fmt: skip
    decision = Decision(
        kind=Kind.RING, number="+46853061300", function="Socialtjänst", protected=protected, plan_version=1
    )
    return [
        arrived,
        f.RouteDecided(at=EPOCH, call=call, decision=decision, talk_limit=0.0),
        f.CallEnded(
            at=EPOCH + timedelta(seconds=12),
            call=call,
            outcome=f.Outcome.ABANDONED,
            ended_by=f.EndedBy.CALLER,
        ),
    ]


def _write(data: Path, facts: Sequence[f.Fact]) -> None:
    journal: Journal[f.Fact] = Journal.open(data / "journal", Codec(FACTS), report=lambda finding: None)
    journal.append(facts)
    journal.close()


def test_calls_are_told_in_lines_and_as_objects(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _write(tmp_path / "data", _call("one", protected=False))

    out, _ = run(capsys, "calls")
    (shown,) = run_json(capsys, "calls")["calls"]

    assert "070-174 06 05 called Socialtjänst" in out
    assert "abandoned after 12.0 s" in out
    assert (shown["caller"], shown["outcome"], shown["waiting_seconds"]) == (
        "070-174 06 05",
        "abandoned",
        12.0,
    )


def test_a_call_is_in_progress_only_while_a_service_has_the_journal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _write(tmp_path / "data", _call("one", protected=False)[:-1])

    assert "  in progress when the service died\n" in run(capsys, "calls")[0]
    lock = JournalLock(tmp_path / "data" / "journal")
    assert "  in progress\n" in run(capsys, "calls")[0]
    lock.release()


def test_who_calls_a_protected_number_is_masked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _write(tmp_path / "data", _call("one", protected=True))

    out, _ = run(capsys, "calls")
    as_json, _ = run(capsys, "calls", "--json")

    for text in (out, as_json):
        assert "maskerat" in text
        assert "174" not in text


def test_a_plan_that_cannot_be_used_is_told_with_every_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('[municipality]\nname = "x"\nmain_number = "12"\n', "utf-8")

    _, err = run(capsys, "explain", "0853061000", "--plan", str(bad), code=1)

    heading, *errors = err.splitlines()
    assert heading == f"vaxeln: the plan {bad} cannot be used:"
    assert errors[0].startswith("  municipality.main_number = '12': must be E.164")
    assert errors[1] == "  groups: must be given"
