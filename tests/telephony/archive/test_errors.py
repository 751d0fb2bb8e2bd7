"""Errors tell what their handlers need, and nothing of what was in a row."""

from telephony.archive.errors import ArchiveError, FactsRefused, VersionConflict


def test_they_carry_what_their_handlers_need() -> None:
    assert FactsRefused("22P05").sqlstate == "22P05"
    assert VersionConflict(7).current == 7
    assert str(VersionConflict(7)) == "the newest plan version is 7"
    assert isinstance(FactsRefused("22P05"), ArchiveError)
