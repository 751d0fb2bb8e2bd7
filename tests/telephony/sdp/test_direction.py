import pytest

from telephony.sdp.direction import Direction

SENDRECV, SENDONLY = Direction.SENDRECV, Direction.SENDONLY
RECVONLY, INACTIVE = Direction.RECVONLY, Direction.INACTIVE


@pytest.mark.parametrize(
    ("direction", "sends", "receives"),
    [(SENDRECV, True, True), (SENDONLY, True, False), (RECVONLY, False, True), (INACTIVE, False, False)],
)
def test_sends_and_receives(direction: Direction, sends: bool, receives: bool) -> None:
    assert (direction.sends, direction.receives) == (sends, receives)
    assert Direction.of(sends, receives) is direction


@pytest.mark.parametrize(
    ("wanted", "offered", "answered"),
    [
        (SENDRECV, SENDRECV, SENDRECV),
        (SENDRECV, SENDONLY, RECVONLY),
        (SENDRECV, RECVONLY, SENDONLY),
        (SENDRECV, INACTIVE, INACTIVE),
        (SENDONLY, SENDRECV, SENDONLY),
        (SENDONLY, SENDONLY, INACTIVE),
        (RECVONLY, SENDONLY, RECVONLY),
        (INACTIVE, SENDRECV, INACTIVE),
    ],
)
def test_an_answer_stays_within_the_offer(wanted: Direction, offered: Direction, answered: Direction) -> None:
    assert wanted.within(offered) is answered
