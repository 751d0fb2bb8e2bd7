"""Answers of DNS that survive a restart."""

from pathlib import Path

from structlog.testing import capture_logs

from routing.places import Found, Named
from telephony.name_book import Remembered
from telephony.name_file import NameFile

NAME = Named("pbx.example.se", None, "TLS")
FOUND = (Found(10, 5, (NAME.at("192.0.2.1", 5061), NAME.at("2001:db8::1", 5061))), Found(20, 0, ()))


def test_what_is_written_is_read_and_has_grown_older(tmp_path: Path) -> None:
    path = tmp_path / "names" / "answers.json"
    assert NameFile(path, lambda: 0.0).read() == {}

    NameFile(path, lambda: 1000.0).write({NAME: Remembered(FOUND, 10.0)})

    assert NameFile(path, lambda: 1100.0).read() == {NAME: Remembered(FOUND, 110.0)}
    assert path.stat().st_mode & 0o077 == 0


def test_what_cannot_be_read_or_written_is_told_and_holds_nothing_up(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text("no JSON")

    with capture_logs() as logged:
        assert NameFile(path, lambda: 0.0).read() == {}
        NameFile(path / "below", lambda: 0.0).write({})

    assert [each["event"] for each in logged] == ["names_not_remembered"] * 2
