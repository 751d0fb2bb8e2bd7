import pytest

from telephony.sip.machine import Input, Output, State
from telephony.sip.server_invite import ServerInvite
from telephony.sip.timers import Timers


def proceeding(reliable: bool = False) -> ServerInvite:
    return ServerInvite(Timers(), reliable, now=0.0)


def test_proceeding_waits_for_the_user_without_a_timer() -> None:
    machine = proceeding()

    assert machine.receive(Input.PROVISIONAL, 0.0) == (Output.SEND,)
    assert machine.receive(Input.REQUEST, 0.5) == (Output.RESEND,)
    assert machine.receive(Input.ACK, 0.6) == ()
    assert (machine.state, machine.deadline) == (State.PROCEEDING, None)


def test_accepted_absorbs_invites_for_timer_l() -> None:
    machine = proceeding()

    assert machine.receive(Input.SUCCESS, 1.0) == (Output.SEND,)
    assert machine.receive(Input.REQUEST, 1.5) == ()
    assert machine.receive(Input.ACK, 1.6) == (Output.REPORT,)
    assert machine.receive(Input.SUCCESS, 1.7) == ()
    assert (machine.state, machine.deadline) == (State.ACCEPTED, 33.0)
    assert machine.handle_timer(33.0) == ()
    assert machine.state is State.TERMINATED


def test_refusal_is_repeated_by_timer_g_until_timer_h() -> None:
    machine, outputs = proceeding(), []
    assert machine.receive(Input.FAILURE, 0.0) == (Output.SEND,)
    while (deadline := machine.deadline) is not None:
        outputs.append((deadline, machine.handle_timer(deadline)))

    repeated = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert outputs == [*((time, (Output.RESEND,)) for time in repeated), (32.0, (Output.TIMED_OUT,))]
    assert machine.state is State.TERMINATED


def test_refusal_over_a_reliable_transport_is_sent_once() -> None:
    machine = proceeding(reliable=True)
    machine.receive(Input.FAILURE, 0.0)

    assert machine.deadline == 32.0


def test_refusal_is_repeated_for_a_repeated_invite() -> None:
    machine = proceeding()
    machine.receive(Input.FAILURE, 0.0)

    assert machine.receive(Input.REQUEST, 0.1) == (Output.RESEND,)


@pytest.mark.parametrize(("reliable", "timer_i"), [(False, 5.0), (True, 0.0)])
def test_confirmed_absorbs_acks_for_timer_i(reliable: bool, timer_i: float) -> None:
    machine = proceeding(reliable)
    machine.receive(Input.FAILURE, 0.0)

    assert machine.receive(Input.ACK, 1.0) == (Output.ACKNOWLEDGED,)
    assert machine.receive(Input.ACK, 1.0) == ()
    assert machine.receive(Input.REQUEST, 1.0) == ()
    assert (machine.state, machine.deadline) == (State.CONFIRMED, 1.0 + timer_i)
    assert machine.handle_timer(1.0 + timer_i) == ()
    assert machine.state is State.TERMINATED
