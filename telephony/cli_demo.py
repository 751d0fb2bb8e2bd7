"""The command of the demonstration."""

import argparse

from telephony.cli_options import Commands, add_command


def add_commands(commands: Commands) -> None:
    """Add `vaxeln demo`."""
    demo = add_command(commands, "demo", "make real calls through a demo service", _demo)
    demo.add_argument("--keep", action="store_true", help="leave the service running afterwards")


def _demo(options: argparse.Namespace) -> int:
    # Here, because nothing else may load pyVoIP: it is a second telephone system, with threads and warnings.
    from telephony.demo.demo import run_demo

    return run_demo(keep=options.keep)
