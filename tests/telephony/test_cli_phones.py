import json
from datetime import timedelta
from pathlib import Path

import pytest

from telephony.cli_time import clock
from tests.support.command_line import refused, run, served


def test_each_account_with_whose_it_is_and_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        desk.town.lost.add("kc2")
        lines = run(capsys, "phones")[0].splitlines()
        shown = json.loads(run(capsys, "phones", "--json")[0])["phones"]
        until = clock(desk.town.now + timedelta(minutes=5))

    (kc1,) = [line for line in lines if line.startswith("kc1 ")]
    (kc2,) = [line for line in lines if line.startswith("kc2 ")]
    account, person, state, place = kc1.split(None, 3)
    assert (account, person, state) == ("kc1", "amina", "registered")
    assert place == f"UDP 192.0.2.21:5060 until {until} (Telefon 1.0)"
    assert "does not answer" in kc2
    assert [row["account"] for row in shown] == sorted(row["account"] for row in shown)
    assert {row["account"] for row in shown if row["lost"]} == {"kc2"}
    assert "password" not in str(shown).replace("has_password", "")


def test_without_a_service_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))

    assert refused(capsys, "phones").startswith("vaxeln: no Växeln answers at ")
