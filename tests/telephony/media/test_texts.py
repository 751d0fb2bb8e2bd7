from pathlib import Path

from telephony.media.texts import TEXTS, Texts


def test_texts_are_read_as_one_line_each(tmp_path: Path) -> None:
    (tmp_path / TEXTS).write_text(
        '[whole]\nhej = """\nHej.\nVälkommen.\n"""\n[fragments]\nett = "ett"\n', "utf-8"
    )

    assert Texts.of(tmp_path) == Texts({"hej": "Hej. Välkommen."}, {"ett": "ett"})


def test_without_the_file_there_are_none(tmp_path: Path) -> None:
    assert Texts.of(tmp_path) == Texts({}, {})
