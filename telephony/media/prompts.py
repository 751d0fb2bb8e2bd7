"""The prompts: WAV files in A-law, cut into frames at the start, so that playing one costs no encoding."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from math import pi, sin
from pathlib import Path
from struct import pack

from telephony.media.errors import UnknownPrompt, UnusablePrompt, UnusableSound
from telephony.media.g711 import CONVERSIONS, encode_a_law, encode_u_law
from telephony.media.texts import Texts
from telephony.media.wav import Coding, Wav
from telephony.sdp.codec import PCMA, PCMU, Codec

PROMPT_FOLDER = Path(__file__).with_name("prompts")
"""The prompts that come with Växeln, with their Swedish texts beside them; see `make_prompts`."""

SAMPLE_RATE = 8000
FRAME_SAMPLES = 160
"""20 ms, the packet of RFC 3551 4.2. One octet a sample in G.711."""

MAX_PROMPTS = 400
"""Those that come with Växeln are some 150, most of them words to put sentences together from; the others are
for what an operator adds. With `MAX_ALL_SECONDS` a bound on memory."""

MAX_SECONDS = 60
"""Nobody listens longer; a longer file is a mistake, such as a recording put into the wrong folder."""

MAX_ALL_SECONDS = 3600
"""Of all prompts together. A second takes 20 kB in both laws, so 72 MB if it is reached."""

JOIN = "+"
"""Between the names of prompts that are played as one sound. No prompt has it in its name."""

MAX_JOINED = 16
"""How many one sound is put together from; the longest sentence of ours takes nine."""

MUSIC = "music"
"""What who waits hears, over and over."""

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
_A_LAW_SILENCE = b"\xd5"


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

    @classmethod
    def of_a_law(cls, name: str, octets: bytes) -> "Prompt":
        """Make one of sound in A-law, 8 kHz, mono."""
        whole = octets + _A_LAW_SILENCE * (-len(octets) % FRAME_SAMPLES)
        return cls(name, {PCMA: _cut(whole), PCMU: _cut(whole.translate(CONVERSIONS[PCMA]))})

    @classmethod
    def joined(cls, prompts: Sequence["Prompt"]) -> "Prompt":
        """One sound of several, one after the other. It shares their frames."""
        name = JOIN.join([prompt.name for prompt in prompts])
        laws = (PCMA, PCMU)
        return cls(name, {law: tuple(chain.from_iterable([p.frames[law] for p in prompts])) for law in laws})

    @property
    def length(self) -> int:
        """In frames of 20 ms."""
        return len(self.frames[PCMA])


class Prompts:
    """The catalogue: what comes with Växeln, before it what the plan in force has spoken, and before both
    what an operator has recorded. `texts` is what those say that come with it."""

    def __init__(self, prompts: Mapping[str, Prompt], texts: Texts | None = None) -> None:
        self.texts = texts or Texts()
        self.recordings: dict[str, Prompt] = {}
        """What is here is heard from the next playing on."""
        self.own = dict(prompts)
        self._layers: ChainMap[str, Prompt] = ChainMap(self.recordings, {}, self.own, {})

    def speak(self, spoken: Mapping[str, Prompt], greetings: Mapping[str, Prompt]) -> None:
        """Take these as what the plan in force has spoken: `spoken` goes before what comes with Växeln,
        `greetings` stand in where there is nothing else."""
        self._layers = ChainMap(self.recordings, dict(spoken), self.own, dict(greetings))

    @classmethod
    def load(cls, folder: Path = PROMPT_FOLDER) -> "Prompts":
        """Read every `NAME.wav` of a folder; raises UnusablePrompt for the first that cannot be played."""
        files = sorted(folder.glob("*.wav"))
        if not files:
            raise UnusablePrompt(f"{folder}: no prompts (*.wav) in it")
        if len(files) > MAX_PROMPTS:
            raise UnusablePrompt(f"{folder}: {len(files)} prompts, at most {MAX_PROMPTS} are allowed")
        prompts = {file.stem: Prompt.of_a_law(file.stem, _read(file)) for file in files}
        frames = sum([prompt.length for prompt in prompts.values()])
        if frames * FRAME_SAMPLES > MAX_ALL_SECONDS * SAMPLE_RATE:
            raise UnusablePrompt(f"{folder}: the prompts are longer than {MAX_ALL_SECONDS} s together")
        return cls(prompts, Texts.of(folder))

    @property
    def names(self) -> frozenset[str]:
        """What a plan may name beside its own: all but parts of sentences."""
        return self.names_without("")

    def names_without(self, recording: str) -> frozenset[str]:
        """The same if there were no recording of that name."""
        recorded = self.recordings.keys() - {recording}
        return frozenset((self.own.keys() | recorded) - self.texts.fragments.keys())

    @property
    def playable(self) -> frozenset[str]:
        """All that there is now, the plan's own and parts of sentences among it."""
        return frozenset(self._layers)

    def get(self, name: str) -> Prompt:
        """The prompt of that name, or the tone, or several joined by `+` as one sound; raises UnknownPrompt.

        What is joined is not kept: it is a hundred pointers or so to frames that are there, put together in
        microseconds.
        """
        if JOIN not in name:
            return self._one(name)
        parts = name.split(JOIN)
        if len(parts) > MAX_JOINED:
            raise UnknownPrompt(f"{len(parts)} prompts in one sound; at most {MAX_JOINED} are allowed")
        return Prompt.joined([self._one(part) for part in parts])

    def seconds(self, name: str) -> float:
        """How long that prompt, or those joined, are heard; what is not there takes no time."""
        found = [self._layers.get(part) for part in name.split(JOIN)]
        return sum([prompt.length for prompt in found if prompt is not None]) * FRAME_SAMPLES / SAMPLE_RATE

    def _one(self, name: str) -> Prompt:
        if name in _TONES:
            return _tone(name)
        try:
            return self._layers[name]
        except KeyError:
            known = ", ".join(sorted(self.names))
            raise UnknownPrompt(f"no prompt {name!r}; there are {known}") from None


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
        sound = Wav.parse(file.read_bytes())
    except (OSError, UnusableSound) as error:
        raise UnusablePrompt(f"{file}: cannot be read as WAV: {error}") from error
    if (sound.coding, sound.rate, sound.channels) != (Coding.A_LAW, SAMPLE_RATE, 1):
        form = f"{sound.coding.name}, {sound.rate} Hz, {sound.bits} bit, {sound.channels} channels"
        raise UnusablePrompt(f"{file}: {form}; A_LAW, {SAMPLE_RATE} Hz, mono is needed")
    if not 0 < sound.length <= MAX_SECONDS * SAMPLE_RATE:
        raise UnusablePrompt(
            f"{file}: {sound.seconds:.0f} s long; more than 0 and at most {MAX_SECONDS} s is needed"
        )
    return sound.data


def _cut(octets: bytes) -> tuple[bytes, ...]:
    return tuple([octets[start : start + FRAME_SAMPLES] for start in range(0, len(octets), FRAME_SAMPLES)])
