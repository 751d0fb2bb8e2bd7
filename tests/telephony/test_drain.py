"""A service comes to its end: calls are let finish, 112 is waited for, and somebody in a hurry is heard."""

import asyncio
from collections.abc import Callable

import pytest

from telephony.call import facts as f
from telephony.drain import IDLE_POLL_SECONDS, LEAVING_SECONDS, Drain
from tests.support.asking_trunk import AskingTrunk, registered_stage
from tests.support.scripted_peer import Outgoing
from tests.support.stage import DIRECT, Stage
from tests.support.switchboard import REALM


class Ending:
    """A stage whose drain runs on the stage's own clock: each look lets some of its time pass."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.hurry = asyncio.Event()
        self.looks: list[Callable[[], None]] = []

    def monotonic(self) -> float:
        """Time passes with every look."""
        self.stage.wait(IDLE_POLL_SECONDS)
        if self.looks:
            self.looks.pop(0)()
        return self.stage.now

    async def run(self, seconds: float) -> None:
        """Let it end."""
        await Drain(self.stage.node, self.stage.pump, self.monotonic, self.hurry).run(seconds)


@pytest.fixture(autouse=True)
def _no_real_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.drain.IDLE_POLL_SECONDS", 0.0)


def test_a_call_is_ended_when_its_time_is_up() -> None:
    ending = Ending()
    call, member = ending.stage.connected(DIRECT)

    asyncio.run(ending.run(2.0))

    assert call.peer.has("BYE") and member.peer.has("BYE")
    (ended,) = ending.stage.facts(f.CallEnded)
    assert ended.reason == "service stopped"


def test_it_does_not_wait_when_there_is_nothing_to_wait_for() -> None:
    ending = Ending()

    asyncio.run(ending.run(3600.0))

    assert ending.stage.now < 5.0


def test_it_waits_for_no_options() -> None:
    ending = Ending()
    ending.stage.register("kc1")
    ending.stage.node.legs.watch.begin(ending.stage.now)
    ending.stage.wait(1.5)
    assert ending.stage.alarm.has("OPTIONS") and ending.stage.phone("kc1").has("OPTIONS")
    began = ending.stage.now

    asyncio.run(ending.run(0.0))

    assert ending.stage.now < began + 1.0


def test_a_call_to_112_is_waited_for() -> None:
    ending = Ending()
    ending.stage.register("kc1")
    call = ending.stage.call("112", peer=ending.stage.phone("kc1"))
    ending.stage.offered_at(ending.stage.alarm).accept()
    call.pick_up()
    ends_at: list[float] = []

    def hang_up() -> None:
        ends_at.append(ending.stage.now)
        call.hang_up()

    async def main() -> None:
        drain = asyncio.create_task(ending.run(0.0))
        for _ in range(200):
            await asyncio.sleep(0)
        assert not call.peer.has("BYE")
        hang_up()
        await drain

    asyncio.run(main())

    (ended,) = ending.stage.facts(f.CallEnded)
    assert ended.ended_by is f.EndedBy.CALLER


def test_somebody_in_a_hurry_is_heard_even_with_112_live() -> None:
    ending = Ending()
    ending.stage.register("kc1")
    call = ending.stage.call("112", peer=ending.stage.phone("kc1"))
    ending.stage.offered_at(ending.stage.alarm).accept()
    call.pick_up()
    ending.hurry.set()

    asyncio.run(ending.run(3600.0))

    assert call.peer.has("BYE")


def test_a_leg_that_is_still_closing_keeps_no_service_waiting() -> None:
    ending = Ending()
    call, member = ending.stage.connected(DIRECT)
    call.hang_up()
    member.peer.take("BYE")  # whose phone has died: it never answers
    assert not ending.stage.node.is_idle

    asyncio.run(ending.run(3600.0))

    assert ending.stage.now < 10.0


def test_in_a_hurry_the_last_answers_are_waited_for_a_second() -> None:
    ending = Ending()
    ending.stage.connected(DIRECT)
    ending.hurry.set()

    asyncio.run(ending.run(3600.0))

    assert ending.stage.now < 2.0


def test_a_call_to_112_that_comes_while_the_last_answers_are_awaited_is_waited_for_too() -> None:
    ending = Ending()
    stage = ending.stage
    _, member = stage.connected(DIRECT)
    rescued: list[Outgoing] = []

    def call_112() -> None:
        call = stage.call("112", peer=stage.phone("bygg1"), caller="bygg1", host=REALM)
        stage.offered_at(stage.alarm).accept()
        call.pick_up()
        rescued.append(call)

    async def main() -> None:
        drain = asyncio.create_task(ending.run(0.0))
        for _ in range(50):
            await asyncio.sleep(0)
        assert member.peer.has("BYE")
        call_112()
        for _ in range(300):
            await asyncio.sleep(0)
        assert stage.now > 10.0 and not drain.done()
        assert not rescued[0].peer.has("BYE")
        rescued[0].hang_up()
        await drain

    stage.register("bygg1")
    asyncio.run(main())


def test_at_the_end_registrars_are_told_and_waited_for_a_second() -> None:
    ending = Ending()
    ending.stage = registered_stage()
    net = AskingTrunk(ending.stage)
    ending.stage.node.legs.registrations.begin(0.0)
    ending.stage.wait(1)
    net.register()
    before = ending.stage.now

    asyncio.run(ending.run(0.0))

    assert net.take().headers.get("Expires") == "0"
    assert LEAVING_SECONDS <= ending.stage.now - before < 2 * LEAVING_SECONDS
