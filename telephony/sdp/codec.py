"""Codecs as SDP names them, and the payload numbers that mean one by themselves (RFC 3551 6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from telephony.sdp.errors import MalformedSdp
from telephony.sdp.media import read_number

MAX_PAYLOAD_TYPE = 127
_MAX_CLOCK_RATE = 10_000_000
_MAX_CHANNELS = 255
_MAX_NAME = 64  # the longest registered is half of that; names are remembered for the whole session

MOST_REMEMBERED = 512
"""What every phone says is read once and kept once; that many are more than all phones of a town say."""

_NOT_AUDIO = frozenset({"telephone-event", "cn", "tone"})


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec. Two are equal when `identity` is: the name in lower case, the clock rate (Hz), the channels.

    `fmtp` goes along: the text after the payload number of an `a=fmtp` line, as it came, or "". `is_keys`:
    whether it carries keys (RFC 4733).
    """

    name: str = field(compare=False)
    clock_rate: int = field(compare=False)
    channels: int = field(default=1, compare=False)
    fmtp: str = field(default="", compare=False)
    identity: tuple[str, int, int] = field(init=False, repr=False)
    is_keys: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Kept, not computed: codecs are keys of dicts, and negotiating a call hashes them some thirty times.
        object.__setattr__(self, "identity", (self.name.lower(), self.clock_rate, self.channels))
        object.__setattr__(self, "is_keys", self.identity[0] == "telephone-event")

    @staticmethod
    def parse(text: str, fmtp: str = "") -> "Codec":
        """Read the encoding of an `a=rtpmap` line, such as "opus/48000/2"; raises MalformedSdp."""
        return _parse(text, fmtp)

    def __str__(self) -> str:
        channels = f"/{self.channels}" if self.channels != 1 else ""
        return f"{self.name}/{self.clock_rate}{channels}"

    def with_fmtp(self, fmtp: str) -> "Codec":
        """The codec with these parameters, or its own where `fmtp` is empty."""
        return Codec(self.name, self.clock_rate, self.channels, fmtp) if fmtp and fmtp != self.fmtp else self

    @property
    def is_audio(self) -> bool:
        """Whether it carries speech by itself; keys (RFC 4733) and comfort noise (RFC 3389) do not."""
        return self.identity[0] not in _NOT_AUDIO


@dataclass(frozen=True, slots=True)
class OfferedCodec:
    """A codec and the payload number that it has, or would like to have."""

    codec: Codec
    payload_type: int


@lru_cache(maxsize=MOST_REMEMBERED)
def _parse(text: str, fmtp: str) -> Codec:
    name, _, rest = text.strip().partition("/")
    if not _is_name(name):
        raise MalformedSdp("codec name is not a short token")
    rate, slash, channels = rest.partition("/")
    clock_rate = read_number(rate, _MAX_CLOCK_RATE)
    count = read_number(channels, _MAX_CHANNELS) if slash else 1
    if not clock_rate or not count:
        raise MalformedSdp("codec with a rate or channels of 0")
    return Codec(name, clock_rate, count, fmtp)


STATIC: Mapping[int, Codec] = MappingProxyType(
    {
        0: Codec("PCMU", 8000),
        3: Codec("GSM", 8000),
        4: Codec("G723", 8000),
        5: Codec("DVI4", 8000),
        6: Codec("DVI4", 16000),
        7: Codec("LPC", 8000),
        8: Codec("PCMA", 8000),
        9: Codec(
            "G722", 8000
        ),  # samples at 16 kHz; the rate of 8000 is an old error that stands (RFC 3551 4.5.2)
        10: Codec("L16", 44100, 2),
        11: Codec("L16", 44100),
        12: Codec("QCELP", 8000),
        13: Codec("CN", 8000),
        14: Codec("MPA", 90000),
        15: Codec("G728", 8000),
        16: Codec("DVI4", 11025),
        17: Codec("DVI4", 22050),
        18: Codec("G729", 8000),
    }
)
"""The audio codecs whose payload number is fixed (RFC 3551 table 4)."""

