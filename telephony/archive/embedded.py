"""The private PostgreSQL: one server on one data directory, reached by a unix socket alone.

It is started by the service and ends with it, even when the service is killed: the kernel then sends it the
signal of a fast shutdown. What still lives of an earlier life is adopted. Nobody else can reach it: no TCP,
and the folder of its socket is for its user (and root) alone, which is why nobody is asked for a password.
"""

import asyncio
import ctypes
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from telephony.archive.binaries import Binaries, find_binaries
from telephony.archive.errors import EmbeddedUnusable
from telephony.archive.postmaster import PidFile, Postmaster, remove_stale_pid_file
from telephony.archive.server_user import ServerUser, server_user

ROLE = "vaxeln"
DATABASE = "postgres"
PORT = 5432  # only names the socket

START_SECONDS = 30.0
"""How long a start may take: with much to recover it goes on behind our back, and is adopted later."""

STOP_SECONDS = 5.0
"""How long a fast shutdown, which takes 0.1 s, may take before the server is killed."""

INITDB_SECONDS = 120.0
LOOK_SECONDS = 0.02
NICENESS = 10
"""When the machine is busy the calls go first: nothing of theirs waits for the server."""

LONGEST_SOCKET_PATH = 107
"""`sun_path` of unix(7), without its NUL."""

