"""The archive by itself: it ships in the background, comes back by itself, and says how it goes."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from telephony.archive import archive as module
from telephony.archive.archive import Archive
from telephony.archive.call_log import CallFilter
from telephony.archive.codec import Codec
from telephony.archive.database import CONNECTIONS, Database
from telephony.archive.errors import DatabaseAway
from telephony.archive.journal import Journal
from telephony.archive.node_id import NAME as NODE
from telephony.archive.segment import segment_path
from telephony.call.facts import Fact
from telephony.call.registry import FACTS
from telephony.dsn import Dsn
from tests.support.calls import NOON, arrive
from tests.support.postgres import Postgres, Target, open_folder


class Place:
    """A data folder with a journal, and archives for it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.now = NOON + timedelta(seconds=10)
        self.needed = 1 << 40
        self.journal: Journal[Fact] = Journal.open(
            data / "journal", Codec(FACTS), report=lambda finding: None
        )

    def archive(self, dsn: str) -> Archive:
        return Archive(
            self.data,
            Dsn.parse(dsn),
            self.journal,
            now=lambda: self.now,
            first_needed=lambda: self.needed,
        )


@pytest.fixture(name="place")
def _place() -> Iterator[Place]:
    with open_folder() as folder:
        place = Place(folder / "data")
        yield place
        place.journal.close()


async def until(condition: Callable[[], bool]) -> None:
    """Let things happen until it is so; whoever runs this bounds it."""
    step = asyncio.Event()
    while not condition():
        asyncio.get_running_loop().call_later(0.01, step.set)
        await step.wait()
        step.clear()


