"""Names looked up in the background; the answers are the test's."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from routing.places import Found, Named, Place
from telephony.dns_lookup import Answer, NameUnknown
from telephony.name_book import NameBook
from telephony.name_file import NameFile
from telephony.name_service import NameService, names_of
from tests.support.plans import TRUNKS, tables_of

NAME = Named("pbx.example.se", None, "TLS")
PLAN = tables_of(
    trunks=TRUNKS
    + """
[trunks.pbx]
peers = ["10.1.0.5"]
gateways = ["tls:pbx.example.se", "10.1.0.5"]
"""
)


def answer(*hosts: str, ttl: float = 300.0) -> Answer:
    return Answer(tuple(Found(0, 0, (NAME.at(host, 5061),)) for host in hosts), ttl)


class Desk:
    """A service whose questions the test answers: `asked` are futures, `changes` how often it was told."""

    def __init__(self, path: Path, reaches: Callable[[Place], bool]) -> None:
        self.asked: asyncio.Queue[asyncio.Future[Answer]] = asyncio.Queue()
        self.changes = asyncio.Queue[None]()
        self.book = NameBook()
        self.now = 0.0
        file = NameFile(path, lambda: self.now)
        self.names = NameService(
            self.book, self, reaches, lambda: self.changes.put_nowait(None), lambda: self.now, file
        )

    async def look_up(self, named: Named) -> Answer:
        assert named == NAME
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.asked.put_nowait(future)
        return await future


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop turn until it holds."""
    for _ in range(100_000):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never holds")


def run(path: Path, test: Callable[[Desk], Awaitable[None]], reaches: Callable[[Place], bool] = bool) -> None:
    async def main() -> None:
        desk = Desk(path, reaches)
        task = asyncio.create_task(desk.names.run())
        await asyncio.wait_for(test(desk), 10)
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main())


def test_names_of_gateways_that_calls_are_sent_to() -> None:
    assert list(names_of(PLAN)) == [NAME]
    assert list(names_of(tables_of())) == []


def test_each_name_of_the_plan_is_looked_up_and_a_change_is_told(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.names.load(PLAN)
        (await desk.asked.get()).set_result(answer("192.0.2.1"))
        await desk.changes.get()
        assert desk.book.places(NAME) == answer("192.0.2.1").found

        desk.names.load(PLAN)  # the same name in another plan: not asked again
        await asyncio.sleep(0)
        assert desk.asked.empty()

    run(tmp_path / "answers.json", test)


def test_an_answer_that_nobody_of_ours_can_reach_is_none(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.names.load(PLAN)
        (await desk.asked.get()).set_result(answer("2001:db8::1"))
        await until(lambda: desk.book.unconfirmed(desk.now) > 0)
        assert desk.book.places(NAME) == () and desk.changes.empty()

    run(tmp_path / "answers.json", test, lambda place: ":" not in place.host)


def test_of_an_answer_what_we_reach_is_kept(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.names.load(PLAN)
        (await desk.asked.get()).set_result(answer("2001:db8::1", "192.0.2.1"))
        await desk.changes.get()
        assert desk.book.places(NAME) == answer("192.0.2.1").found

    run(tmp_path / "answers.json", test, lambda place: ":" not in place.host)


def test_a_failure_is_followed_by_another_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.name_book.RETRY_SECONDS", (0.0, 0.0))

    async def test(desk: Desk) -> None:
        desk.names.load(PLAN)
        (await desk.asked.get()).set_exception(NameUnknown("pbx.example.se has no address"))
        await until(lambda: desk.book.unconfirmed(desk.now) > 0)
        desk.names.load(PLAN)
        desk.now = 5.0
        desk.names.load(PLAN)
        (await desk.asked.get()).set_result(answer("192.0.2.1"))
        await desk.changes.get()

    run(tmp_path / "answers.json", test)


def test_a_start_without_dns_knows_what_the_last_life_knew(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"

    async def before(desk: Desk) -> None:
        desk.names.load(PLAN)
        (await desk.asked.get()).set_result(answer("192.0.2.1"))
        await desk.changes.get()
        await until(path.exists)

    async def after(desk: Desk) -> None:
        await desk.names.remember()
        desk.names.load(PLAN)
        assert desk.book.places(NAME) == answer("192.0.2.1").found

    run(path, before)
    run(path, after)
