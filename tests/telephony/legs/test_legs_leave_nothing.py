"""telephony/legs/legs.py: whatever happened, nothing is kept of calls that are over."""

import gc

import pytest

from telephony.archive.codec import Codec
from telephony.call import facts as f
from telephony.call.registry import FACTS
from telephony.legs.leg import Leg
from tests.support.crowd import Crowd
from tests.support.stage import Stage

SEEDS = range(20)
CALLS = 10


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_kept_of_200_calls_of_all_kinds(stage: Stage, seed: int) -> None:
    crowd = Crowd(stage, seed)
    for _ in range(CALLS):
        crowd.call()
        for _ in range(12):
            crowd.act()

    stage.node.end_all(stage.now, "the test is over", emergency=True)
    stage.pump()

    stage.assert_nothing_kept()
    ended = [fact.call for fact in stage.facts(f.CallEnded)]
    assert sorted(ended) == sorted({fact.call for fact in stage.facts(f.CallArrived)})


def test_the_legs_of_a_call_that_is_over_are_no_garbage(stage: Stage) -> None:
    gc.collect()
    gc.disable()
    try:
        caller, member = stage.connected()
        caller.request("BYE")
        member.peer.answer_all("BYE")
        stage.assert_nothing_kept()

        del caller, member
        assert [known for known in gc.get_objects() if isinstance(known, Leg)] == []
    finally:
        gc.enable()


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_every_fact_of_them_can_be_journalled(stage: Stage, seed: int) -> None:
    crowd, codec = Crowd(stage, seed), Codec[f.Fact](FACTS)
    for _ in range(CALLS):
        crowd.call()
        crowd.act()

    for fact in stage.virtual.journal.facts:
        assert codec.decode_json(codec.encode(fact)) == fact