STATIC_NUMBERS: Mapping[Codec, int] = MappingProxyType({codec: number for number, codec in STATIC.items()})

PCMU, PCMA, G722 = STATIC[0], STATIC[8], STATIC[9]
TELEPHONE_EVENT = Codec("telephone-event", 8000, fmtp="0-16")


KEYS = (Codec("telephone-event", 8000, fmtp="0-15"), Codec("telephone-event", 48000, fmtp="0-15"))
"""Keys by the clock of G.711 and G.722, and by that of Opus (RFC 4733 2.1)."""


def has_keys(codecs: Iterable[Codec]) -> bool:
    """Whether keys can be sent by one of them."""
    return True in [codec.is_keys for codec in codecs]


def with_keys(offered: tuple[OfferedCodec, ...]) -> tuple[OfferedCodec, ...]:
    """An offer with keys, by the clocks of what is spoken in it; one that has some as it is."""
    if has_keys(entry.codec for entry in offered):
        return offered
    rates = {entry.codec.clock_rate for entry in offered}
    missing = [codec for codec in KEYS if codec.clock_rate in rates]
    return (*offered, *[OfferedCodec(codec, 101 + place) for place, codec in enumerate(missing)])


TWINS: Mapping[Codec, Codec] = MappingProxyType({PCMA: PCMU, PCMU: PCMA})
"""The two laws of G.711: what is said in the one can be passed on in the other (see `media/g711`)."""


def with_twins(codecs: Iterable[Codec]) -> tuple[Codec, ...]:
    """These codecs, and last the law of G.711 that is missing where the other is there."""
    own = tuple(codecs)
    return own + _missing_twins(own)


@lru_cache(maxsize=MOST_REMEMBERED)
def _missing_twins(own: tuple[Codec, ...]) -> tuple[Codec, ...]:
    return tuple([TWINS[codec] for codec in own if codec in TWINS and TWINS[codec] not in own])


def offer_twins(offered: tuple[OfferedCodec, ...]) -> tuple[OfferedCodec, ...]:
    """An offer, and behind it the missing law of G.711 with its own number."""
    missing = _missing_twins(tuple([entry.codec for entry in offered]))
    return (*offered, *[OfferedCodec(codec, STATIC_NUMBERS[codec]) for codec in missing])


def in_common(offered: Iterable[Codec], agreed: Sequence[Codec]) -> Sequence[Codec]:
    """What to agree on with who offers that, when the far end has agreed to this: the same, or when that
    leaves no speech, the other law of G.711 too."""
    return agreed if has_audio([codec for codec in offered if codec in agreed]) else with_twins(agreed)


def accept(offered: Iterable[OfferedCodec], agreed: Iterable[Codec]) -> tuple[OfferedCodec, ...]:
    """What the offerer has of `agreed`, in the offerer's order and spelling, with its payload numbers.

    The fmtp is the agreed one's, since it speaks for the far end; the offerer's stands where that has none.
    """
    fmtps = {codec: codec.fmtp for codec in agreed}
    return tuple(
        [
            OfferedCodec(entry.codec.with_fmtp(fmtps[entry.codec]), entry.payload_type)
            for entry in offered
            if entry.codec in fmtps
        ]
    )


def common(offered: Iterable[OfferedCodec], agreed: Iterable[Codec]) -> tuple[Codec, ...]:
    """The codecs that `accept` gives: what an offerer and the far end have in common."""
    return tuple([entry.codec for entry in accept(offered, agreed)])


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _MAX_NAME and text.isascii() and text.isprintable() and " " not in text


def has_audio(codecs: Iterable[Codec]) -> bool:
    """Whether speech can be carried by one of them."""
    return any(codec.is_audio for codec in codecs)
