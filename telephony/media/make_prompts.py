"""Makes the prompts from their texts, the music and the tones: `python -m telephony.media.make_prompts`.

Every text of `texts.toml` in the folder of prompts becomes a `NAME.wav`, spoken by espeak-ng and brought into
form by sox. Both are needed here only: the service plays the WAV files that are in the repository. The same
versions of them give the same octets.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from telephony.media.make_music import make_music
from telephony.media.make_tones import make_tone
from telephony.media.prompts import MUSIC, PROMPT_FOLDER, SAMPLE_RATE, TONES
from telephony.media.recording import make_prompt
from telephony.media.speech import speak_command
from telephony.media.texts import Texts

_TELEPHONE_BAND = "300-3400"  # ITU-T G.712; what lies outside only rumbles or hisses
_SHAPE = ["sinc", _TELEPHONE_BAND, "norm", "-3"]  # the trim needs sound of a known height
_TRIM = "silence 1 0.01 0.4% reverse silence 1 0.01 0.4% reverse"  # what espeak-ng is silent before and after

_FORM = ["-t", "wav", "-r", str(SAMPLE_RATE), "-c", "1", "-b", "16", "-e", "signed-integer"]

WHOLE = (*_TRIM.split(), "pad", "0.5", "0.5")
"""A phone takes a moment to switch its sound on, and would lose the first syllable."""

FRAGMENT = (*_TRIM.split(), "pad", "0.06", "0.06")
"""Cut close, for what is put together to a sentence."""

BEGINNING = (*_TRIM.split(), "pad", "0.35", "0.06")
"""A sentence that begins after another one does so after a breath, or the two are heard as one."""


def shape_command(spoken: Path, out: Path, edges: Sequence[str] = WHOLE) -> list[str]:
    """The command that brings a WAV file into the telephone's band; without dither, which is random."""
    return ["sox", "-D", "-t", "wav", str(spoken), *_FORM, str(out), *_SHAPE, *edges]


def edges_of(fragment: str) -> Sequence[str]:
    """What is silent before and after a part of a sentence: one that begins it has a capital letter."""
    return BEGINNING if fragment[:1].isupper() else FRAGMENT


def make_prompts(folder: Path) -> list[Path]:
    """Make the WAV files of a folder anew, and return them.

    Raises FileNotFoundError without the programs, CalledProcessError when one of them fails.
    """
    texts = Texts.of(folder)
    made = [_make(folder / f"{name}.wav", text, WHOLE) for name, text in texts.whole.items()]
    parts = texts.fragments.items()
    return made + [_make(folder / f"{name}.wav", text, edges_of(text)) for name, text in parts]


def _make(out: Path, text: str, edges: Sequence[str]) -> Path:
    spoken, shaped = out.with_suffix(".spoken"), out.with_suffix(".shaped")
    try:
        subprocess.run(speak_command(text, spoken), check=True)
        subprocess.run(shape_command(spoken, shaped, edges), check=True)
        out.write_bytes(bytes(make_prompt(shaped.read_bytes())))
    finally:
        spoken.unlink(missing_ok=True)
        shaped.unlink(missing_ok=True)
    return out


def main(folder: Path = PROMPT_FOLDER) -> None:
    """Make everything."""
    make_prompts(folder)
    (folder / f"{MUSIC}.wav").write_bytes(bytes(make_music()))
    for name in TONES:
        (folder / f"{name}.wav").parent.mkdir(exist_ok=True)
        (folder / f"{name}.wav").write_bytes(bytes(make_tone(name)))


if __name__ == "__main__":
    main()
