import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telephony.call import duty_facts as d
from telephony.cli_member import _lines
from telephony.cli_time import clock
from telephony.desk.member_state import Member, State
from tests.support.administration import Town
from tests.support.calls import contact
from tests.support.command_line import misused, refused, run, served


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        yield desk.town


def test_each_member_with_what_they_do(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.house._set_contacts("kc1", (contact("kc1"),))
    town.house.evolve(d.MemberLoggedOut(at=town.now, member="bengt", by="eva", group="kc"))
    since = clock(town.now)

    lines = run(capsys, "members")[0].splitlines()

    assert lines[0].split() == ["amina", "available", "kc"]
    assert " ".join(lines[1].split()) == f"bengt logged out since {since} kc; logged out of kc"
    assert len(lines) == 4
    assert [line.split()[0] for line in run(capsys, "members", "--group", "bygglov")[0].splitlines()] == [
        "david",
        "elif",
    ]
    assert run(capsys, "members", "--state", "in_call")[0] == "No member.\n"
    shown = json.loads(run(capsys, "members", "--json", "--state", "available")[0])["members"]
    assert [row["person"] for row in shown] == ["amina"]


def test_a_member_is_paused_resumed_logged_out_and_in(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert "paused (Lunch) since" in run(capsys, "member", "pause", "amina", "--reason", "Lunch")[0]
    assert "paused" not in run(capsys, "member", "resume", "amina")[0]
    assert "logged out since" in run(capsys, "member", "logout", "amina")[0]
    assert "logged out" not in run(capsys, "member", "login", "amina", "--group", "kc")[0]

    done = [entry[0] for entry in town.journalled[-4:]]
    assert done == ["MemberPaused", "MemberResumed", "MemberLoggedOut", "MemberLoggedIn"]
    assert all(entry[1].startswith("local:") for entry in town.journalled[-4:])


def test_a_pause_that_comes_after_the_call_is_told() -> None:
    member = Member(
        person="amina",
        name="Amina Berg",
        state=State.IN_CALL,
        since=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
        until=None,
        reason="Lunch",
        groups=("kc",),
        logged_out_of=(),
    )
    assert list(_lines([member])) == ["amina  in call since 2026-03-02 09:00, then paused (Lunch)  kc"]


def test_what_cannot_be_is_said_with_what_is_allowed(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Lunch, Möte, Administration" in refused(capsys, "member", "pause", "amina", "--reason", "Golf")
    assert "no member nobody" in refused(capsys, "member", "resume", "nobody")
    assert "but of kc" in refused(capsys, "member", "logout", "amina", "--group", "vd")
    assert "--reason" in misused(capsys, "member", "pause", "amina")
