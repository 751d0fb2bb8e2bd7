"""A key of a telephone, in the sound of a pyVoIP call (RFC 4733), which pyVoIP hears and cannot send."""

import struct
import time

from pyVoIP.RTP import PayloadType, RTPClient

KEYS = "0123456789*#"

_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")
_PERIOD = 160  # samples in 20 ms
_PACKETS, _ENDS = 6, 3
_MARKER, _END, _VOLUME = 0x80, 0x80, 10


def press(client: RTPClient, key: str) -> None:
    """Press a key for 120 ms. Nothing happens when keys were not agreed on."""
    number = next((number for number, kind in client.assoc.items() if kind is PayloadType.EVENT), None)
    if number is None:
        return
    stamp = (
        client.outTimestamp
    )  # that of the moment when it went down, in each of its packets (RFC 4733 2.3.1)
    for at in range(_PACKETS + _ENDS - 1):
        is_end, length = at >= _PACKETS - 1, min(at + 1, _PACKETS) * _PERIOD
        header = _HEADER.pack(0x80, number | (0 if at else _MARKER), at + 1, stamp, client.outSSRC + 1)
        event = _EVENT.pack(KEYS.index(key), (_END if is_end else 0) | _VOLUME, length)
        client.sout.sendto(header + event, (client.outIP, client.outPort))
        time.sleep(0.02)
