"""112 is decided before every other rule."""

from datetime import UTC, datetime

import pytest

from routing.decide import decide
from routing.decision import Branch, Kind, Origin, Question, Reason, Strategy
from routing.places import Place
from tests.routing.test_decide import ALL_KC, NOON, TABLES, ask
from tests.support.plans import TRUNKS, Presence, tables_of

TWO_TRUNKS = tables_of(trunks=TRUNKS + '[trunks.pbx]\npeers = ["10.1.0.5"]\nemergency = true\n')


@pytest.mark.parametrize("dialled", ["112", "+46112", "0112", "urn:service:sos", "urn:service:sos.fire"])
@pytest.mark.parametrize("origin_name", ["kc1", "nobody"])
def test_an_emergency_call_tries_every_emergency_trunk_in_turn(dialled: str, origin_name: str) -> None:
    decision = ask(dialled, tables=TWO_TRUNKS, origin=Origin.PHONE, origin_name=origin_name)

    assert (decision.kind, decision.strategy, decision.emergency) == (Kind.RING, Strategy.LINEAR, True)
    assert [(target.trunk, target.number) for target in decision.targets] == [
        ("operator", "112"),
        ("pbx", "112"),
    ]
    assert len({target.member for target in decision.targets}) == 2
    assert decision.first_response_seconds == 4
    assert decision.ring_seconds >= 180


def test_the_trunk_an_emergency_call_came_by_is_the_last_to_be_tried() -> None:
    decision = ask("112", tables=TWO_TRUNKS, origin_name="operator")

    assert [target.trunk for target in decision.targets] == ["pbx", "operator"]


def test_a_gateway_that_is_down_is_tried_after_the_others_and_explain_says_so() -> None:
    decision = ask("112", Presence(down={Place("192.0.2.10", 5060)}), tables=TWO_TRUNKS, origin=Origin.PHONE)

    assert [target.trunk for target in decision.targets] == ["pbx", "operator"]
    assert decision.reasons[1:] == (
        Reason("gateway", "trunks.operator.peers[0]", "it does not answer: tried after the others"),
    )


def test_emergency_calls_are_spread_over_gateways_of_one_priority() -> None:
    gateways = '[{ address = "10.1.0.6", priority = 1 }, { address = "10.1.0.7", priority = 1, weight = 3 }]'
    trunks = f'[trunks.pbx]\npeers = ["10.1.0.5"]\nemergency = true\ngateways = {gateways}\n'
    tables = tables_of(trunks=trunks)

    def first(draw: float) -> Place | None:
        question = Question("112", Origin.PHONE, "kc1", None, draw=draw)
        return decide(tables, question, Presence(), datetime(2026, 3, 2, 9, tzinfo=UTC)).targets[0].gateway

    assert [first(draw) for draw in (0.0, 0.24, 0.25, 0.99)] == [
        Place("10.1.0.6", 5060),
        Place("10.1.0.6", 5060),
        Place("10.1.0.7", 5060),
        Place("10.1.0.7", 5060),
    ]


def test_an_emergency_call_asks_neither_presence_nor_calendar() -> None:
    decision = ask("112", Presence(unregistered=ALL_KC, busy={"trunk/operator"}), origin=Origin.PHONE)

    assert [target.trunk for target in decision.targets] == ["operator"]


def test_when_every_trunk_was_tried_the_emergency_call_ends() -> None:
    question = Question("112", Origin.PHONE, "kc1", None, Branch.NO_ANSWER, "112")

    decision = decide(TABLES, question, Presence(), NOON)

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, 503, "failed")
    assert decision.emergency


def test_without_an_emergency_trunk_the_call_is_refused_with_the_reason() -> None:
    decision = ask("112", tables=tables_of(trunks=""), origin=Origin.PHONE)

    assert (decision.status, decision.emergency) == (503, True)
    assert decision.reasons[0].text == "the plan has no emergency trunk"
