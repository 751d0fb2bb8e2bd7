"""What the commands' arguments have in common: the settings, where the service is, JSON."""

import argparse
import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from telephony.cli_remote import Place
from telephony.config import SETTINGS, TOKEN_VARIABLE, URL_VARIABLE, Settings, load_settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Where a command is added."""

USUAL = 50
"""Items of a list shown unless told otherwise."""

MOST = 100_000
"""Items of a list at most, which is read page by page; no plan has more versions."""


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings: command line over environment over file over default. Raises ConfigError."""
    overrides = {
        name: value for name in SETTINGS if (value := getattr(options, _attribute(name), None)) is not None
    }
    return load_settings(options.config, os.environ, overrides)


def place_of(options: argparse.Namespace) -> Place:
    """Where the service is that a command asks. Raises ConfigError."""
    return Place(settings_of(options).data, options.url)


def _attribute(setting: str) -> str:
    return f"setting_{setting.replace('.', '_')}"


def add_command(
    commands: Commands, name: str, text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A command that does `run`, which gives the exit code."""
    parser = commands.add_parser(name, help=text, description=text.capitalize() + ".", allow_abbrev=False)
    parser.set_defaults(run=run)
    return parser


def add_choice(
    parser: argparse.ArgumentParser,
    flag: str,
    allowed: type[StrEnum],
    text: str,
    *,
    required: bool = False,
    default: StrEnum | None = None,
) -> None:
    """`--flag VALUE`, one of `allowed`. A wrong value is refused with those that are, as they are written."""
    written = [value.value for value in allowed]

    def read(value: str) -> StrEnum:
        try:
            return allowed(value)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{value!r}; allowed: {', '.join(written)}") from None

    parser.add_argument(
        flag, type=read, required=required, default=default, metavar=f"{{{','.join(written)}}}", help=text
    )


def add_plan(parser: argparse.ArgumentParser) -> None:
    """`--plan FILE`."""
    parser.add_argument(
        "--plan",
        type=Path,
        metavar="FILE",
        help="the plan (default: the one in force, or plan.toml in the data folder)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json`."""
    parser.add_argument("--json", action="store_true", help="print the documented object instead of lines")


def add_last(parser: argparse.ArgumentParser, what: str) -> None:
    """`--last N`."""
    text = f"at most the N newest {what} (default: %(default)s)"
    parser.add_argument("--last", type=count, default=USUAL, metavar="N", help=text)


def count(text: str) -> int:
    """A whole number from 1 to MOST, for argparse."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:10]) <= MOST):
        raise argparse.ArgumentTypeError(f"{text} is out of range; allowed: from 1 to {MOST}")
    return int(text)


def add_url(parser: argparse.ArgumentParser) -> None:
    """`--url URL`, for `place_of`."""
    parser.add_argument(
        "--url",
        help=f"the service, with a token in {TOKEN_VARIABLE} "
        f"(default: {URL_VARIABLE}, or the admin socket in the data folder)",
    )


def add_service(parser: argparse.ArgumentParser) -> None:
    """What says where the service is, for a command that asks it."""
    add_url(parser)
    add_settings(parser, "data")


def add_settings(parser: argparse.ArgumentParser, *names: str) -> None:
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
