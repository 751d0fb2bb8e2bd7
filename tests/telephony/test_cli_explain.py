"""`vaxeln explain`: of a call that might come, and of one of the log."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from routing.decision import Decision, Kind
from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.call import facts as f
from telephony.call.registry import FACTS
from tests.support.administration import CALL, NOW, SOURCE, Town
from tests.support.calls import arrive
from tests.support.command_line import refused, run, served
from tests.support.plans import MAIN, SOCIAL
from tests.telephony.test_cli_read import PLAN, run_json


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A service runs."""
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        yield desk.town


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No service runs, but there are a plan and a journal with a call in the data folder."""
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    file = tmp_path / "plan.toml"
    file.write_text(SOURCE, "utf-8")
    opened: Journal[f.Fact] = Journal.open(tmp_path / "journal", Codec(FACTS), report=lambda finding: None)
    for call, number in (("old", MAIN), ("secret", SOCIAL)):
        facts: list[f.Fact] = [
            arrive(call, dialled=number),
            f.RouteDecided(at=NOW, call=call, decision=refused_with(486, number), talk_limit=0.0),
        ]
        if call == "old":
            outcome, by = f.Outcome.BUSY, f.EndedBy.SERVICE
            facts.append(f.CallEnded(at=NOW, call=call, outcome=outcome, ended_by=by))
        opened.append(facts)
    opened.close()
    return file


def refused_with(status: int, number: str) -> Decision:
    return Decision(
        kind=Kind.REJECT, number=number, status=status, outcome="busy", protected=number == SOCIAL
    )


# ---- a call that might come


def test_a_call_in_telephone_hours_goes_to_kontaktcenter(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = run(capsys, "explain", "08-53061000", "--plan", PLAN, "--at", "2026-11-24T10:00")

    assert "waits for group kontaktcenter, priority 5, at most 600 s, until 17:00" in out
    assert "0 wait, 3 of 3 free, rings all for 45 s" in out
    assert "because open 08:00-16:30" in out
    assert out.endswith(f"  by plan {PLAN}\n")


def test_half_past_four_is_closed_to_the_second(capsys: pytest.CaptureFixture[str]) -> None:
    def kind(at: str) -> object:
        return run_json(capsys, "explain", "0853061000", "--plan", PLAN, "--at", at)["kind"]

    assert kind("2026-11-24T16:29:59") == "queue"
    assert kind("2026-11-24T16:30:00") == "announce"
    assert kind("2026-11-24T15:29:59+00:00") == "queue"


def test_112_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    explained = run_json(capsys, "explain", "112", "--plan", PLAN)

    assert explained["emergency"] is True
    assert [target["member"] for target in explained["targets"]] == [
        "trunk/operator",
        "trunk/operator/2",
        "trunk/pbx",
        "trunk/pbx/2",
        "trunk/pbx/3",
    ]


@pytest.mark.parametrize("at", ["yesterday", "9999-12-31T23:59", "0001-01-01T00:00", "2026-13-01T00:00"])
def test_a_time_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], at: str) -> None:
    _, err = run(capsys, "explain", "0853061000", "--plan", PLAN, "--at", at, code=2)

    assert err.startswith("vaxeln: --at")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "words", [(), ("--from", "070-1740605"), ("--from-phone", "bygg1"), ("--at", "2026-12-23T15:05")]
)
@pytest.mark.parametrize("number", ["08-53061000", "112", "070-1740605"])
def test_a_call_is_explained_by_the_service_as_by_the_plan(
    number: str, words: tuple[str, ...], town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "same.toml"
    file.write_text(SOURCE, "utf-8")
    asked = ("explain", number, *words)

    by_service, by_file = run(capsys, *asked)[0], run(capsys, *asked, "--plan", str(file))[0]
    as_object = json.loads(run(capsys, *asked, "--json")[0])

    assert by_service.splitlines()[:-1] == by_file.splitlines()[:-1]
    assert by_service.splitlines()[-1] == "  by plan version 1"
    assert as_object == {
        **json.loads(run(capsys, *asked, "--json", "--plan", str(file))[0]),
        "plan_version": 1,
    }


def test_without_a_service_everybody_is_supposed_to_be_there(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = run(capsys, "explain", "08-53061000")

    assert "rings group kc" in out
    assert err.endswith("by the plan on disk, without overrides, as if everybody were there\n")


def test_a_phones_own_call_is_explained(
    town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "same.toml"
    file.write_text(SOURCE, "utf-8")
    asked = ("explain", "070-1740605", "--from-phone")

    assert "refused with 403" in run(capsys, *asked, "bygg1")[0]
    assert "there is no phone nobody in the plan" in refused(capsys, *asked, "nobody")
    assert "there is no phone nobody in the plan" in refused(capsys, *asked, "nobody", "--plan", str(file))


def test_it_is_told_in_swedish(town: Town, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("explain", "08-53061000", "--swedish")

    by_service, by_file = run(capsys, *asked)[0], run(capsys, *asked, "--plan", str(plan))[0]

    assert by_service.startswith("Samtalet till Kontaktcenter på 08-530 610 00 ringer i gruppen kc, ")
    assert by_service.endswith("Så säger planens version 1.\n")
    assert by_file.endswith(f"Så säger planen {plan}.\n")
    assert json.loads(run(capsys, *asked[:2], "--json")[0])["sentences"] == by_service.splitlines()[:-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give either a number or --call ID"),
        (("08-53061000", "--call", "x"), "give either a number or --call ID"),
        (("--call", "x", "--at", "2026-12-23T15:05"), "leave out --from, --from-phone and --at"),
        (("--call", "x", "--from", "070-1740605"), "leave out --from, --from-phone and --at"),
        (("08-53061000", "--json", "--swedish"), "give one of --json and --swedish"),
    ],
)
def test_what_does_not_go_together_is_said(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(capsys, "explain", *words)

    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("08-53061000", "--at", "yesterday"),
        ("08-53061000", "--from", "hemligt"),
        ("08-53061000", "--from-phone", "hem ligt"),
    ],
)
def test_what_cannot_be_understood_is_not_even_asked(
    words: tuple[str, ...], town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, "explain", *words, code=2).startswith("vaxeln: --")


# ---- a call of the log


def test_a_call_of_the_log_is_explained_by_the_service(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = run(capsys, "explain", "--call", CALL.format(1))

    lines = out.splitlines()
    assert err == ""
    assert "070-174 06 05 -> 08-530 610 00: answered" in lines[0]
    assert lines[2].startswith("Then, ")
    assert "By the plan of today, if everybody were there:" in lines
    assert out.count("  by plan version 1\n") == 2
    assert "there is no call nothing" in refused(capsys, "explain", "--call", "nothing")


def test_who_called_a_protected_number_stays_masked(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert "maskerat -> " in run(capsys, "explain", "--call", CALL.format(2))[0].splitlines()[0]
    assert "0701740605" not in run(capsys, "explain", "--call", CALL.format(2), "--json")[0]


def test_without_a_service_the_journal_tells(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = run(capsys, "explain", "--call", "old")

    assert err.endswith("; this is from the journal, by the plan on disk\n")
    assert out.splitlines()[0].endswith("070-174 06 05 -> 08-530 610 00: busy")
    assert "refused with 486" in out
    assert out.endswith(f"  by plan {plan}\n")
    shown = json.loads(run(capsys, "explain", "--call", "old", "--json")[0])
    assert (shown["call"]["id"], shown["decisions"][0]["decision"]["status"], shown["same"]) == (
        "old",
        486,
        False,
    )
    assert "there is no call new in the journal" in run(capsys, "explain", "--call", "new", code=1)[1]


def test_a_call_that_goes_on_is_told_in_swedish(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "explain", "--call", "secret", "--swedish")[0].splitlines()

    assert lines[0].endswith("maskerat -> 08-530 613 00: pågår")
    assert lines[2].startswith("Då, ")
    assert "Med dagens plan, om alla vore på plats:" in lines
    assert lines[-1] == f"Så säger planen {plan}."


def test_a_plan_that_does_the_same_is_said_in_a_line(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.same = True

    assert run(capsys, "explain", "--call", CALL.format(1))[0].endswith(
        "\nThe plan of today does the same.\n"
    )
    told = run(capsys, "explain", "--call", CALL.format(1), "--swedish")[0]
    assert told.endswith("\nDagens plan gör likadant.\n")


def test_while_the_database_is_away_the_journal_tells(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path, Town(database_up=False)):
        out, err = run(capsys, "explain", "--call", "old")

    assert "refused with 486" in out
    assert err == "vaxeln: the database does not answer; this is from the journal, by the plan on disk\n"
