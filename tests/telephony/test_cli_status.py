import json
from pathlib import Path

import pytest

from tests.support.command_line import refused, run, served


def test_how_the_service_does_is_told_in_lines_and_as_an_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    with served(tmp_path) as desk:
        lines = run(capsys, "status")[0].splitlines()
        shown = json.loads(run(capsys, "status", "--json")[0])
        desk.town.database_up = False
        away = run(capsys, "status")[0].splitlines()

    assert lines[0] == "Växeln 0.1.0: ok, calls in progress: 0"
    assert lines[1].startswith("plan: version 1 by anna at ")
    assert lines[2:] == [
        "journal: fact 17",
        "database: up, 0 facts behind",
        "trunk net: registered at 192.0.2.40:5060",
        "trunk pbx: not registered",
    ]
    assert (shown["status"], shown["archive"]["is_up"]) == ("ok", True)
    assert away[3] == "database: away, 0 facts behind, connection refused"


def test_without_a_service_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))

    assert refused(capsys, "status").startswith("vaxeln: no Växeln answers at ")
