"""The prompts: WAV files, checked and encoded once at the start, so that playing one costs no encoding."""

import wave
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import pi, sin
from pathlib import Path
from struct import pack

from telephony.media.errors import UnknownPrompt, UnusablePrompt
from telephony.media.g711 import encode_a_law, encode_u_law
from telephony.sdp.codec import PCMA, PCMU, Codec

PROMPT_FOLDER = Path(__file__).with_name("prompts")
"""The prompts that come with Växeln, with their Swedish texts beside them; see `make_prompts`."""

SAMPLE_RATE = 8000
FRAME_SAMPLES = 160
"""20 ms, the packet of RFC 3551 4.2. One octet a sample in G.711."""

MAX_PROMPTS = 50
"""With `MAX_SECONDS` a bound on memory: a second takes 16 kB in both laws, so 48 MB if all were as long."""

MAX_SECONDS = 60
"""Nobody listens longer; a longer file is a mistake, such as a recording put into the wrong folder."""

RINGING = "tone/ringing"
"""The tone that somebody hears for whom it rings elsewhere. No prompt of a plan can be called so."""

DIAL = "tone/dial"
"""The tone that somebody hears from whom the exchange waits for a number."""

SILENCE = "tone/silence"
"""What somebody hears who keys that number."""

RINGING_HZ, RINGING_SECONDS, PAUSE_SECONDS = 425, 1, 5
"""ITU-T E.180 supplement 2 for Sweden; the dial tone has the same pitch, and no pause."""

RINGING_PEAK = 3700
"""-10 dBm0, as exchanges send their tones (ITU-T E.180 3): a prompt is at -3."""

_SAMPLE_OCTETS = 2
_SILENCE = b"\0\0"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as RTP payloads of 20 ms each, in every law of G.711. Both have as many."""

    name: str
    frames: Mapping[Codec, tuple[bytes, ...]]

    @classmethod
    def encode(cls, name: str, pcm: bytes) -> "Prompt":
        """Make one of linear sound: 8 kHz, 16 bit little-endian, mono. Silence fills up the last frame."""
        missing = -len(pcm) % (FRAME_SAMPLES * _SAMPLE_OCTETS)
        whole = pcm + _SILENCE * (missing // _SAMPLE_OCTETS)
        return cls(name, {PCMA: _cut(encode_a_law(whole)), PCMU: _cut(encode_u_law(whole))})

    @property
    def length(self) -> int:
        """In frames of 20 ms."""
        return len(self.frames[PCMA])


class Prompts:
    """The catalogue."""

    def __init__(self, prompts: Mapping[str, Prompt]) -> None:
        self._prompts = dict(prompts)

    @classmethod
    def load(cls, folder: Path = PROMPT_FOLDER) -> "Prompts":
        """Read every `NAME.wav` of a folder; raises UnusablePrompt for the first that cannot be played."""
        files = sorted(folder.glob("*.wav"))
        if not files:
            raise UnusablePrompt(f"{folder}: no prompts (*.wav) in it")
        if len(files) > MAX_PROMPTS:
            raise UnusablePrompt(f"{folder}: {len(files)} prompts, at most {MAX_PROMPTS} are allowed")
        return cls({file.stem: Prompt.encode(file.stem, _read(file)) for file in files})

    @property
    def names(self) -> frozenset[str]:
        """What a plan may name."""
        return frozenset(self._prompts)

    def get(self, name: str) -> Prompt:
        """The prompt of that name, or the tone; raises UnknownPrompt."""
        if name in _TONES:
            return _tone(name)
        try:
            return self._prompts[name]
        except KeyError:
            raise UnknownPrompt(f"no prompt {name!r}; there are {', '.join(sorted(self._prompts))}") from None


_TONES = {RINGING: (RINGING_SECONDS, PAUSE_SECONDS), DIAL: (1, 0), SILENCE: (0, 1)}
"""For how many seconds each sounds, and is silent."""


@cache
def _tone(name: str) -> Prompt:
    """A Swedish tone, made and not recorded, to be played over and over. A second has whole periods of it."""
    sounds, pauses = _TONES[name]
    step = 2 * pi * RINGING_HZ / SAMPLE_RATE
    tone = [round(RINGING_PEAK * sin(step * sample)) for sample in range(sounds * SAMPLE_RATE)]
    return Prompt.encode(name, pack(f"<{len(tone)}h", *tone) + _SILENCE * (pauses * SAMPLE_RATE))


def _read(file: Path) -> bytes:
    try:
        with wave.open(str(file), "rb") as sound:
            _check(file, sound)
            pcm = sound.readframes(sound.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise UnusablePrompt(f"{file}: cannot be read as WAV: {error}") from error
    if len(pcm) != sound.getnframes() * _SAMPLE_OCTETS:
        raise UnusablePrompt(f"{file}: ends before the sound that it announces")
    return pcm


def _check(file: Path, sound: wave.Wave_read) -> None:
    form = (sound.getframerate(), sound.getsampwidth() * 8, sound.getnchannels())
    if form != (SAMPLE_RATE, 16, 1):
        raise UnusablePrompt(
            f"{file}: {form[0]} Hz, {form[1]} bit, {form[2]} channels; 8000 Hz, 16 bit, mono is needed"
        )
    if not 0 < sound.getnframes() <= MAX_SECONDS * SAMPLE_RATE:
        seconds = sound.getnframes() / SAMPLE_RATE
        raise UnusablePrompt(
            f"{file}: {seconds:.0f} s long; more than 0 and at most {MAX_SECONDS} s is needed"
        )


def _cut(octets: bytes) -> tuple[bytes, ...]:
    return tuple([octets[start : start + FRAME_SAMPLES] for start in range(0, len(octets), FRAME_SAMPLES)])
