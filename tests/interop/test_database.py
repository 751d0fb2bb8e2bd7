"""The database fails under a running service: calls go on, and the log catches up by itself.

Each fault is done to a real server: our own (embedded), or one that the service has by URL.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic_core import from_json

from telephony.admin.client import SOCKET
from telephony.archive.codec import UnknownFact
from telephony.archive.embedded import EmbeddedServer
from telephony.archive.postmaster import PidFile
from telephony.archive.reader import JournalReader
from telephony.call import facts as f
from telephony.call.facts import Outcome
from telephony.call.record import records
from tests.support.eventually import eventually
from tests.support.live_town import KONTAKTCENTER, Town, town
from tests.support.postgres import Postgres, open_folder, started_postgres
from tests.support.running_service import CODEC

CATCH_UP_SECONDS = 40.0
"""A hang is noticed after 6 s, and the next try is at most 5 s later."""

FULL_DISK_MIB = 128
LIVE = "http://localhost/api/v1/live"


@dataclass(frozen=True, slots=True)
class Scene:
    """A town whose service ships to `postgres`."""

    town: Town
    postgres: Postgres
    database: str

    def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        return self.postgres.fetch(sql, self.database)

    def execute(self, sql: str) -> None:
        self.postgres.execute(sql, self.database)

    def make_call(self) -> None:
        """A caller reaches anna, who answers."""
        member = self.town.sipp.start("member_answers", self.town.phone("anna"))
        caller = self.town.sipp.play("caller_talks", self.town.operator, dialled=KONTAKTCENTER)
        member.wait()
        assert self.town.record_of(caller).outcome is Outcome.ANSWERED

    def answered_today(self) -> int:
        """What the live events say of calls to Kontaktcenter."""
        asked = ["curl", "-s", "--unix-socket", str(self.town.service.data / SOCKET), LIVE]
        said = subprocess.run(asked, capture_output=True, check=True).stdout
        counted: list[int] = [
            row["answered"] for row in from_json(said)["today"] if row["number"] == KONTAKTCENTER
        ]
        return counted[0]

    def await_log(self) -> None:
        """Wait until the database has every fact of the journal once, and the calls that they make."""
        eventually(self._is_complete, "the log is complete", CATCH_UP_SECONDS)

    def _is_complete(self) -> bool:
        journal = self.journal()
        try:
            stored = self.fetch("select position, type from fact order by position")
            calls = self.fetch(
                "select id, outcome, answered_by, talk_seconds from call order by arrived_at, id"
            )
        except (asyncpg.PostgresError, OSError, TimeoutError):
            return False
        if stored != [(position, type(fact).__name__) for position, fact in journal]:
            return False
        made = records(fact for _, fact in journal).values()
        return calls == [(r.id, r.outcome, r.answered_by, r.talk_seconds) for r in made]

    def journal(self) -> list[tuple[int, f.Fact]]:
        reader: JournalReader[f.Fact] = JournalReader(
            self.town.service.data / "journal", CODEC, report=lambda finding: None
        )
        return [(at, fact) for at, fact in reader.read() if not isinstance(fact, UnknownFact)]

    def times_away(self) -> int:
        """How often the service has noticed that its database was away."""
        return self.town.service.log().count("database_away")

    def postmaster(self) -> int:
        data = self.postgres.server.data
        return eventually(lambda: PidFile.read(data), "the server's file is whole").pid  # it is written anew

    def backends(self) -> list[int]:
        """The pids of the server's other processes."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.postmaster())],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(pid) for pid in listed.stdout.split()]

    def signal_all(self, number: signal.Signals) -> None:
        for pid in (self.postmaster(), *self.backends()):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


@contextmanager
def scene(folder: Path, dsn: str, postgres: Postgres, database: str) -> Iterator[Scene]:
    """A town within, whose service ships, with anna registered."""
    with town(folder, {"VAXELN_DATABASE_DSN": dsn}) as built:
        scene = Scene(built, postgres, database)
        built.register("anna")
        scene.await_log()
        yield scene


@pytest.fixture
def embedded() -> Iterator[Scene]:
    """The service has a server of its own."""
    with open_folder() as folder:
        server = EmbeddedServer(folder / "data" / "postgres")
        with scene(folder, "embedded", Postgres(server), "postgres") as built:
            yield built


@pytest.fixture
def by_url(postgres: Postgres, database_name: str) -> Iterator[Scene]:
    """The service has a server by URL."""
    with (
        open_folder() as folder,
        scene(folder, postgres.dsn(database_name), postgres, database_name) as built,
    ):
        yield built


