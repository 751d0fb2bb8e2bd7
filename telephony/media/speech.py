"""Texts spoken as prompts by espeak-ng, each once: what was spoken is kept on disk."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from telephony.media.conversion import convert
from telephony.media.errors import UnusableSound
from telephony.media.prompts import A_LAW_SILENCE, G722_SILENCE, SAMPLE_RATE, Prompt
from telephony.media.wav import Wav

PROGRAM = "espeak-ng"
VOICE, WORDS_PER_MINUTE = "sv", 150
"""espeak-ng's own 175 is hard to follow on the telephone."""

MAX_KEPT = 500
"""Of files: those of the plan in force, of the one that waits, and of some before; 100 MB if all are long."""

MOST_SECONDS = 30.0
"""espeak-ng takes 0.1 s for a minute of speech."""

_PAUSE, _WIDE_PAUSE = A_LAW_SILENCE * (SAMPLE_RATE // 2), G722_SILENCE * (SAMPLE_RATE // 2)
"""A phone takes a moment to switch its sound on, and would lose the first syllable."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Prompts by name, and by name why there is none of a text."""

    prompts: Mapping[str, Prompt]
    problems: Mapping[str, str]


def speak_command(text: str, out: Path) -> list[str]:
    """The command that speaks a Swedish text into a WAV file."""
    return [PROGRAM, "-v", VOICE, "-s", str(WORDS_PER_MINUTE), "-w", str(out), "--", text]


class Speech:
    """Speaks, and keeps what it has spoken in `folder`. It blocks: for a thread, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def speak(self, texts: Mapping[str, str]) -> Spoken:
        """All of these. Only what is not kept takes long, half a second each."""
        prompts, problems = {}, {}
        for name, text in texts.items():
            try:
                prompts[name] = Prompt.of(name, self._sound(text))
            except UnusableSound as error:
                problems[name] = str(error)
        return Spoken(prompts, problems)

    def _sound(self, text: str) -> Wav:
        """Raises UnusableSound."""
        file = (
            self._folder / f"{hashlib.sha256(f'{VOICE} {WORDS_PER_MINUTE} {text}'.encode()).hexdigest()}.wav"
        )
        try:
            kept = Wav.parse(file.read_bytes())
            os.utime(file)  # what is used is not what is removed
            if kept.wide:
                return kept
        except (OSError, UnusableSound):
            pass  # it is spoken anew
        spoken = self._spoken(text)
        sound = Wav.a_law(_PAUSE + spoken.data + _PAUSE, _WIDE_PAUSE + spoken.wide + _WIDE_PAUSE)
        self._keep(file, sound)
        return sound

    def _spoken(self, text: str) -> Wav:
        if shutil.which(PROGRAM) is None:
            raise UnusableSound(f"{PROGRAM} is not installed, which speaks it")
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "spoken.wav")
            try:
                subprocess.run(
                    speak_command(text, out), check=True, capture_output=True, timeout=MOST_SECONDS
                )
                octets = out.read_bytes()
            except (subprocess.SubprocessError, OSError) as error:
                raise UnusableSound(f"{PROGRAM} cannot speak it: {error}") from error
        return convert(octets)

    def _keep(self, file: Path, sound: Wav) -> None:
        """What cannot be kept is spoken again at the next start."""
        try:
            for folder in (self._folder.parent, self._folder):
                folder.mkdir(0o700, parents=True, exist_ok=True)
            new = file.with_suffix(".new")
            new.write_bytes(bytes(sound))
            new.replace(file)
            oldest = sorted(self._folder.glob("*.wav"), key=lambda kept: kept.stat().st_mtime)
            for old in oldest[:-MAX_KEPT]:
                old.unlink()
        except OSError:
            return
