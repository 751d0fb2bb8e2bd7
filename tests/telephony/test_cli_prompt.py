import json
from pathlib import Path

import pytest

from tests.support.command_line import refused, run, served
from tests.support.town_prompts import RECORDED, SILENCE


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path))
    return tmp_path


def test_prompts_with_what_they_say_and_who_recorded_them(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(data):
        lines = run(capsys, "prompt", "list")[0].splitlines()
        every = run(capsys, "prompt", "list", "--all")[0].splitlines()
        shown = json.loads(run(capsys, "prompt", "list", "--json")[0])["prompts"]

    assert lines[0].startswith("busy    recorded     1.0 s  ") and lines[0].endswith(" by eva")
    assert lines[1] == "closed  built-in     1.0 s  Vi har stängt just nu."
    assert [line.split()[0] for line in every] == ["busy", "closed", "number_5"]
    assert [row["name"] for row in shown] == ["busy", "closed"]


def test_a_recording_is_put_got_and_removed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new, copy = data / "ny.wav", data / "kopia.wav"
    new.write_bytes(RECORDED)
    with served(data) as desk:
        assert run(capsys, "prompt", "get", "closed", str(copy))[0].startswith(f"{copy}: closed, ")
        assert copy.read_bytes() == SILENCE
        said = run(capsys, "prompt", "put", "closed", str(new))[0]
        assert said == "Callers hear the recording as closed from now on: 1.0 s.\n"
        run(capsys, "prompt", "get", "closed", str(copy))
        assert copy.read_bytes() == RECORDED
        assert run(capsys, "prompt", "remove", "closed")[0] == "The recording of closed is removed.\n"

        assert [entry[0] for entry in desk.town.journalled[-2:]] == ["recorded", "recording removed"]


def test_what_cannot_be_is_one_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "hej.wav").write_bytes(b"hej")
    with served(data):
        assert "it is no WAV file" in refused(capsys, "prompt", "put", "closed", str(data / "hej.wav"))
        nowhere = refused(capsys, "prompt", "put", "closed", str(data / "nowhere.wav"), code=2)
        assert nowhere == f"vaxeln: cannot read {data / 'nowhere.wav'}: No such file or directory"
        unwritable = refused(capsys, "prompt", "get", "closed", str(data), code=2)
        assert unwritable == f"vaxeln: cannot write {data}: Is a directory"
        assert "there is no recording of flood" in refused(capsys, "prompt", "remove", "flood")
