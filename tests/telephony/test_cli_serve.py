"""What `vaxeln serve` does before it serves: settings, plan, one clear line for what is wrong."""

import logging
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from routing.errors import PlanInvalid, PlanRefused
from telephony.cli import main
from telephony.cli_serve import PlanUnreadable, plan_file, raise_file_limit, read_plan, tables_of
from telephony.config import ConfigError, load_settings
from telephony.media.prompts import Prompts

PLAN = Path("deploy/botkyrka.toml")


@pytest.fixture(autouse=True)
def _log() -> Iterator[None]:
    """`serve` sets the log of the whole process up."""
    handlers = logging.getLogger().handlers[:]
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


def test_the_plan_that_was_named_wins(tmp_path: Path) -> None:
    settings = load_settings(None, {"VAXELN_DATA": str(tmp_path)}, {})
    (tmp_path / "plan.toml").write_text("")

    assert plan_file(settings, PLAN) == PLAN
    assert plan_file(settings, None) == tmp_path / "plan.toml"


def test_without_a_plan_it_is_said_where_one_belongs(tmp_path: Path) -> None:
    settings = load_settings(None, {"VAXELN_DATA": str(tmp_path)}, {})

    with pytest.raises(ConfigError, match=r"plan\.toml: give one with --plan"):
        plan_file(settings, None)


def test_a_plan_is_read_checked_and_compiled() -> None:
    tables, warnings = tables_of(read_plan(PLAN), Prompts.load())

    assert tables.main_number == "+46853061000"
    assert warnings == []


def test_a_plan_with_errors_is_refused_with_all_of_them() -> None:
    text = PLAN.read_text("utf-8").replace('main_number = "+46853061000"', 'main_number = "+46853061201"')
    from routing.load import load_plan

    with pytest.raises(PlanRefused) as refused:
        tables_of(load_plan(text), Prompts.load())

    assert refused.value.problems


def test_files_that_are_no_plans_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(PlanUnreadable, match="cannot read the plan"):
        read_plan(tmp_path)
    (tmp_path / "latin").write_bytes("[växel]".encode("latin-1"))
    with pytest.raises(PlanInvalid, match="UTF-8"):
        read_plan(tmp_path / "latin")


def test_the_limit_of_open_files_is_what_the_system_allows() -> None:
    raise_file_limit()

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft == hard


@pytest.mark.parametrize(
    ("arguments", "environment", "problem"),
    [
        (("--sip-listen", "tcp:127.0.0.1:5060"), {}, "--sip-listen"),
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
