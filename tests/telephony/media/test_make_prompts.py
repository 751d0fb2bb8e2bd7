import os
import subprocess
from array import array
from math import log10
from pathlib import Path

import pytest

from telephony.media.g711 import decode_a_law
from telephony.media.make_prompts import make_prompts, shape_command
from telephony.media.prompts import MUSIC, PROMPT_FOLDER, SAMPLE_RATE, Prompts
from telephony.media.recording import SPEECH_DB
from telephony.media.texts import TEXTS, Texts
from telephony.media.wav import Wav
from tests.support.peers import require_peer

BEGINNINGS = ("queue_position", "queue_estimate", "queue_closes", "opens_again")
"""Parts that a sentence begins with, which follows another."""


@pytest.fixture
def programs() -> None:
    for program in ("espeak-ng", "sox"):
        require_peer(program)


def test_every_prompt_is_made_by_the_script() -> None:
    texts = Texts.of(PROMPT_FOLDER)

    assert {file.stem for file in PROMPT_FOLDER.glob("*.wav")} == {*texts.whole, *texts.fragments, MUSIC}


def test_sound_is_brought_into_the_telephone_s_band() -> None:
    command = " ".join(shape_command(Path("spoken"), Path("out.wav")))

    assert "-r 8000 -c 1 -b 16 -e signed-integer out.wav sinc 300-3400" in command


def test_all_that_is_said_is_about_as_loud_so_that_a_sentence_of_parts_is_even() -> None:
    texts = Texts.of(PROMPT_FOLDER)

    loud = {name: loudness(name) for name in (*texts.whole, *texts.fragments)}

    assert {name: level for name, level in loud.items() if abs(level - SPEECH_DB) > 2} == {}


def test_a_sentence_that_begins_after_another_does_so_after_a_breath() -> None:
    for name in Texts.of(PROMPT_FOLDER).fragments:
        assert quiet_before(name) > (0.3 if name in BEGINNINGS else 0.04), name
        assert quiet_before(name) < (0.45 if name in BEGINNINGS else 0.12), name


def samples_of(name: str) -> "array[int]":
    return array("h", decode_a_law(Wav.parse((PROMPT_FOLDER / f"{name}.wav").read_bytes()).data))


def loudness(name: str) -> float:
    """In dB of full scale, without pauses."""
    samples = samples_of(name)
    powers = [sum(s * s for s in samples[at : at + 160]) / 160 for at in range(0, len(samples), 160)]
    active = [power for power in powers if power > max(powers) / 1000]
    return 10 * log10(sum(active) / len(active) / 32768**2)


def quiet_before(name: str) -> float:
    """Seconds until something is heard."""
    return next(at for at, sample in enumerate(samples_of(name)) if abs(sample) > 100) / SAMPLE_RATE


@pytest.mark.usefixtures("programs")
def test_a_text_becomes_a_prompt_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / TEXTS).write_text('[whole]\nhello = """Hej\noch välkommen.\n"""\n', "utf-8")

    made = make_prompts(tmp_path)

    assert made == [tmp_path / "hello.wav"]
    assert {file.name for file in tmp_path.iterdir()} == {TEXTS, "hello.wav"}
    assert Prompts.load(tmp_path).get("hello").length > 50
    sound = Wav.parse(made[0].read_bytes())
    assert len(sound.wide) == len(sound.data)


@pytest.mark.usefixtures("programs")
def test_a_fragment_is_cut_close(tmp_path: Path) -> None:
    (tmp_path / TEXTS).write_text('[whole]\nlong = "fem"\n[fragments]\ntight = "fem"\n', "utf-8")

    make_prompts(tmp_path)

    prompts = Prompts.load(tmp_path)
    assert prompts.get("tight").length < prompts.get("long").length - 40  # most of a second of silence


@pytest.mark.usefixtures("programs")
def test_a_program_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / TEXTS).write_text('[whole]\nhello = "Hej"\n', "utf-8")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sox").write_text("#!/bin/sh\nexit 3\n", "utf-8")
    (broken / "sox").chmod(0o755)
    monkeypatch.setenv("PATH", str(broken), prepend=os.pathsep)

    with pytest.raises(subprocess.CalledProcessError):
        make_prompts(tmp_path)
