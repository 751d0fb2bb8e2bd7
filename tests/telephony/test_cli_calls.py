import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from routing.decision import Decision, Kind, Origin
from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.call import facts as f
from telephony.call.registry import FACTS
from telephony.config import TOKEN_VARIABLE
from telephony.tokens import Role
from tests.support.administration import CALL, Town
from tests.support.command_line import refused, run, served
from tests.support.plans import MAIN, SOCIAL

REASON = ("--reason", "Threat, police report 17")


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A service runs; its log has calls of the last minutes."""
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        yield desk.town


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """No service runs, and the journal has three calls, a minute apart from this time on."""
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    start = datetime(2026, 12, 23, 10, tzinfo=UTC)
    opened: Journal[f.Fact] = Journal.open(tmp_path / "journal", Codec(FACTS), report=lambda finding: None)
    for minute, number in enumerate((MAIN, SOCIAL, MAIN)):
        opened.append(call_of(start + timedelta(minutes=minute), f"call-{minute}", number))
    opened.close()
    return start


def call_of(at: datetime, call: str, number: str) -> list[f.Fact]:
    decision = Decision(
        kind=Kind.REJECT, number=number, function="Socialtjänst", protected=number == SOCIAL, plan_version=1
    )
    return [
        f.CallArrived(
            at=at, call=call, leg=f"{call}.0", origin=Origin.TRUNK, origin_name="operator",
            caller="+46701740605", dialled=number, sip_call_id="x",
        ),
        f.RouteDecided(at=at, call=call, decision=decision, talk_limit=0.0),
        f.CallEnded(at=at, call=call, outcome=f.Outcome.ABANDONED, ended_by=f.EndedBy.CALLER),
    ]  # fmt: skip


def objects(capsys: pytest.CaptureFixture[str], *words: str) -> list[Any]:
    shown: list[Any] = json.loads(run(capsys, "calls", "--json", *words)[0])["calls"]
    return shown


def minutes_ago(calls: Sequence[Any]) -> list[int]:
    """Which calls of the town these are."""
    return [int(call["id"][-12:]) for call in calls]


def test_calls_come_from_the_service_the_newest_last(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.records = town.records[:4]
    out, err = run(capsys, "calls")

    assert err == ""
    assert out.index(CALL.format(4)) < out.index(CALL.format(1))
    assert "070-174 06 05 called Kontaktcenter, 08-530 610 00" in out
    assert "answered by amina after 5.0 s, 60.0 s talk" in out
    assert out.endswith("4 calls\n")
    assert minutes_ago(objects(capsys)) == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--last", "1"), [1]),
        (("--number", "08-53061300"), [2]),
        (("--outcome", "abandoned"), [3]),
        (("--answered-by", "amina", "--last", "2"), [2, 1]),
        (("--since", "2026-12-23T10:57+01:00"), [3, 2, 1]),
        (("--until", "2026-12-23T10:57+01:00"), [4]),
        (("--since", "2026-12-24"), []),
    ],
)
def test_only_the_calls_that_are_wanted(
    words: tuple[str, ...], found: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path, Town()):
        assert minutes_ago(objects(capsys, *words)) == found


def test_who_called_a_protected_number_is_shown_with_a_reason_which_is_journalled(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    masked, seen = run(capsys, "calls")[0], run(capsys, "calls", *REASON)[0]

    assert masked.count("maskerat called Socialtjänst") == 1
    assert "maskerat" not in seen
    assert seen.count("070-174 06 05 called") == 4
    assert ("callers shown", REASON[1]) == (town.journalled[-1][0], town.journalled[-1][2])
    (social,) = objects(capsys, "--number", SOCIAL)
    assert social["caller"] == "maskerat"


def test_without_the_database_the_journal_is_advised(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.database_up = False

    said = refused(capsys, "calls")

    assert "The database does not answer" in said
    assert said.endswith(" (connection refused); --offline reads the journal")


def test_a_service_that_has_no_database_leaves_the_journal(
    journal: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path, Town(database_up=False, database_on=False)) as desk:
        out, err = run(capsys, "calls")
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(TOKEN_VARIABLE, desk.token[Role.READER])
            assert "the service has no database" in refused(capsys, "calls", "--url", desk.url)

    assert out.endswith("3 calls\n")
    assert err == "vaxeln: the service has no database; these calls are from the journal\n"


def test_without_a_service_the_journal_is_read_with_the_same_filters(
    journal: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = run(capsys, "calls")
    assert err.startswith("vaxeln: no Växeln answers at ")
    assert err.endswith("; these calls are from the journal\n")
    assert out.endswith("3 calls\n")
    assert out.count("maskerat called") == 1

    def found(*words: str) -> list[str]:
        return [call["id"] for call in objects(capsys, *words)]

    assert found("--last", "2") == ["call-1", "call-2"]
    assert found("--number", "08-53061300") == ["call-1"]
    assert found("--since", "2026-12-23T10:01+00:00") == ["call-1", "call-2"]
    assert found("--until", "2026-12-23T10:01+00:00") == ["call-0"]
    assert found("--outcome", "closed") == found("--answered-by", "amina") == []


def test_the_journal_is_read_when_that_is_asked_for(
    journal: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path):
        out, err = run(capsys, "calls", "--offline")

    assert err == "vaxeln: these calls are from the journal\n"
    assert out.endswith("3 calls\n")


def test_an_object_is_the_same_from_both(
    journal: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_journal = objects(capsys)
    with served(tmp_path):
        by_service = objects(capsys)

    assert by_journal[0].keys() == by_service[0].keys()


def test_wrong_uses_are_told_in_a_line(journal: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    period = ("--since", "2026-12-24", "--until", "2026-12-23")

    assert "--until 2026-12-23 is not after --since 2026-12-24" in refused(capsys, "calls", *period, code=2)
    assert "--number 'hemligt' is no number" in refused(capsys, "calls", "--number", "hemligt", code=2)
    assert "--reason needs a running service" in refused(capsys, "calls", "--offline", *REASON, code=2)
