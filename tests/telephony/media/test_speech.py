import os
import shutil
from pathlib import Path

import pytest

from telephony.media import speech
from telephony.media.prompts import Prompt
from telephony.media.speech import MAX_KEPT, Speech, speak_command
from telephony.media.wav import Wav
from telephony.sdp.codec import G722
from tests.support.g722 import decode_g722
from tests.support.peers import require_peer
from tests.support.sounds import cut

SILENCE = b"\xd5" * 160


@pytest.fixture
def voice() -> None:
    require_peer("espeak-ng")


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)


def sounds(prompt: Prompt) -> bytes:
    return b"".join(cut(prompt))


@pytest.mark.usefixtures("voice")
def test_texts_are_spoken_and_what_was_spoken_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"flytt": "Bygglov flyttar.", "hej": "Hej"}

    first = Speech(tmp_path / "spoken").speak(texts)

    assert not first.problems
    assert {name: prompt.name for name, prompt in first.prompts.items()} == {"flytt": "flytt", "hej": "hej"}
    assert 1.5 * 50 < first.prompts["flytt"].length < 4 * 50
    assert cut(first.prompts["flytt"])[:24] == [SILENCE] * 24  # the phone switches its sound on
    monkeypatch.setattr(shutil, "which", lambda program: None)
    again = Speech(tmp_path / "spoken").speak(texts)
    assert sounds(again.prompts["flytt"]) == sounds(first.prompts["flytt"])


@pytest.mark.usefixtures("mute")
def test_without_the_program_what_is_missing_is_told(tmp_path: Path) -> None:
    spoken = Speech(tmp_path).speak({"flytt": "Bygglov flyttar."})

    assert spoken.prompts == {}
    assert spoken.problems == {"flytt": "espeak-ng is not installed, which speaks it"}


def test_a_program_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: program)
    monkeypatch.setattr(speech, "speak_command", lambda text, out: ["false"])

    assert "espeak-ng cannot speak it: " in Speech(tmp_path).speak({"flytt": "Hej"}).problems["flytt"]


@pytest.mark.usefixtures("voice")
def test_what_is_too_long_to_be_heard_is_told(tmp_path: Path) -> None:
    problems = Speech(tmp_path).speak({"långt": "sjuttiosju " * 120}).problems

    assert "s long; allowed are 0.1 to 60 s" in problems["långt"]


@pytest.mark.usefixtures("voice")
def test_what_is_damaged_is_spoken_again(tmp_path: Path) -> None:
    whole = Speech(tmp_path).speak({"hej": "Hej"})
    (file,) = tmp_path.glob("*.wav")
    file.write_bytes(b"RIFF")

    assert sounds(Speech(tmp_path).speak({"hej": "Hej"}).prompts["hej"]) == sounds(whole.prompts["hej"])
    assert Wav.parse(file.read_bytes())


@pytest.mark.usefixtures("voice")
def test_it_is_spoken_in_g722_too_and_kept_so(tmp_path: Path) -> None:
    hej = Speech(tmp_path).speak({"hej": "Hej"}).prompts["hej"]
    (file,) = tmp_path.glob("*.wav")
    kept = Wav.parse(file.read_bytes())

    assert max(decode_g722(hej.sounds[G722])) > 5000
    file.write_bytes(bytes(Wav.a_law(kept.data)))  # as an earlier version left it
    assert Speech(tmp_path).speak({"hej": "Hej"}).prompts["hej"].sounds[G722] == hej.sounds[G722]
    assert Wav.parse(file.read_bytes()) == kept


@pytest.mark.usefixtures("voice")
def test_what_was_not_used_for_longest_is_removed(tmp_path: Path) -> None:
    for number in range(MAX_KEPT):
        (tmp_path / f"{number}.wav").write_bytes(b"")
        os.utime(tmp_path / f"{number}.wav", (number, number))

    Speech(tmp_path).speak({"hej": "Hej"})

    assert len(list(tmp_path.glob("*.wav"))) == MAX_KEPT
    assert not (tmp_path / "0.wav").exists() and (tmp_path / "1.wav").exists()


@pytest.mark.usefixtures("voice")
def test_a_disk_that_takes_nothing_keeps_nobody_from_hearing_it(tmp_path: Path) -> None:
    (tmp_path / "spoken").write_bytes(b"")

    assert Speech(tmp_path / "spoken").speak({"hej": "Hej"}).prompts["hej"].length > 50


def test_a_text_is_never_taken_for_an_option() -> None:
    command = speak_command("-f /etc/passwd", Path("out"))

    assert command[:3] == ["espeak-ng", "-v", "sv"]
    assert command[-2:] == ["--", "-f /etc/passwd"]
