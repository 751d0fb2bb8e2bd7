"""PostgreSQL's programs for a demonstration that root runs.

PostgreSQL refuses to run as root, so the service starts it as another user; and where somebody works as root,
the programs that were installed beside us often lie in root's home, where no other user gets in.
"""

import shutil
from pathlib import Path

from telephony.archive.binaries import find_binaries
from telephony.archive.errors import EmbeddedUnusable
from telephony.archive.server_user import server_user


def copied_if_hidden(folder: Path) -> Path | None:
    """The folder of a copy of them in `folder`, to go first in PATH; None when no copy is needed or there is
    nothing to copy, of which the service says what is wrong."""
    data = folder / "data" / "postgres"
    try:
        programs = find_binaries(data).folder
        user = server_user(data)
    except EmbeddedUnusable:
        return None
    try:
        user.demand_access(programs)
    except EmbeddedUnusable:
        copy = folder / "postgresql"
        shutil.copytree(programs.parent, copy, symlinks=True)
        return copy / programs.name
    return None
