"""112: whatever else is the matter, it gets through."""

import pytest

from routing.places import Place
from telephony.call.facts import MemberOffered
from telephony.call.house_facts import DrainStarted, GatewayFound, GatewayLost, PhoneFound, PhoneLost
from telephony.call.record import Record, records
from tests.simulation import town_plan as plan
from tests.simulation.phone import Behaviour
from tests.simulation.town import GOOD, HOSTILE, OPENING, SLEEPS, Placed, Quality, Town
from tests.simulation.town_plan import EMERGENCY
from tests.support.switchboard import utc

CALLER = Behaviour(gives_up_after=60.0, hangs_up_after=3.0)
ACCOUNT = plan.OFFICIALS[0]


def town_with(quality: Quality = GOOD) -> Town:
    town = Town(11, quality)
    town.open()
    return town


def call_112(town: Town, account: str = ACCOUNT) -> Placed:
    placed = town.place(town.network.now + 1.0, "112", CALLER, account)
    town.network.run(town.network.now + 60.0)
    return placed


def record_of(town: Town, placed: Placed) -> Record:
    return next(record for record in records(town.facts).values() if record.sip_call_id == placed.call_id)


def test_a_phone_reaches_the_first_emergency_trunk_at_once() -> None:
    town = town_with()

    placed = call_112(town)

    assert placed.saw("answered")
    record = record_of(town, placed)
    assert record.answered_by == "trunk/sos1"
    assert record.emergency


def test_the_next_trunk_is_tried_after_four_seconds_without_a_sign() -> None:
    town = town_with()
    town.network.detach(town.gateways["sos1"])

    placed = call_112(town)

    record = record_of(town, placed)
    assert record.answered_by == "trunk/sos2"
    assert record.waiting_seconds is not None and 4.0 <= record.waiting_seconds < 8.0


def test_the_next_trunk_is_tried_when_the_first_refuses() -> None:
    town = town_with()
    town.gateways["sos1"].behaviour = Behaviour(refuses_with=503, answers_after=0.1)

    assert record_of(town, call_112(town)).answered_by == "trunk/sos2"


def test_it_gets_through_while_the_service_drains() -> None:
    town = town_with()
    town.node.node.record(DrainStarted(at=utc(town.network.now)), town.network.now)

    placed = call_112(town)
    refused = town.place(town.network.now + 1.0, plan.MAIN, CALLER)
    town.network.run(town.network.now + 5.0)

    assert placed.saw("answered")
    assert refused.saw("refused 503")


def test_it_gets_through_while_everybody_is_busy() -> None:
    town = Town(12, GOOD, behaviour=SLEEPS)
    town.open()
    for district in range(plan.DISTRICTS):
        town.place(OPENING + 1.0, plan.open_number(district), CALLER)
    town.network.run(OPENING + 3.0)

    assert call_112(town).saw("answered")


@pytest.mark.parametrize("loss", [0.0, 0.1, 0.2])
def test_the_other_gateway_takes_it_at_once_when_the_first_is_known_to_be_down(loss: float) -> None:
    town = town_with(Quality(loss=loss))
    town.do(town.network.now, town.node.node.legs.watch.begin)
    town.network.run(town.network.now + 120.0)
    town.network.detach(town.gateways["sos1"])
    town.network.run(town.network.now + 90.0)

    placed = call_112(town)

    record = record_of(town, placed)
    assert record.answered_by == "trunk/sos2"
    assert [fact.gateway for fact in town.facts if isinstance(fact, GatewayLost)][-1] == Place(
        EMERGENCY["sos1"],
        5060,
    )
    offered = [fact.target.trunk for fact in town.facts if isinstance(fact, MemberOffered)]
    assert offered == ["sos2"]

    town.network.attach(town.gateways["sos1"], (EMERGENCY["sos1"], 5060))
    town.network.run(town.network.now + 60.0)
    assert any(isinstance(fact, GatewayFound) for fact in town.facts)
    assert record_of(town, call_112(town)).answered_by == "trunk/sos1"


@pytest.mark.parametrize("loss", [0.0, 0.1, 0.2])
def test_the_next_gateway_takes_it_when_the_first_dies_unnoticed(loss: float) -> None:
    town = town_with(Quality(loss=loss))
    town.network.detach(town.gateways["sos1"])

    assert record_of(town, call_112(town)).answered_by == "trunk/sos2"


@pytest.mark.parametrize("loss", [0.0, 0.1, 0.2])
def test_phones_that_answer_options_are_not_lost_on_a_bad_network_and_dead_ones_are(loss: float) -> None:
    town = town_with(Quality(loss=loss))
    town.do(town.network.now, town.node.node.legs.watch.begin)
    dead = plan.CONTACT_CENTRE[0]
    town.network.run(town.network.now + 60.0)
    town.network.detach(town.members[dead])

    town.network.run(town.network.now + 240.0)

    assert [fact.phone for fact in town.facts if isinstance(fact, PhoneLost)] == [dead]
    assert not town.node.switchboard.house.is_registered(dead)

    town.network.attach(town.members[dead], (town.members[dead].host, 5060))
    town.network.run(town.network.now + 90.0)
    assert [fact.phone for fact in town.facts if isinstance(fact, PhoneFound | PhoneLost)] == [dead, dead]
    assert town.node.switchboard.house.is_registered(dead)


def test_it_gets_through_on_a_hostile_network() -> None:
    town = town_with(HOSTILE)

    assert call_112(town).saw("answered")
