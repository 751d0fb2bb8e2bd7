from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from telephony.archive.recording_store import Recording
from telephony.private_files import SecretsUnusable
from telephony.recording_folder import INDEX, RecordingFolder, digest_of, head_of

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


def recording(name: str = "closed", sound: bytes = b"RIFF") -> Recording:
    return Recording(name, digest_of(sound), 2.5, "eva", NOW, sound)


CLOSED, BUSY = recording(), recording("busy", b"other")
BOTH = {"closed": CLOSED, "busy": BUSY}


@pytest.fixture
def folder(tmp_path: Path) -> RecordingFolder:
    folder = RecordingFolder(tmp_path / "recordings")
    folder.write(CLOSED, {"closed": CLOSED})
    folder.write(BUSY, BOTH)
    return folder


def test_what_is_written_is_read_by_the_next_start(folder: RecordingFolder, tmp_path: Path) -> None:
    assert RecordingFolder(tmp_path / "recordings").read() == BOTH
    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "recordings").iterdir()}
    assert modes == {"closed.wav": 0o600, "busy.wav": 0o600, INDEX: 0o600}


def test_nothing_is_there_before_the_first(tmp_path: Path) -> None:
    assert RecordingFolder(tmp_path / "recordings").read() == {}


def test_what_is_removed_is_gone(folder: RecordingFolder, tmp_path: Path) -> None:
    folder.remove("closed", {"busy": BUSY})

    assert folder.read() == {"busy": BUSY}
    assert not (tmp_path / "recordings" / "closed.wav").exists()


@pytest.mark.parametrize(
    ("octets", "event"), [(b"RIFX", "recording_damaged"), (None, "recording_lost")], ids=["damaged", "lost"]
)
def test_one_that_is_damaged_or_lost_is_told_and_the_others_are_there(
    folder: RecordingFolder, tmp_path: Path, octets: bytes | None, event: str
) -> None:
    file = tmp_path / "recordings" / "closed.wav"
    file.unlink()
    if octets is not None:
        file.write_bytes(octets)

    with capture_logs() as logs:
        assert folder.read() == {"busy": BUSY}

    assert [(line["event"], line["name"]) for line in logs] == [(event, "closed")]


def test_an_index_that_cannot_be_read_is_told(folder: RecordingFolder, tmp_path: Path) -> None:
    (tmp_path / "recordings" / INDEX).write_text("{", "utf-8")

    with capture_logs() as logs:
        assert folder.read() == {}

    assert [line["event"] for line in logs] == ["recordings_unreadable"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_bytes(b"")

    with pytest.raises(SecretsUnusable):
        RecordingFolder(tmp_path / "recordings").write(CLOSED, {})


def test_what_is_told_of_it_is_without_its_sound() -> None:
    assert "sound" not in repr(head_of(CLOSED))
