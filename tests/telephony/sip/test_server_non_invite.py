import pytest

from telephony.sip.machine import Input, Output, State
from telephony.sip.server_non_invite import ServerNonInvite
from telephony.sip.timers import Timers


def trying(reliable: bool = False) -> ServerNonInvite:
    return ServerNonInvite(Timers(), reliable, now=0.0)


def test_trying_absorbs_what_is_repeated() -> None:
    machine = trying()

    assert machine.receive(Input.REQUEST, 0.5) == ()
    assert (machine.state, machine.deadline) == (State.TRYING, None)


def test_proceeding_repeats_its_provisional_response() -> None:
    machine = trying()

    assert machine.receive(Input.PROVISIONAL, 0.1) == (Output.SEND,)
    assert machine.receive(Input.PROVISIONAL, 0.2) == (Output.SEND,)
    assert machine.receive(Input.REQUEST, 0.5) == (Output.RESEND,)
    assert (machine.state, machine.deadline) == (State.PROCEEDING, None)


@pytest.mark.parametrize("provisional", [False, True])
@pytest.mark.parametrize("answer", [Input.SUCCESS, Input.FAILURE])
@pytest.mark.parametrize(("reliable", "timer_j"), [(False, 32.0), (True, 0.0)])
def test_completed_repeats_its_answer_for_timer_j(
    provisional: bool, answer: Input, reliable: bool, timer_j: float
) -> None:
    machine = trying(reliable)
    if provisional:
        machine.receive(Input.PROVISIONAL, 0.1)

    assert machine.receive(answer, 1.0) == (Output.SEND,)
    assert machine.receive(Input.REQUEST, 1.0) == (Output.RESEND,)
    assert machine.receive(answer, 1.0) == ()
    assert (machine.state, machine.deadline) == (State.COMPLETED, 1.0 + timer_j)
    assert machine.handle_timer(1.0 + timer_j) == ()
    assert (machine.state, machine.deadline) == (State.TERMINATED, None)
