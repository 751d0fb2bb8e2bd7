"""Phones call the public network while datagrams are lost, doubled and overtake each other."""

import pytest

from routing.places import Place
from telephony.call.facts import Outcome
from telephony.call.record import Record, records
from tests.simulation import town_plan as plan
from tests.simulation.phone import Behaviour
from tests.simulation.scale import seeds
from tests.simulation.town import GOOD, OPENING, Placed, Quality, Town

CALLS = 200
EVERY = 7.0
PATIENT = Behaviour(gives_up_after=60.0, hangs_up_after=20.0)


def record_of(town: Town, placed: Placed) -> Record:
    return next(record for record in records(town.facts).values() if record.sip_call_id == placed.call_id)


def call_outside(town: Town) -> Record:
    town.open()
    placed = town.place(town.network.now + 1.0, plan.OUTSIDE, PATIENT, plan.OFFICIALS[0])
    town.network.run(town.network.now + 60.0)
    return record_of(town, placed)


@pytest.mark.parametrize(("loss", "rate"), [(0.1, 0.995), (0.2, 0.97)], ids=["10 %", "20 %"])
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_calls_to_the_public_network_are_set_up_and_nothing_is_left(
    seed: int, loss: float, rate: float
) -> None:
    town = Town(seed, Quality(loss=loss, duplicate=0.05, jitter=0.2))
    town.open()
    for number in range(CALLS):
        account = plan.OFFICIALS[number % len(plan.OFFICIALS)]
        town.place(OPENING + number * EVERY, plan.OUTSIDE, PATIENT, account)
    town.network.run(OPENING + CALLS * EVERY)
    town.run_until_quiet(400.0)

    taken = [placed for placed in town.placed if placed.saw("answered")]
    assert len(taken) >= rate * CALLS
    assert {record.number for record in records(town.facts).values()} == {""}
    town.assert_nothing_kept()


def test_the_log_shows_by_which_trunk_a_call_went() -> None:
    record = call_outside(Town(3, GOOD))

    assert (record.dialled, record.answered_by, record.outcome) == (
        "+46701740699",
        "trunk/net1",
        Outcome.ANSWERED,
    )
    assert (record.caller_member, record.function) == (plan.OFFICIALS[0], "")


def test_the_next_trunk_is_tried_after_four_seconds_without_a_sign() -> None:
    town = Town(4, GOOD)
    town.network.detach(town.gateways["net1"])
    record = call_outside(town)

    assert record.answered_by == "trunk/net2"
    assert record.waiting_seconds is not None and 4.0 <= record.waiting_seconds < 8.0


def test_a_busy_line_is_busy_by_every_trunk() -> None:
    town = Town(5, GOOD)
    town.gateways["net1"].behaviour = Behaviour(refuses_with=486, answers_after=0.1)
    record = call_outside(town)

    assert (record.offered, record.outcome) == (("trunk/net1",), Outcome.BUSY)


def test_a_gateway_found_down_is_not_waited_for() -> None:
    town = Town(6, GOOD)
    town.open()
    town.do(town.network.now, town.node.node.legs.watch.begin)
    town.network.run(town.network.now + 120.0)
    town.network.detach(town.gateways["net1"])
    town.network.run(town.network.now + 90.0)
    assert not town.node.switchboard.house.is_up(Place(plan.NETWORK["net1"], 5060))

    placed = town.place(town.network.now + 1.0, plan.OUTSIDE, PATIENT, plan.OFFICIALS[1])
    town.network.run(town.network.now + 60.0)
    assert record_of(town, placed).offered == ("trunk/net2",)
