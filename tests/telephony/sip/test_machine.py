from collections.abc import Callable

import pytest

from telephony.sip.accepted_2xx import Accepted2xx
from telephony.sip.client_invite import ClientInvite
from telephony.sip.client_non_invite import ClientNonInvite
from telephony.sip.machine import Input, Machine, State
from telephony.sip.server_invite import ServerInvite
from telephony.sip.server_non_invite import ServerNonInvite
from telephony.sip.timers import Timers

MACHINES = [
    lambda: ClientInvite(Timers(), False, 0.0),
    lambda: ClientNonInvite(Timers(), False, 0.0),
    lambda: ServerInvite(Timers(), False, 0.0),
    lambda: ServerNonInvite(Timers(), False, 0.0),
    lambda: Accepted2xx(Timers(), 0.0),
]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (100, Input.PROVISIONAL),
        (199, Input.PROVISIONAL),
        (200, Input.SUCCESS),
        (299, Input.SUCCESS),
        (300, Input.FAILURE),
        (699, Input.FAILURE),
    ],
)
def test_input_of_a_status(status: int, expected: Input) -> None:
    assert Input.of_status(status) is expected


@pytest.mark.parametrize("make", MACHINES)
def test_every_state_of_a_table_is_reached_and_ends(make: Callable[[], Machine]) -> None:
    machine = make()
    reached = {machine.state}
    while True:
        found = {to for (state, _), (to, _) in machine.TABLE.items() if state in reached} - reached
        if not found:
            break
        reached |= found

    assert reached == {state for state, _ in machine.TABLE} | {to for to, _ in machine.TABLE.values()}
    assert State.TERMINATED in reached or State.CONFIRMED in reached


@pytest.mark.parametrize("make", MACHINES)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Input)
def test_what_the_table_lacks_changes_nothing(
    make: Callable[[], Machine], state: State, event: Input
) -> None:
    machine = make()
    machine.state = state
    if machine.expects(event):
        return
    deadline = machine.deadline

    assert machine.receive(event, 1.0) == ()
    assert (machine.state, machine.deadline) == (state, deadline)


@pytest.mark.parametrize("make", MACHINES)
def test_nothing_is_done_before_its_time(make: Callable[[], Machine]) -> None:
    machine = make()
    deadline = machine.deadline

    assert machine.handle_timer(0.1) == ()
    assert machine.deadline == deadline


def test_a_table_without_timers_is_no_machine() -> None:
    with pytest.raises(NotImplementedError):
        Machine(State.TRYING, Timers(), False, 0.0)
