"""The user that PostgreSQL runs as: it refuses root, so a service that is root starts it as another."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telephony.archive.errors import EmbeddedUnusable

STAND_INS = ("postgres", "nobody")
"""Who runs the server when we are root: the distribution's own user for it, else the one with no rights."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Who runs the server. `switch` says whether that is somebody else than we are."""

    uid: int
    gid: int
    name: str
    switch: bool

    def popen_options(self) -> dict[str, Any]:
        """What `subprocess` is told so that a program runs as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, folder: Path) -> None:
        """Make the folder this user's. Raises `OSError`."""
        if self.switch:
            os.chown(folder, self.uid, self.gid)

    def demand_access(self, folder: Path) -> None:
        """Raise `EmbeddedUnusable` naming what hides `folder` from this user."""
        if not self.switch:
            return
        resolved = folder.resolve()
        for place in (*reversed(resolved.parents), resolved):
            if place.exists() and not self._may_enter(place.stat()):
                raise EmbeddedUnusable(
                    f"PostgreSQL must not run as root, and {place} hides {folder} from the user {self.name}: "
                    f"move the data folder, run the service as another user, or `chmod o+x {place}`"
                )

    def _may_enter(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_user(data: Path) -> ServerUser:
    """Who runs the server of this data directory: we ourselves, or, when we are root, the directory's owner
    or a stand-in. Raises `EmbeddedUnusable` when there is none."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), str(os.geteuid()), switch=False)
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return _known(pwd.getpwuid(owner))
    for name in STAND_INS:
        try:
            return _known(pwd.getpwnam(name))
        except KeyError:
            continue
    raise EmbeddedUnusable(f"PostgreSQL must not run as root, and no user is named {' or '.join(STAND_INS)}")


def _known(entry: pwd.struct_passwd) -> ServerUser:
    return ServerUser(entry.pw_uid, entry.pw_gid, entry.pw_name, switch=True)
