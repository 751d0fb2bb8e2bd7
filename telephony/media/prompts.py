"""The prompts: WAV files in A-law and in G.722, so that playing one costs no encoding."""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from telephony.media.errors import UnknownPrompt, UnusablePrompt, UnusableSound
from telephony.media.g711 import CONVERSIONS
from telephony.media.texts import Texts
from telephony.media.wav import Coding, Wav
from telephony.sdp.codec import G722, PCMA, PCMU, Codec

PROMPT_FOLDER = Path(__file__).with_name("prompts")
"""The prompts that come with Växeln, with their Swedish texts beside them; see `make_prompts`."""

SAMPLE_RATE = 8000
FRAME_SAMPLES = 160
"""20 ms, the packet of RFC 3551 4.2, by the clock of RTP. That many octets, in G.722 too: it packs two
samples into one, and its clock is as slow as that of G.711 (4.5.2)."""

MAX_PROMPTS = 400
"""Those that come with Växeln are some 150, most of them words to put sentences together from; the others are
for what an operator adds. With `MAX_ALL_SECONDS` a bound on memory."""

MAX_SECONDS = 60
"""Nobody listens longer; a longer file is a mistake, such as a recording put into the wrong folder."""

MAX_ALL_SECONDS = 3600
"""Of all prompts together. A second takes 8 kB in A-law and 8 in G.722, and 8 more once somebody has heard it
in µ-law: 86 MB if it is reached. What comes with Växeln takes 4.3 MB, and at most 2.1 more."""

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

TONES = (RINGING, DIAL, SILENCE)

TONE_FOLDER = PROMPT_FOLDER / "tone"
"""The tones, see `make_tones`."""

A_LAW_SILENCE, G722_SILENCE = b"\xd5", b"\xfd"
"""An octet of each in which nothing is heard; that of G.722 brings both ends to rest."""

CODECS = (PCMA, PCMU, G722)
"""What prompts can be played in."""


class _Sounds(dict[Codec, bytes]):
    """By codec, each made when it is first asked for: µ-law hardly ever is here."""

    def __init__(self, make: Callable[[Codec], bytes]) -> None:
        self._make = make

    def __missing__(self, codec: Codec) -> bytes:
        sound = self[codec] = self._make(codec)
        return sound


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt in each of `CODECS`, `length` frames of 20 ms long: of all of them that is as many octets."""

    name: str
    length: int
    sounds: Mapping[Codec, bytes]

    @classmethod
    def of(cls, name: str, file: Wav) -> "Prompt":
        """Make one of a file of ours. Silence fills up the last frame, and whatever is not there in G.722."""
        length = -(-len(file.data) // FRAME_SAMPLES)
        size = length * FRAME_SAMPLES
        a_law = file.data.ljust(size, A_LAW_SILENCE)
        g722 = file.wide[:size].ljust(size, G722_SILENCE)

        def make(codec: Codec) -> bytes:
            if codec == PCMU:
                return a_law.translate(CONVERSIONS[PCMA])
            return a_law if codec == PCMA else g722

        return cls(name, length, _Sounds(make))

    @classmethod
    def joined(cls, prompts: Sequence["Prompt"]) -> "Prompt":
        """One sound of several, one after the other."""
        name = JOIN.join([prompt.name for prompt in prompts])
        length = sum([prompt.length for prompt in prompts])
        return cls(
            name, length, _Sounds(lambda codec: b"".join([prompt.sounds[codec] for prompt in prompts]))
        )


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
        prompts = {file.stem: Prompt.of(file.stem, _read(file)) for file in files}
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

        What is joined is not kept: it is some seconds, put together in microseconds.
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
        if name in TONES:
            return _tone(name)
        try:
            return self._layers[name]
        except KeyError:
            known = ", ".join(sorted(self.names))
            raise UnknownPrompt(f"no prompt {name!r}; there are {known}") from None


@cache
def _tone(name: str) -> Prompt:
    return Prompt.of(name, _read(TONE_FOLDER / f"{name.partition('/')[2]}.wav"))


def _read(file: Path) -> Wav:
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
    return sound
