"""What the facts of a queue change, in the call and in the house."""

from datetime import timedelta

import pytest

from telephony.call import facts as f
from telephony.call import queue_facts as q
from telephony.call.errors import IllegalTransition
from telephony.call.evolve import begin, evolve
from telephony.call.house import House
from telephony.call.house_facts import ClockStepped
from tests.support.calls import after, arrive, phone
from tests.support.queue_town import QueueTown, queue_tables

JOINED = q.QueueJoined(
    at=after(0), call="c1", queue="kc", priority=5, since=after(0), leave_at=after(60), why="too_long"
)


@pytest.mark.parametrize(
    "fact",
    [
        JOINED,
        q.TurnCame(at=after(0), call="c1", queue="kc", targets=(phone("amina"),)),
        q.TurnPassed(at=after(0), call="c1", queue="kc"),
        q.WaitSaid(
            at=after(0), call="c1", leg="c1.0", prompt="a", music="m", position=1, seconds=0, next_at=after(5)
        ),
        q.ComfortDue(at=after(0), call="c1"),
        q.WaitExpired(at=after(0), call="c1"),
        q.QueueLeft(at=after(0), call="c1", queue="kc", why="left", seconds=1.0),
    ],
)
def test_a_call_that_waits_nowhere_has_none_of_this(fact: f.Fact) -> None:
    with pytest.raises(IllegalTransition):
        evolve(begin(arrive()), fact)


def test_the_times_of_who_waits_move_with_the_clock() -> None:
    town = QueueTown("kc1", tables=queue_tables())
    town.rings(town.calls("c1"))
    town.calls("c2")
    before = town.switchboard.calls["c2"].waiting
    rings = town.switchboard.calls["c1"].waiting
    town.feed(ClockStepped(at=town.now, seconds=100.0))
    waiting = town.switchboard.calls["c2"].waiting

    assert before is not None
    assert waiting is not None
    assert before.say_at is not None
    assert waiting.leave_at == before.leave_at + timedelta(seconds=100)
    assert waiting.say_at == before.say_at + timedelta(seconds=100)
    still = town.switchboard.calls["c1"].waiting
    assert still is not None
    assert rings is not None
    assert (still.say_at, still.since) == (None, rings.since + timedelta(seconds=100))


def test_the_house_forgets_who_ends_whatever_came_before() -> None:
    house = House()
    house.evolve(JOINED)
    assert house.waiting("kc") == 1
    house.evolve(f.CallInterrupted(at=after(9), call="c1", ended_at=after(8)))
    assert house.waiting("kc") == 0


def test_a_next_life_knows_who_waited_and_has_nobody_wait() -> None:
    town = QueueTown("kc1", tables=queue_tables())
    town.rings(town.calls("c1"))
    town.calls("c2")
    again = town.reborn()

    assert again.switchboard.calls["c2"].waiting == town.switchboard.calls["c2"].waiting
    assert again.switchboard.house.queues.position("c2") == 2
    again.switchboard.interrupt(again.now)
    assert not again.switchboard.house.queues