_SAID = 500  # characters of a program's last words that an error shows
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None)

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "20",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # a week of logs, and in them no value of a row: that may be somebody's number
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "%a.log",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class EmbeddedServer:
    """The server of the data directory `data`. `find` gives its programs."""

    def __init__(self, data: Path, find: Callable[[Path], Binaries] = find_binaries) -> None:
        self.data = data.absolute()
        self._find = find
        # The kernel ends the server with the thread that started it, so that one lives as long as this. It
        # is not the loop's: to start a program takes tens of milliseconds on a busy machine.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="postgres-starter")
        self._binaries: Binaries | None = None
        self._postmaster: Postmaster | None = None
        self.socket_folder = _socket_folder(self.data)
        self._is_folder_ours = False
        # Held while something is made that a stop has to take away: whoever starts it may be in a thread that
        # nobody waits for any more.
        self._making = Lock()
        self._is_stopped = False

    @property
    def target(self) -> dict[str, Any]:
        """What `asyncpg.connect` is told to reach it."""
        return {"host": str(self.socket_folder), "port": PORT, "user": ROLE, "database": DATABASE}

    @property
    def pid(self) -> int | None:
        """The process, when it runs."""
        return self._postmaster.pid if self._postmaster and self._postmaster.is_alive else None

    async def start(self) -> None:
        """See that it runs: start it, adopt it, or start it again when it has died.

        Raises `EmbeddedUnusable`; what is transient, such as a server that has been killed a moment ago, is
        gone at a later try.
        """
        if self.pid is not None:
            return
        self._forget()
        self._is_stopped = False
        try:
            binaries, user = await asyncio.to_thread(self._prepare)
            await self._adopt()
            if self._postmaster is None:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._starter, self._launch, binaries, user)
            await self._until_ready()
        except OSError as error:
            raise EmbeddedUnusable(f"cannot start PostgreSQL in {self.data}: {error}") from error

    async def stop(self) -> None:
        """End it, in order if it can be; a start that was given up makes nothing any more."""
        await asyncio.to_thread(self._close)
        if self._postmaster is not None:
            await asyncio.to_thread(_end, self._postmaster)
            self._forget()
        if self._is_folder_ours:
            await asyncio.to_thread(shutil.rmtree, self.socket_folder, ignore_errors=True)

    def _close(self) -> None:
        with self._making:
            self._is_stopped = True

    def _demand_going_on(self) -> None:
        if self._is_stopped:
            raise EmbeddedUnusable(f"PostgreSQL in {self.data} was stopped while it was to be started")

    # ---- what a start is made of

    def _prepare(self) -> tuple[Binaries, ServerUser]:
        """Find or make all that is needed. Blocks for seconds when the data directory has to be made."""
        binaries = self._binaries = self._binaries or self._find(self.data)
        user = server_user(self.data)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.data, binaries.folder):
            user.demand_access(folder)
        if not self.data.exists():
            self._init(binaries, user)
        with self._making:
            self._demand_going_on()
            _make_socket_folder(self.socket_folder, user)
            self._is_folder_ours = True
        return binaries, user

    def _init(self, binaries: Binaries, user: ServerUser) -> None:
        """Make the data directory under another name first: one that is half made is never used."""
        made = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700)
        user.own(made)
        options = ["--username", ROLE, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"]
        done = subprocess.run(
            [binaries.folder / "initdb", "--pgdata", made, "--data-checksums", *options],
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INITDB_SECONDS,
            check=False,
            **user.popen_options(),
        )
        if done.returncode:
            raise EmbeddedUnusable(f"initdb failed for {self.data}: {done.stdout.strip()[-_SAID:]}")
        made.rename(self.data)

    async def _adopt(self) -> None:
        """Take over the live server of an earlier life, unless it is ending or cannot be reached."""
        file = PidFile.read(self.data)
        found = Postmaster.of(self.data, file.pid) if file else None
        if file is None or found is None:
            await asyncio.to_thread(remove_stale_pid_file, self.data)
        elif file.status != "stopping" and file.socket_folder == str(self.socket_folder):
            self._postmaster = found
        else:
            await asyncio.to_thread(_end, found)
            found.close()

    def _launch(self, binaries: Binaries, user: ServerUser) -> None:
        with self._making:
            self._demand_going_on()
            self._postmaster = self._spawn(binaries, user)

    def _spawn(self, binaries: Binaries, user: ServerUser) -> Postmaster:
        command = [str(binaries.folder / "postgres"), "-D", str(self.data), "-p", str(PORT)]
        command += ["-k", str(self.socket_folder)]
        settings = [f"-c{name}={value}" for name, value in _OPTIONS.items()]
        us = os.getpid()
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            child = subprocess.Popen(
                [*command, *settings],
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt typed at the service is not for it
                preexec_fn=lambda: _end_with(us),
                **user.popen_options(),
            )
        finally:
            os.close(log)
        return Postmaster(child.pid, child)

    async def _until_ready(self) -> None:
        assert self._postmaster is not None
        for _ in range(int(START_SECONDS / LOOK_SECONDS)):
            if self.pid is None:
                said = self._log.read_text("utf-8", "replace").strip()[-_SAID:]
                raise EmbeddedUnusable(f"PostgreSQL did not start in {self.data}: {said}")
            file = PidFile.read(self.data)
            if file is not None and file.pid == self._postmaster.pid and file.status == "ready":
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise EmbeddedUnusable(f"PostgreSQL in {self.data} is not ready after {START_SECONDS:g} s")

    @property
    def _log(self) -> Path:
        """What the server says before its own log begins."""
        return self.data.with_name(f"{self.data.name}-start.log")

    def _forget(self) -> None:
        if self._postmaster is not None:
            self._postmaster.close()
            self._postmaster = None


def _end(postmaster: Postmaster) -> None:
    """End it by a fast shutdown, or, when that takes too long, without a word; its journal keeps it whole.

    What hangs would keep its memory from the next server, so its children go with it.
    """
    postmaster.signal(signal.SIGINT)
    if not postmaster.wait(STOP_SECONDS):
        children = postmaster.children()
        postmaster.signal(signal.SIGKILL)
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        postmaster.wait(STOP_SECONDS)


def _end_with(parent: int) -> None:
    """In the new process: have the kernel shut it down when the parent's thread ends; let calls go first."""
    os.nice(NICENESS)
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:  # it ended in between
        os._exit(1)


def _environment() -> dict[str, str]:
    """None of ours: variables such as PGOPTIONS and PGDATA would change what the programs do."""
    return {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}


def _socket_folder(data: Path) -> Path:
    """Where the socket is to be: short, and the same at every start."""
    name = f"vaxeln-{hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()) / name
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / name
    return folder


def _make_socket_folder(folder: Path, user: ServerUser) -> None:
    """Make it, the user's alone. Raises `EmbeddedUnusable` when somebody else has."""
    user.demand_access(folder.parent)
    try:
        folder.mkdir(mode=0o700)
        user.own(folder)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != user.uid or status.st_mode & 0o077:
            raise EmbeddedUnusable(f"{folder} is not the server's own folder; remove it") from None
