import subprocess
from pathlib import Path

import pytest

from telephony.media.make_prompts import make_prompts, shape_command
from telephony.media.prompts import MUSIC, PROMPT_FOLDER, Prompts
from telephony.media.texts import TEXTS, Texts
from tests.support.peers import require_peer


@pytest.fixture
def programs() -> None:
    for program in ("espeak-ng", "sox"):
        require_peer(program)


def test_every_prompt_is_made_by_the_script() -> None:
    texts = Texts.of(PROMPT_FOLDER)

    assert {file.stem for file in PROMPT_FOLDER.glob("*.wav")} == {*texts.whole, *texts.fragments, MUSIC}


def test_sound_is_brought_into_the_form_that_the_service_plays() -> None:
    command = " ".join(shape_command(Path("spoken"), Path("out.wav")))

    assert "-r 8000 -c 1 -b 8 -e a-law out.wav" in command


@pytest.mark.usefixtures("programs")
def test_a_text_becomes_a_prompt_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / TEXTS).write_text('[whole]\nhello = """Hej\noch välkommen.\n"""\n', "utf-8")

    made = make_prompts(tmp_path)

    assert made == [tmp_path / "hello.wav"]
    assert {file.name for file in tmp_path.iterdir()} == {TEXTS, "hello.wav"}
    assert Prompts.load(tmp_path).get("hello").length > 50


@pytest.mark.usefixtures("programs")
def test_a_fragment_is_cut_close(tmp_path: Path) -> None:
    (tmp_path / TEXTS).write_text('[whole]\nlong = "fem"\n[fragments]\ntight = "fem"\n', "utf-8")

    make_prompts(tmp_path)

    prompts = Prompts.load(tmp_path)
    assert prompts.get("tight").length < prompts.get("long").length - 40  # most of a second of silence


@pytest.mark.usefixtures("programs")
def test_a_program_that_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / TEXTS).write_text('[whole]\nhello = "Hej"\n', "utf-8")
    (tmp_path / "hello.wav").mkdir()

    with pytest.raises(subprocess.CalledProcessError):
        make_prompts(tmp_path)
