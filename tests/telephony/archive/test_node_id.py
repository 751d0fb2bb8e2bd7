"""A journal's own name."""

from pathlib import Path

import pytest

from telephony.archive.errors import JournalUnusable
from telephony.archive.node_id import NAME, node_id


def test_it_is_made_once_and_stays(tmp_path: Path) -> None:
    made = node_id(tmp_path)

    assert made.version == 7
    assert node_id(tmp_path) == made
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_another_folder_is_another_node(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()

    assert node_id(tmp_path) != node_id(other)


def test_a_spoilt_file_is_an_error_and_no_new_node(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("gone\n")

    with pytest.raises(JournalUnusable, match="no UUID"):
        node_id(tmp_path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JournalUnusable, match="cannot use"):
        node_id(tmp_path / "nowhere")
