"""A call of the past: what was decided, and what today's plan would do."""

from dataclasses import replace

import pytest

from routing.decide import decide
from routing.decision import Kind, Question
from routing.situation import Everybody
from telephony.call import facts as f
from telephony.call.explained import explain_call
from telephony.call.transfer_facts import Stage, TransferDecided
from tests.support.calls import NOON, after, arrive, phone, reject, ring
from tests.support.plans import BYGGLOV, MAIN, tables_of

TODAY = tables_of(7)


def decided(second: float, decision: object) -> f.RouteDecided:
    return f.RouteDecided(at=after(second), call="c1", decision=decision, talk_limit=0.0)  # type: ignore[arg-type]


def test_every_decision_is_told_in_order_and_that_of_today() -> None:
    handed_on = TransferDecided(
        at=after(30), call="c1", leg="c1.1", stage=Stage.TARGET, kept="c1.0", by=phone("anna"),
        number=BYGGLOV, decision=ring(phone("bo")),
    )  # fmt: skip
    ended = f.LegEnded(at=after(40), call="c1", leg="c1.0")
    facts = [
        arrive(dialled=MAIN),
        decided(0, ring(phone("anna"))),
        decided(20, reject(480)),
        handed_on,
        ended,
    ]

    told = explain_call(facts, TODAY)

    assert told is not None
    assert [(past.at, past.transfer) for past in told.decisions] == [
        (NOON, False), (after(20), False), (after(30), True),
    ]  # fmt: skip
    assert (told.today.kind, told.today.number, told.today.plan_version) == (Kind.RING, MAIN, 7)


@pytest.mark.parametrize("number", [MAIN, BYGGLOV, "+46700000000"])
def test_the_same_plan_does_the_same_whoever_was_there(number: str) -> None:
    arrived = arrive(dialled=number)
    question = Question(number, arrived.origin, arrived.origin_name, arrived.caller)
    then = decide(TODAY, question, Everybody(), NOON)

    for same in (then, replace(then, targets=then.targets[:1], plan_version=3)):
        told = explain_call([arrived, decided(0, same)], TODAY)
        assert told is not None and told.same
    other = explain_call([arrived, decided(0, replace(then, number="+46853061999"))], TODAY)
    assert other is not None and not other.same


def test_a_call_that_was_never_decided_is_told_by_today_alone() -> None:
    told = explain_call([arrive(dialled=MAIN)], TODAY)

    assert told is not None
    assert (told.decisions, told.same) == ((), False)


def test_what_never_arrived_is_no_call() -> None:
    assert explain_call([decided(0, reject(480))], TODAY) is None
