"""The command line: `vaxeln serve`, `vaxeln demo`, and commands that ask a running service or read."""

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from routing.errors import PlanInvalid, PlanRefused, RoutingError
from telephony import (
    cli_calls,
    cli_explain,
    cli_member,
    cli_numbers,
    cli_override,
    cli_phone,
    cli_phones,
    cli_plan,
    cli_prompt,
    cli_serve,
    cli_simulate,
    cli_status,
    cli_token,
    cli_trunk,
)
from telephony.cli_options import (
    Commands,
    add_choice,
    add_command,
    add_plan,
    add_settings,
    add_url,
    place_of,
    settings_of,
)
from telephony.cli_read import UsageError
from telephony.config import ConfigError
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vaxeln", description="A municipality's telephone switchboard.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"vaxeln {version('vaxeln')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = add_command(
        commands, "serve", "start the service", lambda o: cli_serve.serve(settings_of(o), o.plan)
    )
    add_settings(serve)
    add_plan(serve)

    demo = add_command(commands, "demo", "make real calls through a demo service", _demo)
    demo.add_argument("--keep", action="store_true", help="leave the service running afterwards")

    for each in (
        cli_plan,
        cli_simulate,
        cli_override,
        cli_numbers,
        cli_explain,
        cli_phones,
        cli_prompt,
        cli_member,
        cli_calls,
        cli_status,
        cli_trunk,
    ):
        each.add_commands(commands)
    _add_phone_commands(commands)
    _add_token_commands(commands)
    return parser


def _demo(options: argparse.Namespace) -> int:
    # Here, because nothing else may load pyVoIP: it is a second telephone system, with threads and warnings.
    from telephony.demo.demo import run_demo

    return run_demo(keep=options.keep)


def _add_phone_commands(commands: Commands) -> None:
    phone = commands.add_parser("phone", help="work with phone accounts", allow_abbrev=False)
    actions = phone.add_subparsers(required=True, metavar="ACTION")
    password = add_command(
        actions,
        "password",
        "set the password of a phone account",
        lambda o: cli_phone.set_password(settings_of(o), place_of(o), o.user),
    )
    password.add_argument("user", help="the account's name in the plan")
    add_url(password)
    imported = add_command(
        actions,
        "import",
        "take over passwords from another system, once",
        lambda o: cli_phone.import_passwords(settings_of(o), o.file),
    )
    imported.add_argument(
        "file", type=Path, metavar="FILE", help="lines of USER:PASSWORD; remove it afterwards"
    )
    for command in (password, imported):
        add_settings(command, "data", "sip.realm")


def _add_token_commands(commands: Commands) -> None:
    token = commands.add_parser("token", help="work with tokens of the admin API", allow_abbrev=False)
    actions = token.add_subparsers(required=True, metavar="ACTION")
    create = add_command(
        actions,
        "create",
        "make a token, and show it this once",
        lambda o: cli_token.create(settings_of(o), o.name, o.role, o.days),
    )
    create.add_argument("name", help="whose it is: every change is journalled with it")
    add_choice(create, "--role", Role, "each may what the former may", required=True)
    create.add_argument(
        "--days", type=int, metavar="N", help="how long it is good; until revoked if left out"
    )
    show = add_command(actions, "list", "show who holds a token", lambda o: cli_token.show(settings_of(o)))
    revoke = add_command(
        actions, "revoke", "make a token worthless", lambda o: cli_token.revoke(settings_of(o), o.name)
    )
    revoke.add_argument("name", help="the name that it was made with")
    for command in (create, show, revoke):
        add_settings(command, "data")


if __name__ == "__main__":
    sys.exit(main())
