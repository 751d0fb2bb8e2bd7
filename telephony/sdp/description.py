"""A session description: parsed from and written to the text of RFC 8866.

Kept are the lines that a telephone call needs (o s c b t a m). The others (i u e p r z, and k with its key)
are read over and not written again; so are letters that nobody has defined. The order of the lines within a
section is not checked, because phones differ; what is written is in the order of the RFC.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from telephony.sdp.connection import Connection
from telephony.sdp.errors import MalformedSdp
from telephony.sdp.media import Attribute, Media, parse_attribute, write_attribute

MAX_OCTETS = 16_384
"""Largest description that is read. A browser's offer with video has 8 kB; a datagram could bring 64 kB."""

MAX_MEDIA = 32
"""Most m= lines that are read. They are kept for as long as the call lasts, and repeated in every answer."""

KEY_ATTRIBUTES = frozenset({"crypto", "key-mgmt", "ice-pwd"})
"""Attributes that hold keys or passwords: never stored."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The `o=` line (RFC 8866 5.2). The numbers stay text: nobody counts with them, some exceed 64 bits."""

    username: str
    session_id: str
    version: str
    network_type: str
    address_type: str
    address: str

    @classmethod
    def parse(cls, text: str) -> "Origin":
        """Read the value of an `o=` line; raises MalformedSdp."""
        parts = text.rsplit(maxsplit=5)  # from the right: some phones put their name, with blanks, first
        if len(parts) != 6:
            raise MalformedSdp("o= line does not have six fields")
        return cls(*parts)

    def __str__(self) -> str:
        return (
            f"{self.username} {self.session_id} {self.version} "
            f"{self.network_type} {self.address_type} {self.address}"
        )


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """One description. `times` and `bandwidths` are the values of the `t=` and `b=` lines as they came."""

    origin: Origin
    name: str = "-"
    connection: Connection | None = None
    bandwidths: tuple[str, ...] = ()
    times: tuple[str, ...] = ("0 0",)
    attributes: tuple[Attribute, ...] = ()
    media: tuple[Media, ...] = ()

    @classmethod
    def parse(cls, body: bytes) -> "SessionDescription":
        """Read a body of type application/sdp, in time linear in its length; raises MalformedSdp."""
        sections = _sections(_lines(body))
        _, session = next(sections)
        if session.get("v") != ["0"]:
            raise MalformedSdp("no v=0 line")
        origins, connections = session.get("o"), session.get("c")
        if not origins:
            raise MalformedSdp("no o= line")
        return cls(
            origin=Origin.parse(origins[0]),
            name=session.get("s", ["-"])[0],
            connection=Connection.parse(connections[0]) if connections else None,
            bandwidths=tuple(session.get("b", ())),
            times=tuple(session.get("t", ())),
            attributes=tuple([parse_attribute(text) for text in session.get("a", ())]),
            media=tuple([Media.parse(line, fields) for line, fields in sections]),
        )

    def __str__(self) -> str:
        lines = [f"v=0\r\no={self.origin}\r\ns={self.name}\r\n"]
        if self.connection is not None:
            lines.append(f"c={self.connection}\r\n")
        lines += [f"b={bandwidth}\r\n" for bandwidth in self.bandwidths]
        lines += [f"t={time}\r\n" for time in self.times]
        lines += [f"a={write_attribute(attribute)}\r\n" for attribute in self.attributes]
        lines += [str(media) for media in self.media]
        return "".join(lines)

    def to_bytes(self) -> bytes:
        """The body to send."""
        return str(self).encode()

    def connection_of(self, media: Media) -> Connection | None:
        """Where this stream is received: its own `c=` line, else the session's."""
        return media.connection or self.connection

    def without_keys(self) -> "SessionDescription":
        """The description without keys and passwords, fit to be stored."""
        if not any(name in KEY_ATTRIBUTES for name in self._attribute_names()):
            return self
        return replace(
            self,
            attributes=_without_keys(self.attributes),
            media=tuple([replace(media, attributes=_without_keys(media.attributes)) for media in self.media]),
        )

    def _attribute_names(self) -> Iterator[str]:
        for attributes in (self.attributes, *[media.attributes for media in self.media]):
            for name, _ in attributes:
                yield name


def _without_keys(attributes: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
    return tuple([attribute for attribute in attributes if attribute[0] not in KEY_ATTRIBUTES])


def _lines(body: bytes) -> list[str]:
    if len(body) > MAX_OCTETS:
        raise MalformedSdp(f"description exceeds {MAX_OCTETS} octets")
    # What is not UTF-8 is replaced, not escaped: the text goes into facts, and databases refuse surrogates.
    text = body.decode("utf-8", "replace").replace("\r\n", "\n")
    if "\r" in text or "\0" in text:
        raise MalformedSdp("NUL or lone carriage return")
    # Not splitlines(): it also splits at characters that a line may hold, such as U+2028.
    return [line for line in text.split("\n") if line]


def _sections(lines: Sequence[str]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The session's section, then each stream's: the value of its m= line and the values below, by letter."""
    title, streams = "", 0
    fields: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        letter, equals, value = line.partition("=")
        if not equals or len(letter) != 1:
            raise MalformedSdp("line is not a letter, an equals sign and a value")
        if letter != "m":
            fields[letter].append(value)
            continue
        yield title, fields
        title, fields, streams = value, defaultdict(list), streams + 1
        if streams > MAX_MEDIA:
            raise MalformedSdp(f"more than {MAX_MEDIA} m= lines")
    yield title, fields
