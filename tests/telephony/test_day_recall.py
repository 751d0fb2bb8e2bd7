"""What was counted today before a restart is counted again, from the database."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from metrics.day_counts import DayCount
from telephony.archive.archive import Archive
from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.call.facts import Fact, Outcome
from telephony.call.record import records
from telephony.call.registry import FACTS
from telephony.day_recall import recall, recall_behind
from telephony.dsn import Dsn
from telephony.figures import Figures
from tests.support.call_scenarios import SCENARIOS, play
from tests.support.calls import NOON
from tests.support.plans import NUMBERS, tables_of
from tests.support.postgres import Postgres, open_folder
from tests.telephony.archive.test_archive import until

ANSWERED = next(each for each in SCENARIOS if each.record.get("outcome") == Outcome.ANSWERED)


NUMBER = """
[numbers."+46853061100"]
function = "Bygglov"
calendar = "alltid"
destination = { group = "bygglov" }
"""


class Place:
    """A journal with one answered call of an earlier life, the figures of the next, and what time it is."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.now = NOON + timedelta(hours=1)
        self.figures = Figures(tables_of(numbers=NUMBERS + NUMBER))
        self.journal: Journal[Fact] = Journal.open(
            data / "journal", Codec(FACTS), report=lambda finding: None
        )
        facts = play(ANSWERED).facts
        (record,) = [record for record in records(facts).values() if record.id == "c1"]
        self.number = record.number
        self.journal.append(facts)

    def archive(self, dsn: str) -> Archive:
        return Archive(
            self.data, Dsn.parse(dsn), self.journal, now=lambda: self.now, first_needed=lambda: 1 << 40
        )


@pytest.fixture(name="place")
def _place() -> Iterator[Place]:
    with open_folder() as folder:
        place = Place(folder / "data")
        yield place
        place.journal.close()


def test_it_waits_until_all_of_the_earlier_life_is_in_the_database(
    place: Place, postgres: Postgres, database_name: str
) -> None:
    async def main() -> None:
        archive = place.archive(postgres.dsn(database_name))
        position = place.journal.position
        recalled = asyncio.create_task(
            recall(archive, place.figures, lambda: place.now, position, again=0.01)
        )
        await asyncio.sleep(0)  # it asks, and the archive has not even begun
        assert place.figures.today()[place.number] == DayCount()
        archive.start()
        await asyncio.wait_for(recalled, 30)
        await archive.stop()

    asyncio.run(main())
    assert place.figures.today()[place.number] == DayCount(1, 1)
    place.figures.instruments.answer.observe(30.0, place.number)
    assert place.figures.today()[place.number] == DayCount(2, 1)


def test_a_day_that_is_over_is_not_waited_for(place: Place, postgres: Postgres, database_name: str) -> None:
    async def main() -> None:
        archive = place.archive(postgres.dsn(database_name))
        times = iter([place.now, place.now, place.now + timedelta(days=1)])
        await recall(archive, place.figures, lambda: next(times), 1 << 40, again=0.0)
        await archive.stop()

    asyncio.run(main())
    assert place.figures.today()[place.number] == DayCount()


def test_a_database_that_goes_away_is_asked_again(
    place: Place, postgres: Postgres, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        archive = place.archive(postgres.dsn(database_name))
        archive.start()
        await until(lambda: archive.status().lag_facts == 0)
        await archive._database.close()
        task = asyncio.create_task(recall(archive, place.figures, lambda: place.now, 1, again=0.01))
        await asyncio.wait([task], timeout=0.05)
        assert not task.done()
        await archive._database.connect()
        await asyncio.wait_for(task, 30)
        await archive.stop()

    asyncio.run(main())
    assert place.figures.today()[place.number] == DayCount(1, 1)


def test_without_a_database_nothing_is_begun(place: Place) -> None:
    async def main() -> None:
        async with AsyncExitStack() as opened:
            recall_behind(opened, place.archive("none"), place.figures, lambda: place.now, 1)
            assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_it_ends_with_the_service(place: Place, postgres: Postgres, database_name: str) -> None:
    async def main() -> None:
        async with AsyncExitStack() as opened:
            recall_behind(
                opened, place.archive(postgres.dsn(database_name)), place.figures, lambda: place.now, 1
            )
            await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    with capture_logs() as logged:
        asyncio.run(main())
    assert logged == []
