import gc
import logging
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from telephony.cli import MODULES, main


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


def test_commands_that_read_have_the_settings_that_matter_for_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in (["explain"], ["hours"], ["calls"], ["phone", "password"], ["token", "list"]):
        with pytest.raises(SystemExit):
            main([*command, "--help"])

        options = re.findall(r"^  (--[a-z-]+) VALUE", capsys.readouterr().out, re.MULTILINE)
        assert options == ["--data", *(["--sip-realm"] if command[0] == "phone" else [])]


# The rule: 2 is what cannot be understood, or a file that is not there; 1 is what is understood and refused.
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("explain 08-12345678 --plan PLAN", 0),
        ("explain abc --plan PLAN", 2),
        ("explain '' --plan PLAN", 2),
        ("explain 0853061000 --from hemligt --plan PLAN", 2),
        ("explain 0853061000 --plan missing.toml", 2),
        ("hours 08-12345678 --from 2026-12-21 --to 2026-12-22 --plan PLAN", 1),
        ("hours abc --from 2026-12-21 --to 2026-12-22 --plan PLAN", 2),
        ("hours 0853061000 --from 2026-12-22 --to 2026-12-21 --plan PLAN", 2),
        ("plan check PLAN", 0),
        ("plan check BAD", 1),
        ("plan check missing.toml", 2),
        ("explain 0853061000 --plan BAD", 1),
        ("serve --plan missing.toml", 2),
        ("serve --config missing.toml", 2),
        ("phone import missing.txt", 2),
        ("phone import BAD", 1),
        ("token create anna! --role admin", 2),
        ("token create anna --role admin --days 0", 2),
        ("token revoke nobody", 1),
    ],
)
def test_exit_codes_follow_one_rule(
    command: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = tmp_path / "bad"
    bad.write_text("numbers = [", "utf-8")
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path / "data"))
    files = {"PLAN": "deploy/botkyrka.toml", "BAD": str(bad)}
    handlers = logging.getLogger().handlers[:]

    assert main([files.get(word, word) for word in shlex.split(command)]) == code

    logging.getLogger().handlers[:] = handlers  # `serve` sets the log of the whole process up
    structlog.reset_defaults()
    said = capsys.readouterr()
    assert code == 0 or said.err.startswith("vaxeln: ") or said.out.startswith("error: ")


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


def test_the_table_names_every_command_in_the_order_of_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    assert re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE) == list(MODULES)


@pytest.mark.parametrize("command", MODULES)
def test_each_command_is_in_the_module_that_the_table_names(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: vaxeln {command} ")


def test_a_command_loads_what_it_needs_and_no_service() -> None:
    program = (
        "import sys\nfrom telephony.cli import MODULES, main\n"
        "try: main(['members', '--help'])\n"
        "finally: print(*sorted({'telephony.service', 'telephony.cli_calls', 'asyncpg'} & {*sys.modules}))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.endswith("\n\n")


def test_garbage_is_collected_again_once_a_command_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nonsense"])

    assert gc.isenabled()
