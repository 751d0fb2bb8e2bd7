from telephony.call.errors import CallError, IllegalTransition
from telephony.errors import VaxelnError


def test_every_error_of_the_call_machine_has_one_base() -> None:
    assert issubclass(IllegalTransition, CallError)
    assert issubclass(CallError, VaxelnError)
