"""Where a message of a stream begins and ends (RFC 3261 7.5, 18.3; keep-alives: RFC 5626 3.5.1).

The length of a body is what `framing` reads as Content-Length, so that framing and parsing cannot differ
about which octets belong to which message. Without a length that can be believed nothing behind the head is
looked at: it could be a request that somebody smuggled into a body.
"""

import re

from telephony.sip.errors import ParseError
from telephony.sip.framing import MAX_MESSAGE, body_length

KEEP_ALIVE = b"\r\n\r\n"
"""What `next` gives for a ping; no message begins so. It is answered with `KEEP_ALIVE_ANSWER`."""

KEEP_ALIVE_ANSWER = b"\r\n"

_END = b"\r\n\r\n"
_PING = re.compile(rb"\r\n\r\n")
_BREAKS = re.compile(rb"[\r\n]*+")


class StreamFramer:
    """Octets in by `feed`, whole messages and keep-alives out by `next`, each octet looked at once.

    It keeps one message at most, besides what was fed and is not yet taken. Once it `is_broken`, what `next`
    gave last is a head that the parser refuses and may answer, and the rest of the stream is lost.
    """

    def __init__(self) -> None:
        self._octets = bytearray()
        self._breaks = b""  # line breaks between messages that may yet become a ping
        self._searched = 0  # octets in which no head ends
        self._length = 0  # of the message whose head is complete, 0 before that
        self.is_broken = False

    @property
    def is_within_message(self) -> bool:
        """Whether a message has begun and is not complete."""
        return bool(self._octets)

    def feed(self, data: bytes) -> None:
        """Take what came."""
        if not self.is_broken:
            self._octets += data

    def next(self) -> bytes | None:
        """The next message or `KEEP_ALIVE`; None when more has to come first."""
        if self.is_broken:
            return None
        if not self._length:
            if not self._searched and self._skip_breaks():
                return KEEP_ALIVE
            if not self._find_head():
                return None
        if self.is_broken:
            return self._take(len(self._octets))
        return self._take(self._length) if len(self._octets) >= self._length else None

    def _skip_breaks(self) -> bool:
        """Drop the line breaks before a message; whether a ping was among them. Several are one."""
        found = _BREAKS.match(self._octets)
        assert found is not None
        if not found[0]:
            if self._octets:
                self._breaks = b""
            return False
        breaks = self._breaks + found[0]
        ended = max((ping.end() for ping in _PING.finditer(breaks)), default=0)
        del self._octets[: found.end()]
        self._breaks = breaks[ended:][-3:]
        return ended > 0

    def _find_head(self) -> bool:
        """Find the end of the head, and with it that of the message; whether there is something to take."""
        end = self._octets.find(_END, max(0, self._searched - len(_END) + 1))
        if end < 0:
            self._searched = len(self._octets)
            if self._searched > MAX_MESSAGE:  # the parser answers 513 to as much
                self.is_broken = True
            return self.is_broken
        head = end + len(_END)
        try:
            self._length = head + body_length(bytes(self._octets[:end]))
        except ParseError:
            self.is_broken = True
            del self._octets[head:]
        return True

    def _take(self, count: int) -> bytes:
        message = bytes(memoryview(self._octets)[:count])
        del self._octets[:count]
        self._searched = self._length = 0
        self._breaks = b""
        return message
