"""Tones to send, and what is in the sound that arrives: a tone, or an announcement.

Sound is as pyVoIP gives it: 8000 unsigned octets a second, 0x80 for silence.
"""

import math
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from telephony.media.g711 import decode_a_law
from telephony.media.prompts import JOIN, PROMPT_FOLDER
from telephony.media.wav import Wav

RATE = 8000
"""Samples a second."""

SILENCE = 0x80

_WINDOW = 800
"""0.1 s: tones are told apart that differ by 20 Hz, and a gap of one packet is seen."""

_PURE = 0.8
"""Share of the power that a tone must have. In G.711 and 8 bits over 0.95 of it is left."""

_QUIET = 4.0
"""Mean square below which a window is silence: noise of quantisation."""

_FRAME = 160
"""20 ms: syllables are longer, so the envelope has the shape of what is said."""

_PIECE = 150
"""3 s in frames: long enough that another announcement is unlike."""

_SHIFTS = range(-50, 51)
"""Frames that an announcement may be early or late when it is compared: 1 s each way."""


def tone(hertz: float, seconds: float) -> bytes:
    """A sine at half of full scale."""
    step = 2 * math.pi * hertz / RATE
    return bytes(SILENCE + round(60 * math.sin(step * at)) for at in range(int(seconds * RATE)))


def tone_seconds(sound: bytes, hertz: float) -> float:
    """How long the tone, and next to nothing else, is heard."""
    windows = [sound[at : at + _WINDOW] for at in range(0, len(sound) - _WINDOW + 1, _WINDOW)]
    return sum(_is_tone(window, hertz) for window in windows) * _WINDOW / RATE


def likeness(sound: bytes, original: bytes) -> float:
    """How much the loudness goes up and down as in the original: 1 for the same, about 0 for another.

    It is that of the middle one of the original's pieces: on a busy machine sound may have a gap, which
    spoils a piece, and shifts those behind it.
    """
    heard, wanted = _envelope(sound), _envelope(original)
    pieces = range(0, max(len(wanted) - _PIECE, 0) + 1, _PIECE)
    return statistics.median(_best(heard, wanted[at : at + _PIECE], at) for at in pieces)


def found(sound: bytes, original: bytes) -> tuple[float, float]:
    """Where in the sound the original is, however much else there is: how much it is alike there, as the mean
    of its pieces, and at how many seconds it begins. All count: announcements may begin with the same words.
    """
    heard, wanted = _envelope(sound), _envelope(original)
    pieces = [(at, wanted[at : at + _PIECE]) for at in range(0, max(len(wanted) - _PIECE, 0) + 1, _PIECE)]

    def alike(place: int) -> float:
        return statistics.mean(
            _correlation(_from(heard, place + at, len(piece)), piece) for at, piece in pieces
        )

    # A phone may lose the first packets, so it may have begun before what was heard
    places = range(_SHIFTS.start, max(len(heard) - len(pieces[0][1]), 0) + 1)
    place = max(places, key=alike)
    return alike(place), place * _FRAME / RATE


def seconds(sound: bytes) -> float:
    """How long the sound is, without the silence before and after it."""
    return len(sound.strip(bytes([SILENCE]))) / RATE


def read_wave(file: Path) -> bytes:
    """A prompt, 8 kHz A-law mono, with the eight bits a sample that pyVoIP has."""
    pcm = decode_a_law(Wav.parse(file.read_bytes()).data)
    return bytes((high + SILENCE) % 256 for high in pcm[1::2])


def read_prompt(name: str) -> bytes:
    """A prompt that comes with the service, or several joined by `+`, likewise."""
    return b"".join(read_wave(PROMPT_FOLDER / f"{part}.wav") for part in name.split(JOIN))


def _is_tone(window: bytes, hertz: float) -> bool:
    samples = [octet - SILENCE for octet in window]
    power = sum(sample * sample for sample in samples) / len(samples)
    return power > _QUIET and _goertzel(samples, hertz) > _PURE * power


def _goertzel(samples: Sequence[int], hertz: float) -> float:
    """The power at one frequency, as a mean square (Goertzel 1958)."""
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + turn * last - before, last
    return 2 * (last * last + before * before - turn * last * before) / len(samples) ** 2


def _envelope(sound: bytes) -> list[float]:
    frames = [sound[at : at + _FRAME] for at in range(0, len(sound) - _FRAME + 1, _FRAME)]
    return [sum(abs(octet - SILENCE) for octet in frame) / _FRAME for frame in frames]


def _best(heard: Sequence[float], piece: Sequence[float], at: int) -> float:
    """How well a piece is found about where it belongs."""
    return max(_correlation(_from(heard, at + by, len(piece)), piece) for by in _SHIFTS)


def _from(values: Sequence[float], start: int, length: int) -> list[float]:
    return [values[at] if 0 <= at < len(values) else 0.0 for at in range(start, start + length)]


def _correlation(left: Sequence[float], right: Sequence[float]) -> float:
    """Pearson's; 0 where one of them does not vary."""
    left, right = _centred(left), _centred(right)
    size = math.sqrt(sum(x * x for x in left) * sum(y * y for y in right))
    return sum(x * y for x, y in zip(left, right, strict=True)) / size if size else 0.0


def _centred(values: Iterable[float]) -> list[float]:
    listed = list(values)
    mean = sum(listed) / max(len(listed), 1)
    return [value - mean for value in listed]
