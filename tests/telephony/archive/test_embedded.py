"""The private PostgreSQL: started, adopted, ended."""

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import asyncpg
import pytest

from telephony.archive.binaries import Binaries, find_binaries
from telephony.archive.embedded import ROLE, EmbeddedServer
from telephony.archive.errors import EmbeddedUnusable
from telephony.archive.postmaster import PidFile, Postmaster
from tests.support.eventually import eventually
from tests.support.postgres import open_folder

OWNER = """
import asyncio, os, sys
from pathlib import Path
from threading import Event
from telephony.archive.embedded import EmbeddedServer

async def main():
    server = EmbeddedServer(Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
def data() -> Iterator[Path]:
    with open_folder() as folder:
        data = folder / "data" / "postgres"
        yield data
        shutil.rmtree(EmbeddedServer(data).socket_folder, ignore_errors=True)  # of owners that were killed


async def answer(server: EmbeddedServer) -> int:
    connection = await asyncpg.connect(host=str(server.socket_folder), user=ROLE, database="postgres")
    try:
        return int(await connection.fetchval("select 42"))
    finally:
        await connection.close()


async def start(server: EmbeddedServer) -> None:
    """Start it, with patience for a pid that is not yet reaped."""
    for _ in range(50):
        try:
            return await server.start()
        except EmbeddedUnusable:
            await asyncio.sleep(0)
    await server.start()


def test_it_is_made_started_and_ended(data: Path) -> None:
    async def main() -> None:
        server = EmbeddedServer(data)
        await server.start()
        pid = server.pid
        assert pid is not None and await answer(server) == 42
        await server.start()
        assert server.pid == pid, "one that runs is left alone"
        folder = server.socket_folder
        assert folder.stat().st_mode & 0o077 == 0

        await server.stop()

        assert server.pid is None and not folder.exists()
        assert Postmaster.of(data, pid) is None
        assert PidFile.read(data) is None

    asyncio.run(main())


def test_the_wheels_programs_do_as_well(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.archive.binaries._own", lambda: iter(()))

    async def main() -> None:
        server = EmbeddedServer(data)
        try:
            await server.start()
        except EmbeddedUnusable as unusable:
            if "hides" not in str(unusable):  # as root, a virtual environment in a private home
                raise
            pytest.skip(str(unusable))
        assert await answer(server) == 42
        await server.stop()

    asyncio.run(main())
    assert (data / "PG_VERSION").read_text() == "18\n"


def test_it_listens_on_no_network(data: Path) -> None:
    async def main() -> None:
        server = EmbeddedServer(data)
        await server.start()
        connection = await asyncpg.connect(host=str(server.socket_folder), user=ROLE, database="postgres")
        assert await connection.fetchval("show listen_addresses") == ""
        assert await connection.fetchval("show data_checksums") == "on"
        await connection.close()
        await server.stop()

    asyncio.run(main())


def test_one_that_died_is_started_again(data: Path) -> None:
    async def main() -> None:
        server = EmbeddedServer(data)
        await server.start()
        dead = server.pid
        assert dead is not None
        os.kill(dead, signal.SIGKILL)
        eventually(lambda: server.pid is None, "the server is dead")

        await start(server)

        assert server.pid != dead and await answer(server) == 42
        await server.stop()

    asyncio.run(main())


def owned(data: Path) -> "tuple[subprocess.Popen[str], int]":
    """A process that has started the server, and the server's pid."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(data)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    return owner, int(owner.stdout.readline())


def killed(owner: "subprocess.Popen[str]") -> None:
    owner.kill()
    owner.communicate()


def test_it_ends_when_the_service_is_killed(data: Path) -> None:
    owner, pid = owned(data)
    held = Postmaster.of(data, pid)
    assert held is not None

    killed(owner)

    assert held.wait(10)
    held.close()


def test_what_lives_of_an_earlier_life_is_adopted_and_ended_with_us(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.archive.embedded.STOP_SECONDS", 0.5)
    owner, pid = owned(data)
    held = Postmaster.of(data, pid)
    assert held is not None
    os.kill(pid, signal.SIGSTOP)  # so that it does not hear that its owner dies
    killed(owner)

    async def main() -> None:
        server = EmbeddedServer(data)
        await server.start()
        assert server.pid == pid
        await server.stop()

    asyncio.run(main())
    assert held.wait(0)
    held.close()


def test_a_left_pid_file_with_another_processs_pid_is_no_hindrance(data: Path) -> None:
    async def main() -> None:
        server = EmbeddedServer(data)
        await server.start()
        text = (data / "postmaster.pid").read_text()
        pid = server.pid
        await server.stop()
        (data / "postmaster.pid").write_text(text.replace(str(pid), str(os.getpid()), 1))

        await server.start()

        assert await answer(server) == 42
        await server.stop()

    asyncio.run(main())


def test_a_socket_folder_that_somebody_else_made_is_refused(data: Path) -> None:
    name = f"vaxeln-{hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    try:
        with pytest.raises(EmbeddedUnusable, match="not the server's own folder"):
            asyncio.run(EmbeddedServer(data).start())
    finally:
        folder.rmdir()


def test_a_long_temporary_folder_does_not_matter(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = data.parent.parent / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(deep))

    async def main() -> None:
        server = EmbeddedServer(data)
        await server.start()
        assert server.socket_folder.parent == Path("/tmp")
        await server.stop()

    asyncio.run(main())


def test_what_initdb_says_is_told(data: Path) -> None:
    def broken(_: Path) -> Binaries:
        folder = data.parent / "bin"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "initdb").write_text("#!/bin/sh\necho no space for it; exit 1\n")
        (folder / "initdb").chmod(0o755)
        return Binaries(folder, 15)

    with pytest.raises(EmbeddedUnusable, match="no space for it"):
        asyncio.run(EmbeddedServer(data, broken).start())
    assert not data.exists()


def test_what_the_server_says_when_it_does_not_start_is_told(data: Path) -> None:
    async def main() -> None:
        server = EmbeddedServer(data)
        await server.start()
        await server.stop()
        (data / "postgresql.conf").write_text("nonsense = on\n")
        with pytest.raises(EmbeddedUnusable, match="nonsense"):
            await server.start()
        await server.stop()

    asyncio.run(main())


def test_a_half_made_directory_is_made_anew(data: Path) -> None:
    half = data.with_name("postgres.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")

    async def main() -> None:
        server = EmbeddedServer(data, find_binaries)
        await server.start()
        assert await answer(server) == 42
        await server.stop()

    asyncio.run(main())
    assert not half.exists()


def test_a_stop_in_the_middle_of_a_start_leaves_nothing_behind(data: Path) -> None:
    """The thread that prepares is waited for by nobody: it must not make anything after the stop."""
    is_looking, may_go_on = Event(), Event()

    def find(folder: Path) -> Binaries:
        is_looking.set()
        assert may_go_on.wait(10)
        return find_binaries(folder)

    server = EmbeddedServer(data, find)

    async def main() -> None:
        starting = asyncio.create_task(server.start())
        assert await asyncio.to_thread(is_looking.wait, 10)
        starting.cancel()
        await asyncio.wait([starting])
        await server.stop()
        may_go_on.set()

    asyncio.run(main())  # which waits for its threads

    assert not server.socket_folder.exists()
    assert server.pid is None
