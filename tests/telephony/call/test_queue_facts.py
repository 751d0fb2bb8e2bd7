from telephony.call import queue_facts as q
from tests.support.calls import NOON


def test_the_facts_of_a_queue_are_of_their_call() -> None:
    assert q.TurnPassed(at=NOON, call="c1", queue="kc").stream == "call/c1"
