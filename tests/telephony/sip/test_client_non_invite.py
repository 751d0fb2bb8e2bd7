import pytest

from telephony.sip.client_non_invite import ClientNonInvite
from telephony.sip.machine import Input, Output, State
from telephony.sip.timers import Timers


def trying(reliable: bool = False) -> ClientNonInvite:
    return ClientNonInvite(Timers(), reliable, now=0.0)


def repeated_at(machine: ClientNonInvite) -> list[float]:
    times = []
    while (deadline := machine.deadline) is not None:
        if machine.handle_timer(deadline) == (Output.RESEND,):
            times.append(deadline)
    return times


def test_timer_e_doubles_up_to_t2_until_timer_f_gives_up() -> None:
    machine = trying()

    assert repeated_at(machine) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert machine.state is State.TERMINATED


def test_timer_f_tells_the_user() -> None:
    assert trying(reliable=True).handle_timer(32.0) == (Output.TIMED_OUT,)


def test_after_a_provisional_response_timer_e_is_t2() -> None:
    machine = trying()

    assert machine.receive(Input.PROVISIONAL, 0.1) == (Output.REPORT,)
    assert machine.receive(Input.PROVISIONAL, 0.2) == (Output.REPORT,)
    assert repeated_at(machine) == [0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5]
    assert machine.state is State.TERMINATED


@pytest.mark.parametrize("provisional", [False, True])
@pytest.mark.parametrize("answer", [Input.SUCCESS, Input.FAILURE])
@pytest.mark.parametrize(("reliable", "timer_k"), [(False, 5.0), (True, 0.0)])
def test_completed_absorbs_what_is_repeated_for_timer_k(
    provisional: bool, answer: Input, reliable: bool, timer_k: float
) -> None:
    machine = trying(reliable)
    if provisional:
        machine.receive(Input.PROVISIONAL, 0.1)

    assert machine.receive(answer, 1.0) == (Output.REPORT,)
    assert machine.receive(answer, 1.0) == ()
    assert (machine.state, machine.deadline) == (State.COMPLETED, 1.0 + timer_k)
    assert machine.handle_timer(1.0 + timer_k) == ()
    assert machine.state is State.TERMINATED


@pytest.mark.parametrize("provisional", [False, True])
def test_transport_error_ends_it(provisional: bool) -> None:
    machine = trying()
    if provisional:
        machine.receive(Input.PROVISIONAL, 0.1)

    assert machine.receive(Input.TRANSPORT_ERROR, 0.2) == (Output.FAILED,)
    assert (machine.state, machine.deadline) == (State.TERMINATED, None)
