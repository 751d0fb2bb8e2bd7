"""Makes the prompts from their texts: `python -m telephony.media.make_prompts`.

Every `NAME.txt` in the folder of prompts becomes a `NAME.wav`, spoken by espeak-ng and brought into form by
sox. Both are needed here only: the service plays the WAV files that are in the repository. The same
versions of them give the same octets.
"""

import subprocess
from pathlib import Path

from telephony.media.prompts import PROMPT_FOLDER, SAMPLE_RATE

_WORDS_PER_MINUTE = 150  # espeak-ng's own 175 is hard to follow on the telephone
_PEAK_DBFS = -3  # loud, with room for the overshoot of a phone's filters
_PAUSE_SECONDS = 0.5  # a phone takes a moment to switch its sound on, and would lose the first syllable
_TELEPHONE_BAND = "300-3400"  # ITU-T G.712; what lies outside only rumbles or hisses


def speak_command(text: str, out: Path) -> list[str]:
    """The command that speaks a Swedish text into a WAV file."""
    return ["espeak-ng", "-v", "sv", "-s", str(_WORDS_PER_MINUTE), "-w", str(out), "--", text]


def shape_command(spoken: Path, out: Path) -> list[str]:
    """The command that makes a WAV file into 8 kHz, 16 bit, mono; without dither, which is random."""
    form = ["-r", str(SAMPLE_RATE), "-c", "1", "-b", "16", "-e", "signed-integer"]
    pause = str(_PAUSE_SECONDS)
    effects = ["sinc", _TELEPHONE_BAND, "norm", str(_PEAK_DBFS), "pad", pause, pause]
    return ["sox", "-D", "-t", "wav", str(spoken), *form, str(out), *effects]


def make_prompts(folder: Path) -> list[Path]:
    """Make the WAV files of a folder anew, and return them.

    Raises FileNotFoundError without the programs, CalledProcessError when one of them fails.
    """
    made = []
    for text in sorted(folder.glob("*.txt")):
        spoken, out = text.with_suffix(".spoken"), text.with_suffix(".wav")
        try:
            subprocess.run(speak_command(" ".join(text.read_text("utf-8").split()), spoken), check=True)
            subprocess.run(shape_command(spoken, out), check=True)
        finally:
            spoken.unlink(missing_ok=True)
        made.append(out)
    return made


if __name__ == "__main__":
    make_prompts(PROMPT_FOLDER)
