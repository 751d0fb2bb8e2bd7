"""A plan tried on calls, by the API."""

import asyncio
from pathlib import Path

import pytest

from telephony.admin.wire import TOML
from telephony.tokens import Role
from tests.support.administration import SOURCE, Town
from tests.support.api import Desk
from tests.support.plans import MAIN

AS_TOML = {"Content-Type": TOML}
NEVER_OPEN = SOURCE.replace('calendar = "alltid"', 'calendar = "aldrig"')
LOAD = {"date": "2026-12-07", "calls": {MAIN: 20}, "profile": {"08:00": 1}}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_calls_of_a_day_meet_the_plan_that_is_sent(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        same = await desk.ask("POST", "/plan/simulation?day=2026-12-23", SOURCE, AS_TOML)
        other = await desk.ask("POST", "/plan/simulation?day=2026-12-23", NEVER_OPEN, AS_TOML)
        none = await desk.ask("POST", "/plan/simulation?from=2026-12-01&to=2026-12-22", SOURCE, AS_TOML)

        assert same.json["then"] == other.json["then"]
        assert same.json["now"]["outcomes"]["answered"] > 0 == other.json["now"]["outcomes"]["answered"]
        assert other.json["now"]["outcomes"]["closed"] > same.json["now"]["outcomes"]["closed"]
        assert none.json["now"]["calls"] == 0
        assert "46701740605" not in other.octets.decode()

    desk.run(ask)


def test_an_invented_load_meets_it(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        plan = (await desk.ask("GET", "/plan")).json
        first, second = [
            await desk.ask("POST", f"/plan/simulation/load?seed={seed}", {"plan": plan, "load": LOAD})
            for seed in (1, 2)
        ]

        assert first.json["source"] == "load" and first.json["now"]["calls"] > 0
        assert first.octets != second.octets

    desk.run(ask)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "?"),
        ("day=2026-12-23&from=2026-12-01&to=2026-12-02", "?"),
        ("from=2026-12-01", "?"),
        ("from=2026-12-02&to=2026-12-01", "?"),
        ("from=2026-12-01&to=2027-01-01", "?"),
        ("day=yesterday", "?day"),
        ("day=2026-12-23&seed=-1", "?seed"),
        ("day=2026-12-23&staff=nobody", "?staff"),
    ],
)
def test_a_period_that_is_none_is_refused(desk: Desk, query: str, named: str) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("POST", f"/plan/simulation?{query}", SOURCE, AS_TOML)

        assert (reply.status, reply.json["errors"][0]["path"]) == (422, named)

    desk.run(ask)


def test_who_may_not_compare_plans_may_not_try_them(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        path = "/plan/simulation?day=2026-12-23"
        assert (await desk.ask("POST", path, SOURCE, AS_TOML, role=Role.READER)).status == 403

    desk.run(ask)


def test_it_is_called_off_when_whoever_asked_goes_away(tmp_path: Path) -> None:
    called_off = asyncio.Event()

    class Slow(Town):
        async def simulate_log(self, *_: object) -> str:
            try:
                await asyncio.Event().wait()
            finally:
                called_off.set()
            return ""

    async def ask(desk: Desk) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await desk.ask("POST", "/plan/simulation?day=2026-12-23", SOURCE, AS_TOML)
        async with asyncio.timeout(10.0):
            await called_off.wait()

    Desk(tmp_path, Slow()).run(ask)
