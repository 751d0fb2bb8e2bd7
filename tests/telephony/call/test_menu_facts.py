from routing.decision import Branch
from telephony.call import menu_facts as m
from tests.support.calls import NOON


def test_the_facts_of_a_menu_are_of_its_call() -> None:
    facts = (
        m.KeyPressed(at=NOON, call="c1", leg="c1.0", key="1"),
        m.MenuLeft(at=NOON, call="c1", menu="val", branch=Branch.NO_KEY),
    )

    assert {fact.stream for fact in facts} == {"call/c1"}
