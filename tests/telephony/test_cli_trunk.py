import io
from pathlib import Path

import pytest

from telephony.cli import main
from telephony.trunk_secrets import TrunkSecrets
from tests.support.plans import PlanText

NET = """
[trunks.net]
gateways = ["192.0.2.40"]
[trunks.net.registration]
user = "anna"
realm = "net.example"
[trunks.pbx]
peers = ["192.0.2.50"]
"""


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    (tmp_path / "plan.toml").write_text(str(PlanText(trunks=NET)), "utf-8")
    return tmp_path


def test_a_password_is_read_from_standard_input_and_kept_for_the_plans_user_and_realm(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trunk", "password", "net"]) == 0

    assert TrunkSecrets(data / "secrets").ha1("net", "anna", "net.example")
    said = capsys.readouterr().out
    assert said == "The password of trunk net is set, for anna in the realm 'net.example'.\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nosuch", "the plan in force has no trunk 'nosuch'; it has net, pbx"),
        ("pbx", "the plan in force has no [trunks.pbx.registration]"),
    ],
)
def test_a_trunk_that_has_no_registration_gets_no_password(
    name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trunk", "password", name]) == 2

    assert said in capsys.readouterr().err


def test_no_password_changes_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    assert main(["trunk", "password", "net"]) == 1

    assert "nothing was changed" in capsys.readouterr().err
    assert not (data / "secrets" / "trunks.json").exists()
