"""The commands for phone accounts: their passwords are set here, and never shown."""

import getpass
import sys
from collections.abc import Iterable
from pathlib import Path

from routing.errors import PlanInvalid
from routing.plan_part import NAME_RULE, is_name
from telephony.archive.errors import PlanFileDamaged
from telephony.cli_options import Commands, add_command, add_settings, add_url, place_of, settings_of
from telephony.cli_remote import Place, ask_if_running, segment
from telephony.cli_text import UsageError
from telephony.config import ConfigError, Settings
from telephony.plan_start import PlanUnreadable, offline_plan
from telephony.secrets import PasswordRefused, PhoneSecrets, check_password

MAX_FILE = 16 * 1024 * 1024
"""Octets of a file of passwords: 100,000 accounts."""

SHOWN = 10
"""Names in one message: enough to see what they have in common."""


def add_commands(commands: Commands) -> None:
    """Add `vaxeln phone password` and `import`."""
    phone = commands.add_parser("phone", help="work with phone accounts", allow_abbrev=False)
    actions = phone.add_subparsers(required=True, metavar="ACTION")
    password = add_command(
        actions,
        "password",
        "set the password of a phone account",
        lambda o: set_password(settings_of(o), place_of(o), o.user),
    )
    password.add_argument("user", help="the account's name in the plan")
    add_url(password)
    imported = add_command(
        actions,
        "import",
        "take over passwords from another system, once",
        lambda o: import_passwords(settings_of(o), o.file),
    )
    imported.add_argument(
        "file", type=Path, metavar="FILE", help="lines of USER:PASSWORD; remove it afterwards"
    )
    for command in (password, imported):
        add_settings(command, "data", "sip.realm")


def set_password(settings: Settings, place: Place, user: str) -> int:
    """Ask for it twice at a terminal, or read one line: never from the command line, which others can see.

    A running service sets it, and journals who did; else it is put where the next start looks for it.
    """
    if not is_name(user):
        raise UsageError(f"{user!r} can be no account of a plan; allowed: {NAME_RULE}")
    password = ask_password()
    if not password:
        raise PasswordRefused("no password given, nothing was changed")
    check_password(user, password)
    path, body = f"/phones/{segment(user)}/password", {"password": password}
    if ask_if_running(place, lambda client: client.ask("PUT", path, body=body)):
        print(f"The password of {user} is set.")
        return 0
    _secrets(settings).set_passwords(settings.sip.realm, {user: password})
    print(f"The password of {user} is set, for the realm {settings.sip.realm}.")
    _warn_of_strangers(settings.data, [user])
    return 0


def ask_password() -> str:
    """The password, asked for twice at a terminal, or one line of standard input; "" for none."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    try:
        password = getpass.getpass("Password: ")
        if password and getpass.getpass("Again: ") != password:
            raise PasswordRefused("the two passwords differ, nothing was changed")
    except EOFError:  # Ctrl-D
        print(file=sys.stderr)  # what is said next does not stand behind the prompt
        return ""
    return password


def import_passwords(settings: Settings, file: Path) -> int:
    """Take over the accounts of another system: lines of USER:PASSWORD, all of them or none."""
    passwords = read_passwords(file)
    _secrets(settings).set_passwords(settings.sip.realm, passwords)
    count = "1 password is" if len(passwords) == 1 else f"{len(passwords)} passwords are"
    print(f"{count} set, for the realm {settings.sip.realm}. Remove {file} now.")
    _warn_of_strangers(settings.data, passwords)
    return 0


def read_passwords(file: Path) -> dict[str, str]:
    """The lines of the file; empty ones and those that begin with # are passed over.

    Raises UsageError when it cannot be read, and PasswordRefused with the line that is wrong. Neither shows a
    password.
    """
    passwords: dict[str, str] = {}
    for number, line in enumerate(_text_of(file).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        user, colon, password = line.partition(":")
        try:
            _check(user if colon else None, password, passwords)
        except PasswordRefused as refused:
            raise PasswordRefused(f"{file} line {number}: {refused}; nothing was changed") from None
        passwords[user] = password
    if not passwords:
        raise PasswordRefused(f"{file} holds no password; allowed are lines of USER:PASSWORD")
    return passwords


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_FILE:
            raise PasswordRefused(f"{file} is larger than {MAX_FILE} octets")
        return file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise PasswordRefused(f"{file} is not text in UTF-8") from None


def _check(user: str | None, password: str, earlier: Iterable[str]) -> None:
    """Raise PasswordRefused when the line that says so cannot be taken; `user` is None without a colon."""
    if user is None:
        raise PasswordRefused("allowed is USER:PASSWORD")
    if not is_name(user):
        raise PasswordRefused(f"before the colon stands no name of an account; allowed: {NAME_RULE}")
    if user in earlier:
        raise PasswordRefused(f"{user} stands there twice")
    check_password(user, password)


def _warn_of_strangers(data: Path, users: Iterable[str]) -> None:
    """Say which are not in the plan in force. Not refused: the plan that has them may come later."""
    try:
        plan, _ = offline_plan(data, None)
    except ConfigError:
        return  # no plan yet
    except (PlanInvalid, PlanUnreadable, PlanFileDamaged):
        return _warn("whether these are accounts cannot be said: the plan in force cannot be read")
    strangers = [user for user in users if user not in plan.phones]
    if strangers:
        more = f" and {len(strangers) - SHOWN} more" if len(strangers) > SHOWN else ""
        _warn(f"no account {', '.join(strangers[:SHOWN])}{more} in the plan in force (yet)")


def _warn(text: str) -> None:
    print(f"vaxeln: {text}", file=sys.stderr)


def _secrets(settings: Settings) -> PhoneSecrets:
    return PhoneSecrets(settings.data / "secrets")
