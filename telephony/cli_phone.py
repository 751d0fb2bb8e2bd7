"""The commands for phone accounts: their passwords are set here, and never shown."""

import getpass
import sys
from pathlib import Path

from telephony.cli_read import UsageError
from telephony.config import Settings
from telephony.secrets import PhoneSecrets

MAX_FILE = 16 * 1024 * 1024
"""Octets of a file of passwords: 100,000 accounts."""


def set_password(settings: Settings, user: str) -> int:
    """Ask for it twice at a terminal, or read one line: never from the command line, which others can see."""
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise UsageError("the two passwords differ, nothing was changed")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    _secrets(settings).set_passwords(settings.sip.realm, {user: password})
    print(f"The password of {user} is set, for the realm {settings.sip.realm}.")
    return 0


def import_passwords(settings: Settings, file: Path) -> int:
    """Take over the accounts of another system: lines of USER:PASSWORD, all of them or none."""
    passwords = read_passwords(file)
    _secrets(settings).set_passwords(settings.sip.realm, passwords)
    print(f"{len(passwords)} passwords are set, for the realm {settings.sip.realm}. Remove {file} now.")
    return 0


def read_passwords(file: Path) -> dict[str, str]:
    """The lines of the file; empty ones and those that begin with # are passed over. Raises UsageError, which
    never shows a password."""
    try:
        if file.stat().st_size > MAX_FILE:
            raise UsageError(f"{file} is larger than {MAX_FILE} octets")
        text = file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not text in UTF-8") from None
    passwords: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        user, colon, password = line.partition(":")
        if not colon:
            raise UsageError(f"{file} line {number}: allowed is USER:PASSWORD")
        if user in passwords:
            raise UsageError(f"{file} line {number}: {user} stands there twice")
        passwords[user] = password
    return passwords


def _secrets(settings: Settings) -> PhoneSecrets:
    return PhoneSecrets(settings.data / "secrets")
