"""What `vaxeln serve` does before it serves: settings, plan, one clear line for what is wrong."""

import logging
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from telephony.cli import main
from telephony.cli_serve import raise_file_limit

PLAN = Path("deploy/botkyrka.toml")


@pytest.fixture(autouse=True)
def _log() -> Iterator[None]:
    """`serve` sets the log of the whole process up."""
    handlers = logging.getLogger().handlers[:]
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


def test_the_limit_of_open_files_is_what_the_system_allows() -> None:
    raise_file_limit()

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft == hard


@pytest.mark.parametrize(
    ("arguments", "environment", "problem"),
    [
        (("--sip-listen", "sctp:127.0.0.1:5060"), {}, "--sip-listen"),
        ((), {"VAXELN_SIP_LISTEN": "udp:0.0.0.0:5060"}, "sip.advertise"),
        ((), {"VAXELN_SIP_LISTENS": "udp:127.0.0.1:5060"}, "VAXELN_SIP_LISTENS"),
        ((), {"VAXELN_RTP_PORTS": "1-2"}, "VAXELN_RTP_PORTS"),
        (("--plan", "nowhere.toml"), {}, "nowhere.toml"),
    ],
)
def test_a_wrong_setting_stops_the_start_in_one_line(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    plan = () if "--plan" in arguments else ("--plan", str(PLAN))

    assert main(["serve", *plan, *arguments]) == 2

    said = capsys.readouterr().err
    assert problem in said
    assert len(said.splitlines()) == 1
