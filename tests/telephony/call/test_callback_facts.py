from telephony.call import callback_facts as b
from tests.support.calls import NOON


def test_a_callback_is_of_its_queue_and_the_call_for_it_of_its_own() -> None:
    assert b.CallbackKept(at=NOON, callback="c1", queue="kc", call="c2").stream == "queue/kc"
    assert b.CallbackTaken(at=NOON, call="c2").stream == "call/c2"
