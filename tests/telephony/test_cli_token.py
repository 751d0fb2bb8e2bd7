from datetime import UTC, datetime
from pathlib import Path

import pytest

from telephony.cli import main
from telephony.tokens import Role, Tokens
from tests.support.switchboard import EPOCH


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))


def test_a_token_is_printed_alone_and_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "create", "anna", "--role", "operator", "--days", "30"]) == 0

    token = capsys.readouterr().out.removesuffix("\n")
    assert Tokens(tmp_path / "secrets").find(token, datetime.now(UTC)) == ("anna", Role.OPERATOR)


def test_the_list_tells_names_and_roles_and_no_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = Tokens(tmp_path / "secrets")
    made = [tokens.create("old", Role.READER, EPOCH, 1), tokens.create("anna", Role.ADMIN, EPOCH)]

    assert main(["token", "list"]) == 0

    shown = capsys.readouterr().out
    assert [line.split()[:2] for line in shown.splitlines()] == [["anna", "admin"], ["old", "reader"]]
    assert "until revoked" in shown
    assert "ran out" in shown
    assert not any(token in shown for token in made)


def test_a_revoked_token_is_gone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Tokens(tmp_path / "secrets").create("anna", Role.ADMIN, EPOCH)

    assert main(["token", "revoke", "anna"]) == 0
    assert main(["token", "revoke", "anna"]) == 1

    assert "there is no token anna" in capsys.readouterr().err
    assert Tokens(tmp_path / "secrets").all() == {}
