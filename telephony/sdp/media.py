"""The `m=` line and what belongs to it (RFC 8866 5.14)."""

from collections.abc import Mapping
from dataclasses import dataclass

from telephony.sdp.connection import Connection
from telephony.sdp.errors import MalformedSdp

Attribute = tuple[str, str | None]
"""Name and value of an `a=` line; the value is None where there is no colon."""

MAX_PORT = 65_535


def read_number(text: str, maximum: int) -> int:
    """Read an unsigned decimal; raises MalformedSdp for anything else and for more than `maximum`."""
    # int() alone takes signs, underscores, blanks and the digits of every script. Longer text is never larger
    # by right: ten digits hold every number that SDP counts with.
    if len(text) <= 10 and text.isascii() and text.isdigit() and (number := int(text)) <= maximum:
        return number
    raise MalformedSdp(f"number expected, at most {maximum}")


def parse_attribute(text: str) -> Attribute:
    """Split the value of an `a=` line at its first colon."""
    name, colon, value = text.partition(":")
    return name, value if colon else None


def write_attribute(attribute: Attribute) -> str:
    """The value of an `a=` line."""
    name, value = attribute
    return name if value is None else f"{name}:{value}"


@dataclass(frozen=True, slots=True)
class Media:
    """One media stream as described. `port` 0: refused or ended; `formats`: payload numbers as text."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    ports: int = 1
    connection: Connection | None = None
    bandwidths: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()

    @classmethod
    def parse(cls, line: str, fields: Mapping[str, list[str]]) -> "Media":
        """Read the value of an `m=` line and the values of the lines below it, by type letter.

        Raises MalformedSdp.
        """
        parts = line.split()
        if len(parts) < 4:
            raise MalformedSdp("m= line is not kind, port, protocol, formats")
        port, slash, count = parts[1].partition("/")
        connections = fields.get("c")
        return cls(
            kind=parts[0],
            port=read_number(port, MAX_PORT),
            protocol=parts[2],
            formats=tuple(parts[3:]),
            ports=read_number(count, MAX_PORT) if slash else 1,
            connection=Connection.parse(connections[0]) if connections else None,
            bandwidths=tuple(fields.get("b", ())),
            attributes=tuple([parse_attribute(text) for text in fields.get("a", ())]),
        )

    def __str__(self) -> str:
        port = str(self.port) if self.ports == 1 else f"{self.port}/{self.ports}"
        lines = [f"m={self.kind} {port} {self.protocol} {' '.join(self.formats)}\r\n"]
        if self.connection is not None:
            lines.append(f"c={self.connection}\r\n")
        lines += [f"b={bandwidth}\r\n" for bandwidth in self.bandwidths]
        lines += [f"a={write_attribute(attribute)}\r\n" for attribute in self.attributes]
        return "".join(lines)

    def refused(self) -> "Media":
        """The same line with port 0 and nothing below it (RFC 3264 6)."""
        return Media(self.kind, 0, self.protocol, self.formats)
