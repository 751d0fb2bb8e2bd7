from telephony.sip.accepted_2xx import Accepted2xx
from telephony.sip.machine import Input, Output, State
from telephony.sip.timers import Timers


def test_repeated_up_to_t2_until_64_t1() -> None:
    machine, outputs = Accepted2xx(Timers(), now=0.0), []
    while (deadline := machine.deadline) is not None:
        outputs.append((deadline, machine.handle_timer(deadline)))

    repeated = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert outputs == [*((time, (Output.RESEND,)) for time in repeated), (32.0, (Output.TIMED_OUT,))]
    assert machine.state is State.TERMINATED


def test_ack_ends_it() -> None:
    machine = Accepted2xx(Timers(), now=0.0)

    assert machine.receive(Input.ACK, 0.2) == (Output.REPORT,)
    assert machine.receive(Input.ACK, 0.3) == ()
    assert (machine.state, machine.deadline) == (State.CONFIRMED, None)
