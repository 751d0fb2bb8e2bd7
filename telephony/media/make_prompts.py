"""Makes the prompts from their texts, the music and the tones: `python -m telephony.media.make_prompts`.

Every text of `texts.toml` in the folder of prompts becomes a `NAME.wav`, spoken by espeak-ng and brought into
form by sox. Both are needed here only: the service plays the WAV files that are in the repository. The same
versions of them give the same octets. `--wide` only adds to each file that lacks it the sound in G.722.
"""

import subprocess
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path

from telephony.media.g711 import decode_a_law
from telephony.media.make_music import make_music
from telephony.media.make_tones import make_tone
from telephony.media.prompts import MUSIC, PROMPT_FOLDER, SAMPLE_RATE, TONES
from telephony.media.recording import in_both
from telephony.media.speech import speak_command
from telephony.media.texts import Texts
from telephony.media.wav import Wav

_PEAK_DBFS = -3  # loud, with room for the overshoot of a phone's filters
_TELEPHONE_BAND = "300-3400"  # ITU-T G.712; what lies outside only rumbles or hisses
_TRIM = "silence 1 0.01 0.4% reverse silence 1 0.01 0.4% reverse"  # what espeak-ng is silent before and after

_FORM = ["-r", str(SAMPLE_RATE), "-c", "1", "-b", "8", "-e", "a-law"]


WHOLE = ("pad", "0.5", "0.5")
"""A phone takes a moment to switch its sound on, and would lose the first syllable."""

FRAGMENT = (*_TRIM.split(), "pad", "0.06", "0.06")
"""Cut close, for what is put together to a sentence."""


def shape_command(spoken: Path, out: Path, edges: Sequence[str] = WHOLE) -> list[str]:
    """The command that makes a WAV file into 8 kHz A-law, mono; without dither, which is random."""
    effects = ["sinc", _TELEPHONE_BAND, "norm", str(_PEAK_DBFS), *edges]
    return ["sox", "-D", "-t", "wav", str(spoken), *_FORM, str(out), *effects]


def make_prompts(folder: Path) -> list[Path]:
    """Make the WAV files of a folder anew, and return them.

    Raises FileNotFoundError without the programs, CalledProcessError when one of them fails.
    """
    texts = Texts.of(folder)
    made = [_make(folder / f"{name}.wav", text, WHOLE) for name, text in texts.whole.items()]
    return made + [_make(folder / f"{name}.wav", text, FRAGMENT) for name, text in texts.fragments.items()]


def _make(out: Path, text: str, edges: Sequence[str]) -> Path:
    spoken = out.with_suffix(".spoken")
    try:
        subprocess.run(speak_command(text, spoken), check=True)
        subprocess.run(shape_command(spoken, out, edges), check=True)
        add_wide(out)
    finally:
        spoken.unlink(missing_ok=True)
    return out


def add_wide(file: Path) -> None:
    """Add the sound in G.722 to a file of A-law that lacks it."""
    sound = Wav.parse(file.read_bytes())
    if not sound.wide:
        file.write_bytes(bytes(in_both(array("h", decode_a_law(sound.data)))))


def main(folder: Path = PROMPT_FOLDER) -> None:
    """Make everything, or with `--wide` only what is missing in G.722."""
    if "--wide" in sys.argv[1:]:
        for file in sorted(folder.glob("*.wav")):
            add_wide(file)
        return
    make_prompts(folder)
    (folder / f"{MUSIC}.wav").write_bytes(bytes(make_music()))
    (folder / "tone").mkdir(exist_ok=True)
    for name in TONES:
        (folder / f"{name}.wav").write_bytes(bytes(make_tone(name)))


if __name__ == "__main__":
    main()
