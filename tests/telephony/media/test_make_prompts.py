import subprocess
from pathlib import Path

import pytest

from telephony.media.make_prompts import make_prompts, shape_command, speak_command
from telephony.media.prompts import PROMPT_FOLDER, Prompts
from tests.support.peers import require_peer


@pytest.fixture
def programs() -> None:
    for program in ("espeak-ng", "sox"):
        require_peer(program)


def test_every_prompt_has_its_text_beside_it() -> None:
    spoken = {file.stem for file in PROMPT_FOLDER.glob("*.wav")}

    assert spoken == {file.stem for file in PROMPT_FOLDER.glob("*.txt")}


def test_a_text_is_spoken_in_swedish_and_never_taken_for_an_option() -> None:
    command = speak_command("-f /etc/passwd", Path("out"))

    assert command[:3] == ["espeak-ng", "-v", "sv"]
    assert command[-2:] == ["--", "-f /etc/passwd"]


def test_sound_is_brought_into_the_form_that_the_service_plays() -> None:
    command = " ".join(shape_command(Path("spoken"), Path("out.wav")))

    assert "-r 8000 -c 1 -b 16 -e signed-integer out.wav" in command


@pytest.mark.usefixtures("programs")
def test_a_text_becomes_a_prompt_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "hello.txt").write_text("Hej\noch välkommen.\n", "utf-8")

    made = make_prompts(tmp_path)

    assert made == [tmp_path / "hello.wav"]
    assert {file.name for file in tmp_path.iterdir()} == {"hello.txt", "hello.wav"}
    assert Prompts.load(tmp_path).get("hello").length > 50


@pytest.mark.usefixtures("programs")
def test_a_program_that_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / "hello.txt").write_text("Hej", "utf-8")
    (tmp_path / "hello.wav").mkdir()

    with pytest.raises(subprocess.CalledProcessError):
        make_prompts(tmp_path)
