"""The command line: `vaxeln serve`, `vaxeln demo`, and commands that ask a running service or read.

A command loads its own module and no other: all of them take a second.
"""

import argparse
import gc
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version

from routing.errors import PlanInvalid, PlanRefused, RoutingError
from telephony.errors import Misuse, VaxelnError
from telephony.standard_files import open_standard_files

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 128 + signal.SIGINT

MODULES = {
    "serve": "cli_serve",
    "demo": "cli_demo",
    "plan": "cli_plan",
    "simulate": "cli_simulate",
    "override": "cli_override",
    "hours": "cli_numbers",
    "numbers": "cli_numbers",
    "explain": "cli_explain",
    "phones": "cli_phones",
    "prompt": "cli_prompt",
    "members": "cli_member",
    "member": "cli_member",
    "calls": "cli_calls",
    "status": "cli_status",
    "trunk": "cli_trunk",
    "phone": "cli_phone",
    "token": "cli_token",
}
"""By command the module of `telephony` whose `add_commands` adds it, in the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 failed or refused, 2 used wrongly, 130 stopped by Ctrl-C."""
    open_standard_files()
    given = sys.argv[1:] if arguments is None else arguments
    with _no_collection():
        options = _parser(given).parse_args(given)
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
        return EXIT_USAGE if isinstance(error, Misuse) else EXIT_FAILED
    return code


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """What understands these arguments: all commands where they begin with none, which is told, or asks for
    help."""
    parser = argparse.ArgumentParser(
        prog="vaxeln", description="A municipality's telephone switchboard.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"vaxeln {version('vaxeln')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    chosen = MODULES.get(arguments[0]) if arguments else None
    for module in [chosen] if chosen else dict.fromkeys(MODULES.values()):
        import_module(f"telephony.{module}").add_commands(commands)
    return parser


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without looking for garbage: what is loaded stays, and to look among it is a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


if __name__ == "__main__":
    sys.exit(main())
