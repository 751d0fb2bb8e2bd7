"""A key in the sound of a call is one press, by our own ear for keys."""

import socket
from collections.abc import Iterator

import pytest
from pyVoIP.RTP import PayloadType, TransmitType

from telephony.demo.ear import Line
from telephony.demo.keypad import KEYS, press
from telephony.media.keys import KeyEar


@pytest.fixture(name="far")
def _far() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.bind(("127.0.0.1", 0))
        far.settimeout(0.5)
        yield far


def line(far: socket.socket, codecs: dict[int, PayloadType]) -> Line:
    """A call to there; nothing of its own is sent."""
    made = Line(codecs, "127.0.0.1", 0, *far.getsockname(), TransmitType.SENDRECV)
    made.sout = far
    return made


def keys(far: socket.socket) -> str:
    """What came."""
    ear, heard = KeyEar(), ""
    far.settimeout(0.05)
    try:
        while True:
            packet = bytearray(far.recv(200))
            assert packet[1] & 0x7F == 101
            heard += ear.hear(packet, len(packet), 0.0) or ""
    except TimeoutError:
        return heard


@pytest.mark.parametrize("key", [KEYS[0], KEYS[-1]])
def test_a_key_is_pressed_once(far: socket.socket, key: str) -> None:
    press(line(far, {0: PayloadType.PCMU, 101: PayloadType.EVENT}), key)

    assert keys(far) == key


def test_where_no_keys_were_agreed_on_none_is_sent(far: socket.socket) -> None:
    press(line(far, {0: PayloadType.PCMU}), "1")

    assert keys(far) == ""
