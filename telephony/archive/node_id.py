"""Who a journal is, in a database that holds the journals of many: a UUIDv7 in a file beside it."""

import os
import secrets
import time
from pathlib import Path
from uuid import UUID

from telephony.archive.errors import JournalUnusable
from telephony.ids import uuid7

NAME = "node"


def node_id(directory: Path) -> UUID:
    """Return the id of the journal in `directory`, made when there is none yet: a new folder is a new node.

    Raises `JournalUnusable` when the file is spoilt (another id would ship everything again as another's) or
    cannot be read or written.
    """
    file = directory / NAME
    try:
        if not file.exists():
            _make(file)
        return UUID(file.read_text("ascii").strip())
    except ValueError as error:
        raise JournalUnusable(f"{file} holds no UUID") from error
    except OSError as error:
        raise JournalUnusable(f"cannot use {file}: {error.strerror}") from error


def _make(file: Path) -> None:
    """Write it whole or not at all."""
    text = uuid7(time.time_ns() // 1_000_000, secrets.randbits(74))
    new = file.with_name(f"{NAME}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as written:
        written.write(f"{text}\n")
        written.flush()
        os.fsync(written.fileno())
    new.replace(file)