def go_through(scene: Scene, begin: Callable[[], None], end: Callable[[], None]) -> None:
    """Calls before, during and after a fault; then the log is complete."""
    scene.make_call()
    before = scene.times_away()
    begin()
    try:
        scene.make_call()
        eventually(lambda: scene.times_away() > before, "the fault is noticed", 20)
        scene.make_call()
    finally:
        end()
    scene.make_call()
    scene.await_log()
    assert len(scene.fetch("select id from call")) == 4
    scene.town.assert_calm()


def test_a_database_that_refuses(by_url: Scene, postgres: Postgres) -> None:
    name = by_url.database

    def begin() -> None:
        postgres.execute(f"alter database {name} with allow_connections false")
        postgres.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")

    go_through(by_url, begin, lambda: postgres.execute(f"alter database {name} with allow_connections true"))


def test_a_database_that_only_reads(by_url: Scene, postgres: Postgres) -> None:
    name = by_url.database

    def begin() -> None:
        postgres.execute(f"alter database {name} set default_transaction_read_only = on")
        postgres.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")

    go_through(
        by_url, begin, lambda: postgres.execute(f"alter database {name} reset default_transaction_read_only")
    )


def test_a_database_that_hangs(embedded: Scene) -> None:
    go_through(
        embedded,
        lambda: embedded.signal_all(signal.SIGSTOP),
        lambda: embedded.signal_all(signal.SIGCONT),
    )


def test_a_database_whose_connections_are_cut_again_and_again(embedded: Scene) -> None:
    for _ in range(3):
        for pid in embedded.backends():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)  # upon which the server throws everybody out and recovers
        embedded.make_call()

    embedded.await_log()


def test_a_database_that_is_killed_is_started_again(embedded: Scene) -> None:
    embedded.make_call()
    killed = embedded.postmaster()

    os.kill(killed, signal.SIGKILL)
    embedded.make_call()

    embedded.await_log()
    assert embedded.postmaster() != killed


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_database_whose_disk_is_full() -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        disk = stack.enter_context(small_disk(folder / "disk"))
        postgres = stack.enter_context(started_postgres(disk / "postgres"))
        name = postgres.new_database()
        full = stack.enter_context(scene(folder, postgres.dsn(name), postgres, name))
        ballast = disk / "ballast"
        go_through(full, lambda: fill(full, ballast), ballast.unlink)


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={FULL_DISK_MIB}m", "none", place], check=True)
    try:
        place.chmod(0o755)
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def fill(scene: Scene, ballast: Path) -> None:
    """Leave nothing free, neither on the disk nor within the pages of the tables."""
    with ballast.open("wb") as file, suppress(OSError):
        while True:
            os.write(file.fileno(), bytes(4096))
    with suppress(asyncpg.PostgresError):
        scene.execute(
            "insert into fact select node, -nth, type, version, stream, at, data from fact, "
            "generate_series(1, 100000) nth"
        )


def test_both_are_killed_and_start_again(embedded: Scene) -> None:
    with ExitStack() as stack:
        member = embedded.town.sipp.start("member_answers", embedded.town.phone("anna"))
        caller = embedded.town.sipp.start(
            "caller_waits_for_bye", embedded.town.operator, dialled=KONTAKTCENTER
        )
        stack.callback(caller.wait)
        stack.callback(member.wait)
        embedded.town.service.await_fact(f.CallConnected)
        caller.await_received("SIP/2.0 200")
        postmaster = embedded.postmaster()

        embedded.town.service.kill()
        with suppress(ProcessLookupError):
            os.kill(postmaster, signal.SIGKILL)
        embedded.town.service.start()

    eventually(lambda: embedded.answered_today() == 1, "the day's count is there again", CATCH_UP_SECONDS)
    embedded.make_call()
    embedded.await_log()
    outcomes = embedded.fetch("select outcome from call order by arrived_at")
    assert outcomes == [("interrupted",), ("answered",)]
    assert embedded.answered_today() == 2


def test_a_service_whose_database_hangs_stops_all_the_same(embedded: Scene) -> None:
    embedded.signal_all(signal.SIGSTOP)
    embedded.make_call()

    embedded.town.service.stop()

    embedded.town.service.start()
    embedded.await_log()


def test_a_stopped_service_has_shipped_everything_and_leaves_no_server(embedded: Scene) -> None:
    embedded.make_call()
    server = embedded.postgres.server

    embedded.town.service.stop()

    assert PidFile.read(server.data) is None
    assert not server.socket_folder.exists()
    embedded.town.service.start()
    embedded.await_log()
