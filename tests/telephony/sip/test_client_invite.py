import pytest

from telephony.sip.client_invite import ClientInvite
from telephony.sip.machine import Input, Output, State
from telephony.sip.timers import Timers

ACK_AND_REPORT = (Output.SEND_ACK, Output.REPORT)


def calling(reliable: bool = False) -> ClientInvite:
    return ClientInvite(Timers(), reliable, now=0.0)


def test_timer_a_doubles_until_timer_b_gives_up() -> None:
    machine, sent_at = calling(), []
    while (deadline := machine.deadline) is not None:
        outputs = machine.handle_timer(deadline)
        sent_at.append((deadline, outputs))

    assert [time for time, outputs in sent_at if outputs == (Output.RESEND,)] == [
        0.5,
        1.5,
        3.5,
        7.5,
        15.5,
        31.5,
    ]
    assert sent_at[-1] == (32.0, (Output.TIMED_OUT,))
    assert machine.state is State.TERMINATED


def test_reliable_transport_does_not_repeat() -> None:
    machine = calling(reliable=True)

    assert machine.deadline == 32.0
    assert machine.handle_timer(32.0) == (Output.TIMED_OUT,)


def test_proceeding_has_no_timer() -> None:
    machine = calling()

    assert machine.receive(Input.PROVISIONAL, 0.2) == (Output.REPORT,)
    assert machine.receive(Input.PROVISIONAL, 0.3) == (Output.REPORT,)
    assert (machine.state, machine.deadline) == (State.PROCEEDING, None)
    assert machine.handle_timer(99.0) == ()


@pytest.mark.parametrize("ringing", [False, True])
def test_accepted_passes_each_2xx_on_for_timer_m(ringing: bool) -> None:
    machine = calling()
    if ringing:
        machine.receive(Input.PROVISIONAL, 0.5)

    assert machine.receive(Input.SUCCESS, 1.0) == (Output.REPORT,)
    assert machine.receive(Input.SUCCESS, 2.0) == (Output.REPORT,)
    assert machine.receive(Input.PROVISIONAL, 2.0) == ()
    assert machine.receive(Input.FAILURE, 2.0) == ()
    assert (machine.state, machine.deadline) == (State.ACCEPTED, 33.0)
    assert machine.handle_timer(33.0) == ()
    assert machine.state is State.TERMINATED


@pytest.mark.parametrize("ringing", [False, True])
@pytest.mark.parametrize(("reliable", "timer_d"), [(False, 32.0), (True, 0.0)])
def test_completed_acknowledges_each_refusal_for_timer_d(
    ringing: bool, reliable: bool, timer_d: float
) -> None:
    machine = calling(reliable)
    if ringing:
        machine.receive(Input.PROVISIONAL, 0.5)

    assert machine.receive(Input.FAILURE, 1.0) == ACK_AND_REPORT
    assert machine.receive(Input.FAILURE, 1.0) == (Output.SEND_ACK,)
    assert machine.receive(Input.SUCCESS, 1.0) == ()
    assert (machine.state, machine.deadline) == (State.COMPLETED, 1.0 + timer_d)
    assert machine.handle_timer(1.0 + timer_d) == ()
    assert machine.state is State.TERMINATED


def test_transport_error_ends_calling_only() -> None:
    machine, ringing = calling(), calling()
    ringing.receive(Input.PROVISIONAL, 0.5)

    assert machine.receive(Input.TRANSPORT_ERROR, 1.0) == (Output.FAILED,)
    assert machine.state is State.TERMINATED
    assert ringing.receive(Input.TRANSPORT_ERROR, 1.0) == ()


def test_cancel_waits_for_a_provisional_response() -> None:
    machine = calling()

    assert machine.receive(Input.CANCEL, 0.1) == ()
    assert machine.handle_timer(0.5) == (Output.RESEND,)  # the INVITE itself may be lost
    assert machine.receive(Input.CANCEL, 0.6) == ()
    assert machine.receive(Input.PROVISIONAL, 1.0) == (Output.SEND_CANCEL, Output.REPORT)
    assert (machine.state, machine.deadline) == (State.CANCELLED, 33.0)
    assert machine.receive(Input.PROVISIONAL, 1.1) == (Output.REPORT,)
    assert machine.receive(Input.CANCEL, 1.2) == ()


def test_cancel_of_a_ringing_call_is_sent_at_once() -> None:
    machine = calling()
    machine.receive(Input.PROVISIONAL, 0.5)

    assert machine.receive(Input.CANCEL, 1.0) == (Output.SEND_CANCEL,)
    assert machine.receive(Input.FAILURE, 1.1) == ACK_AND_REPORT
    assert machine.state is State.COMPLETED


def test_cancelled_call_that_never_ends_is_given_up() -> None:
    machine = calling()
    machine.receive(Input.PROVISIONAL, 0.5)
    machine.receive(Input.CANCEL, 1.0)

    assert machine.handle_timer(33.0) == (Output.TIMED_OUT,)
    assert machine.state is State.TERMINATED


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize(
    ("answer", "outputs", "state"),
    [
        (Input.SUCCESS, (Output.REPORT,), State.ACCEPTED),
        (Input.FAILURE, ACK_AND_REPORT, State.COMPLETED),
    ],
)
def test_answer_that_crosses_the_cancel(
    heard: bool, answer: Input, outputs: tuple[Output, ...], state: State
) -> None:
    machine = calling()
    machine.receive(Input.CANCEL, 0.1)
    if heard:
        machine.receive(Input.PROVISIONAL, 0.2)

    assert machine.receive(answer, 0.3) == outputs
    assert machine.state is state


def test_cancelled_before_it_is_heard_it_still_times_out_or_fails() -> None:
    unheard, failed = calling(), calling()
    unheard.receive(Input.CANCEL, 0.1)
    failed.receive(Input.CANCEL, 0.1)

    assert unheard.handle_timer(32.0) == (Output.TIMED_OUT,)
    assert failed.receive(Input.TRANSPORT_ERROR, 0.2) == (Output.FAILED,)


def test_one_from_before_a_restart_is_proceeding() -> None:
    machine = ClientInvite(Timers(), False, 0.0, State.PROCEEDING)

    assert machine.deadline is None
    assert machine.receive(Input.CANCEL, 1.0) == (Output.SEND_CANCEL,)
