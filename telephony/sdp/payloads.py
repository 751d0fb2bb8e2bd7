"""Payload numbers: read from a stream's lines, given out, and kept for the whole session."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache

from telephony.sdp.codec import MAX_PAYLOAD_TYPE, MOST_REMEMBERED, STATIC, STATIC_NUMBERS, Codec, OfferedCodec
from telephony.sdp.errors import MalformedSdp
from telephony.sdp.media import Attribute, Media, read_number

DYNAMIC = (*range(96, 128), *range(35, 64))
"""Numbers that mean nothing by themselves, in the order of RFC 5761 4 and RFC 3551 6."""

# Their packets or their fmtp hold payload numbers of other codecs, and datagrams are copied undecoded:
# with other numbers on the other leg they would lie.
_HOLDS_NUMBERS = frozenset({"red", "rtx", "ulpfec", "parityfec", "flexfec"})


def read_codecs(media: Media, known: Mapping[int, Codec] = STATIC) -> tuple[OfferedCodec, ...]:
    """The codecs of a stream in its order, each once; formats that cannot be relayed are left out.

    `known` says what a number means that has no `a=rtpmap`. Never raises.
    """
    if known is STATIC:
        return _read_codecs(media.formats, media.attributes)
    return _codecs_of(media.formats, media.attributes, known)


@lru_cache(maxsize=MOST_REMEMBERED)
def _read_codecs(formats: tuple[str, ...], attributes: tuple[Attribute, ...]) -> tuple[OfferedCodec, ...]:
    return _codecs_of(formats, attributes, STATIC)


def _codecs_of(
    formats: tuple[str, ...], attributes: tuple[Attribute, ...], known: Mapping[int, Codec]
) -> tuple[OfferedCodec, ...]:
    encodings, parameters = _by_number(attributes, "rtpmap"), _by_number(attributes, "fmtp")
    found: dict[Codec, int] = {}
    for number in formats:
        with suppress(MalformedSdp):
            payload_type = read_number(number, MAX_PAYLOAD_TYPE)
            encoding, fmtp = encodings.get(number), parameters.get(number, "")
            if encoding is not None:
                codec = Codec.parse(encoding, fmtp)
            elif payload_type in known:
                codec = known[payload_type].with_fmtp(fmtp)
            else:
                continue
            if codec.identity[0] not in _HOLDS_NUMBERS:
                found.setdefault(codec, payload_type)
    return tuple([OfferedCodec(codec, payload_type) for codec, payload_type in found.items()])


def _by_number(attributes: Iterable[Attribute], attribute: str) -> dict[str, str]:
    """The values of `a=rtpmap` or `a=fmtp` by payload number; the first of several stands."""
    values: dict[str, str] = {}
    for name, value in attributes:
        if name == attribute and value:
            number, _, rest = value.partition(" ")
            values.setdefault(number, rest)
    return values


def write_codecs(codecs: Iterable[OfferedCodec]) -> tuple[tuple[str, ...], tuple[Attribute, ...]]:
    """The formats and the attributes that describe these codecs."""
    formats: list[str] = []
    attributes: list[Attribute] = []
    for entry in codecs:
        formats.append(str(entry.payload_type))
        attributes.append(("rtpmap", f"{entry.payload_type} {entry.codec}"))
        if entry.codec.fmtp:
            attributes.append(("fmtp", f"{entry.payload_type} {entry.codec.fmtp}"))
    return tuple(formats), tuple(attributes)


class PayloadNumbers:
    """What each number has meant in a session, whoever said it; none is given to a second codec.

    Source: RFC 3264 8.3.2. Bounded: there are 128 numbers.
    """

    def __init__(self) -> None:
        self._meanings: dict[int, Codec] = {}
        self._ours: dict[Codec, int] = {}

    @classmethod
    def parse(cls, lines: Iterable[str]) -> "PayloadNumbers":
        """Read what `to_lines` gave; raises MalformedSdp."""
        numbers = cls()
        for line in lines:
            number, _, encoding = line.partition(" ")
            payload_type, codec = read_number(number, MAX_PAYLOAD_TYPE), Codec.parse(encoding)
            numbers._meanings[payload_type] = codec
            numbers._ours.setdefault(codec, payload_type)
        return numbers

    def to_lines(self) -> list[str]:
        """The table as values of `a=rtpmap`, the numbers that we offer with first."""
        numbers = dict.fromkeys((*self._ours.values(), *self._meanings))
        return [f"{number} {self._meanings[number]}" for number in numbers]

    def follow(self, codecs: Iterable[OfferedCodec]) -> None:
        """The peer's offer: its numbers mean what it says, since our answer repeats them (RFC 3264 6.1)."""
        for entry in codecs:
            before = self._meanings.get(entry.payload_type, entry.codec)
            if before != entry.codec and self._ours.get(before) == entry.payload_type:
                del self._ours[before]
            self._meanings[entry.payload_type] = entry.codec

    def adopt(self, codecs: Iterable[OfferedCodec]) -> None:
        """Our answer to that offer: from now on we offer with these numbers too."""
        for entry in codecs:
            self._ours[entry.codec] = entry.payload_type

    def reserve(self, codecs: Iterable[OfferedCodec]) -> None:
        """The peer's answer: its numbers are its own, but they are better not used for anything else."""
        for entry in codecs:
            self._meanings.setdefault(entry.payload_type, entry.codec)

    def assign(self, codecs: Iterable[OfferedCodec]) -> tuple[OfferedCodec, ...]:
        """The codecs, each once, with the numbers that they have in this session.

        A new one gets the number that it would like if that is free and meant for such use. One for which no
        number is left is left out.
        """
        assigned: dict[Codec, OfferedCodec] = {}
        for entry in codecs:
            number = self._ours.get(entry.codec)
            if number is None:
                number = self._free_number(entry)
            if number is not None:
                self._meanings[number], self._ours[entry.codec] = entry.codec, number
                assigned.setdefault(entry.codec, OfferedCodec(entry.codec, number))
        return tuple(assigned.values())

    def _free_number(self, entry: OfferedCodec) -> int | None:
        candidates = [entry.payload_type] if entry.payload_type in DYNAMIC else []
        if entry.codec in STATIC_NUMBERS:
            candidates.append(STATIC_NUMBERS[entry.codec])
        return next((number for number in (*candidates, *DYNAMIC) if number not in self._meanings), None)