def run(main: Callable[[], object]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(main(), 60)  # type: ignore[arg-type]

    asyncio.run(bounded())


def test_it_makes_a_server_of_its_own_and_fills_it(place: Place) -> None:
    place.journal.append([arrive("c1")])

    async def main() -> None:
        archive = place.archive("embedded")
        assert archive.status().to_json()["state"] == "away"
        archive.start()
        await until(lambda: archive.status().is_up)
        place.journal.append([arrive("c2")])
        await until(lambda: archive.status().lag_facts == 0)
        status = archive.status()
        assert (status.shipped, status.lag_seconds, status.dead_letters, status.problem) == (2, 0.0, 0, "")
        page = await archive.calls.page(CallFilter(), None, 10)
        assert {row.record.id for row in page} == {"c1", "c2"}
        assert await archive.plans.newest() is None

        place.journal.append([arrive("c3")])
        await archive.stop()

        again = place.archive("embedded")
        again.start()
        await until(lambda: again.status().is_up)
        assert await again.calls.get("c3") is not None, "what is left at the stop is shipped"
        await again.stop()

    run(main)


def test_without_a_database_it_is_off_and_nothing_fails(place: Place) -> None:
    async def main() -> None:
        archive = place.archive("none")
        archive.start()
        place.journal.append([arrive()])
        assert archive.status().to_json()["state"] == "off"
        assert archive.status().lag_seconds == 0.0
        with pytest.raises(DatabaseAway):
            await archive.calls.page(CallFilter(), None, 1)
        await archive.stop()

    run(main)


def test_it_comes_back_by_itself(
    place: Place, postgres: Postgres, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.05)
    place.journal.append([arrive("c1")])
    postgres.execute(f"alter database {database_name} with allow_connections false")

    async def main() -> None:
        archive = place.archive(postgres.dsn(database_name))
        archive.start()
        await until(lambda: archive.status().problem != "")
        status = archive.status()
        assert "not currently accepting connections" in status.problem
        assert (status.is_up, status.shipped, status.lag_facts) == (False, None, None)
        assert status.lag_seconds > 0

        await asyncio.to_thread(
            postgres.execute, f"alter database {database_name} with allow_connections true"
        )

        await until(lambda: archive.status().lag_facts == 0)
        assert archive.status().to_json()["state"] == "up"
        await archive.stop()

    run(main)


def test_a_spoilt_node_file_stops_the_shipping_and_nothing_else(
    place: Place, postgres: Postgres, database_name: str
) -> None:
    (place.data / "journal" / NODE).write_text("gone")

    async def main() -> None:
        archive = place.archive(postgres.dsn(database_name))
        archive.start()
        await until(lambda: "no UUID" in archive.status().problem)
        place.journal.append([arrive()])
        await archive.stop()

    run(main)


def test_the_lag_behind_a_database_that_is_ahead_is_not_known(
    place: Place, tmp_path: Path, postgres: Postgres, database_name: str
) -> None:
    place.journal.append([arrive("c1"), arrive("c2")])
    restored = Place(tmp_path / "data")

    async def main() -> None:
        archive = place.archive(postgres.dsn(database_name))
        archive.start()
        await until(lambda: archive.status().lag_facts == 0)
        await archive.stop()
        shutil.copy(place.data / "journal" / NODE, restored.data / "journal" / NODE)
        restored.journal.append([arrive("c1")])

        behind = restored.archive(postgres.dsn(database_name))
        behind.start()
        await until(lambda: behind.status().problem != "")
        assert (behind.status().is_up, behind.status().lag_facts) == (False, None)
        assert behind.status().lag_seconds > 0
        await behind.stop()

    run(main)
    restored.journal.close()


def test_a_fault_of_ours_is_shown_and_stops_nothing_else(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "node_id", broken)

    async def main() -> None:
        archive = place.archive("embedded")
        archive.start()
        with capture_logs() as lines:
            await until(lambda: archive.status().problem == "stopped by a fault: ZeroDivisionError")
        assert [line["event"] for line in lines] == ["archive_stopped_by_a_fault"]
        await archive.stop()

    run(main)


def test_what_is_shipped_and_old_is_deleted_in_time(
    place: Place, postgres: Postgres, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_TIDYING_SECONDS", 0.05)
    monkeypatch.setattr(module, "TIDYING_SECONDS", 0.05)
    for day in range(4):
        place.journal.append([arrive(f"c{day}", at=NOON + timedelta(days=day))])
    journal = place.data / "journal"
    paths = [segment_path(journal, first) for first in (1, 2, 3, 4)]
    assert all(path.exists() for path in paths)
    place.now = NOON + timedelta(days=30, seconds=1)

    async def main() -> None:
        archive = place.archive(postgres.dsn(database_name))
        archive.start()
        await until(lambda: not paths[0].exists())
        await until(lambda: archive.status().shipped == 4)
        place.now = datetime(2100, 1, 1, tzinfo=UTC)
        place.needed = 3
        await until(lambda: not paths[1].exists())
        place.needed = 1 << 40
        await until(lambda: not paths[2].exists())
        await until(lambda: archive.status().is_up)
        await archive.stop()

    run(main)
    assert [path.exists() for path in paths] == [False, False, False, True]
    assert [position for position, _ in place.journal.read()] == [4]


def test_readers_that_hang_do_not_stop_the_shipping(
    place: Place, postgres: Postgres, target: Target, database_name: str
) -> None:
    waiting = "select count(*) from pg_locks where not granted and relation = 'plan_version'::regclass"

    async def main() -> None:
        archive = place.archive(postgres.dsn(database_name))
        archive.start()
        await until(lambda: archive.status().is_up)
        other = Database(target)
        await other.connect()
        async with other.transaction() as connection:
            await connection.execute("lock table plan_version in access exclusive mode")
            readers = [asyncio.create_task(archive.plans.newest()) for _ in range(6)]
            while await connection.fetchval(waiting) < CONNECTIONS:
                pass

            place.journal.append([arrive("c1")])
            await until(lambda: archive.status().shipped == 1)

            assert not any(reader.done() for reader in readers)
        await asyncio.gather(*readers, return_exceptions=True)
        await other.close()
        await archive.stop()

    run(main)
