import subprocess
import sys

import pytest

from telephony.cli import main


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("vaxeln 0.")


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["plan"], ["hours", "1177"], ["explain"]])
def test_a_wrong_use_is_told_with_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: vaxeln")


@pytest.mark.parametrize("command", ["serve", "demo", "explain", "hours", "calls"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert "usage" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = [sys.executable, "-m", "telephony.cli", "hours", "0853061000", "--plan", "deploy/botkyrka.toml"]
    hours = subprocess.Popen(
        [*command, "--from", "2026-01-01", "--to", "2026-12-31"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert hours.stdout is not None and hours.stderr is not None

    hours.stdout.close()
    said = hours.stderr.read()
    hours.stderr.close()
    hours.wait(30)

    assert b"Traceback" not in said
