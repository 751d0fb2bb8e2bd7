"""The command line: `vaxeln serve`, `vaxeln demo`, and commands that read."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from routing.errors import PlanInvalid, PlanRefused, RoutingError
from telephony import cli_phone, cli_read, cli_serve, cli_token
from telephony.cli_read import UsageError
from telephony.config import SETTINGS, ConfigError, Settings, load_settings
from telephony.errors import VaxelnError
from telephony.plan_start import PlanUnreadable
from telephony.standard_files import open_standard_files
from telephony.tokens import Role, TokenImpossible

EXIT_FAILED = 1
EXIT_USAGE = 2
_USED_WRONGLY = (ConfigError, UsageError, PlanUnreadable, TokenImpossible)
"""What cannot be understood, or a file that is not there; what is understood and refused is no misuse."""

EXIT_INTERRUPTED = 128 + signal.SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 failed or refused, 2 used wrongly, 130 stopped by Ctrl-C."""
    open_standard_files()
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone
        return EXIT_FAILED
    except (PlanInvalid, PlanRefused) as error:
        errors = "".join(f"\n  {line}" for line in str(error).splitlines())
        named = "".join(f" {note}" for note in getattr(error, "__notes__", ()))
        print(f"vaxeln: the plan{named} cannot be used:{errors}", file=sys.stderr)
        return EXIT_FAILED
    except (VaxelnError, RoutingError, OSError) as error:
        print(f"vaxeln: {error}", file=sys.stderr)
        return EXIT_USAGE if isinstance(error, _USED_WRONGLY) else EXIT_FAILED
    return code


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings: command line over environment over file over default. Raises ConfigError."""
    overrides = {
        name: value for name in SETTINGS if (value := getattr(options, _attribute(name), None)) is not None
    }
    return load_settings(options.config, os.environ, overrides)


def _attribute(setting: str) -> str:
    return f"setting_{setting.replace('.', '_')}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vaxeln", description="A municipality's telephone switchboard.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"vaxeln {version('vaxeln')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = _command(
        commands, "serve", "start the service", lambda o: cli_serve.serve(settings_of(o), o.plan)
    )
    _add_settings(serve)
    _add_plan(serve)

    demo = _command(commands, "demo", "make real calls through a demo service", _demo)
    demo.add_argument("--keep", action="store_true", help="leave the service running afterwards")

    _add_plan_commands(commands)
    _add_reading_commands(commands)
    _add_phone_commands(commands)
    _add_token_commands(commands)
    return parser


def _demo(options: argparse.Namespace) -> int:
    # Here, because nothing else may load pyVoIP: it is a second telephone system, with threads and warnings.
    from telephony.demo.demo import run_demo

    return run_demo(keep=options.keep)


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text.capitalize() + ".", allow_abbrev=False)
    parser.set_defaults(run=run)
    return parser


def _add_plan_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    plan = commands.add_parser("plan", help="work with a plan", allow_abbrev=False)
    actions = plan.add_subparsers(required=True, metavar="ACTION")
    check = _command(
        actions,
        "check",
        "check a plan: every error and warning",
        lambda o: cli_read.check_plan(o.file, o.json),
    )
    check.add_argument("file", type=Path, metavar="FILE", help="the plan, in TOML")
    _add_json(check)


def _add_reading_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    explain = _command(
        commands,
        "explain",
        "say where a call would go, and why",
        lambda o: cli_read.explain(settings_of(o).data, o.plan, o.number, o.caller, o.at, o.json),
    )
    explain.add_argument("number", help="the number dialled, such as 08-53061000")
    explain.add_argument(
        "--from", dest="caller", metavar="CALLER", help="the caller's number; hidden if left out"
    )
    explain.add_argument("--at", metavar="TIME", help="local time such as 2026-12-23T15:05; now if left out")

    hours = _command(
        commands,
        "hours",
        "show when a number is open",
        lambda o: cli_read.hours(settings_of(o).data, o.plan, o.number, o.first, o.last, o.json),
    )
    hours.add_argument("number", help="a number of the plan")
    hours.add_argument("--from", dest="first", required=True, metavar="DATE", help="first day, as 2026-12-21")
    hours.add_argument("--to", dest="last", required=True, metavar="DATE", help="last day, included")

    calls = _command(
        commands,
        "calls",
        "show the call log, read from the journal",
        lambda o: cli_read.calls(settings_of(o).data, o.json),
    )
    for command in (explain, hours):
        _add_plan(command)
    for command in (explain, hours, calls):
        _add_settings(command, "data")
        _add_json(command)


def _add_phone_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    phone = commands.add_parser("phone", help="work with phone accounts", allow_abbrev=False)
    actions = phone.add_subparsers(required=True, metavar="ACTION")
    password = _command(
        actions,
        "password",
        "set the password of a phone account",
        lambda o: cli_phone.set_password(settings_of(o), o.user),
    )
    password.add_argument("user", help="the account's name in the plan")
    imported = _command(
        actions,
        "import",
        "take over passwords from another system, once",
        lambda o: cli_phone.import_passwords(settings_of(o), o.file),
    )
    imported.add_argument(
        "file", type=Path, metavar="FILE", help="lines of USER:PASSWORD; remove it afterwards"
    )
    for command in (password, imported):
        _add_settings(command, "data", "sip.realm")


def _add_token_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    token = commands.add_parser("token", help="work with tokens of the admin API", allow_abbrev=False)
    actions = token.add_subparsers(required=True, metavar="ACTION")
    create = _command(
        actions,
        "create",
        "make a token, and show it this once",
        lambda o: cli_token.create(settings_of(o), o.name, o.role, o.days),
    )
    create.add_argument("name", help="whose it is: every change is journalled with it")
    create.add_argument("--role", required=True, choices=list(Role), help="each may what the former may")
    create.add_argument(
        "--days", type=int, metavar="N", help="how long it is good; until revoked if left out"
    )
    show = _command(actions, "list", "show who holds a token", lambda o: cli_token.show(settings_of(o)))
    revoke = _command(
        actions, "revoke", "make a token worthless", lambda o: cli_token.revoke(settings_of(o), o.name)
    )
    revoke.add_argument("name", help="the name that it was made with")
    for command in (create, show, revoke):
        _add_settings(command, "data")


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--plan",
        type=Path,
        metavar="FILE",
        help="the plan (default: the one in force, or plan.toml in the data folder)",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the documented object instead of lines")


def _add_settings(parser: argparse.ArgumentParser, *names: str) -> None:
    """Options for these settings, or for all: those that change what the command does."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the settings file, in TOML")
    group = parser.add_argument_group("settings", "each also in the settings file and the environment")
    for name in names or SETTINGS:
        setting = SETTINGS[name]
        group.add_argument(
            setting.option,
            dest=_attribute(name),
            metavar="VALUE",
            help=f"{setting.meaning} Allowed: {setting.allowed}.".replace("%", "%%"),
        )


if __name__ == "__main__":
    sys.exit(main())
