"""SQL by name."""

import re
from pathlib import Path

import pytest

from telephony.archive.queries import load_queries, sql_folder

SOURCES = Path(__file__).parents[3] / "telephony" / "archive"
FILES = sorted(path.stem for path in (SOURCES / "sql").glob("*.sql"))


def test_a_statement_is_what_lies_below_its_name() -> None:
    assert load_queries("migrations")["newest_migration"] == (
        "select coalesce(max(number), 0) from migration;\n\n"
    )
    assert (sql_folder() / "migrations").is_dir()


@pytest.mark.parametrize("file", FILES)
def test_every_statement_is_used_and_every_name_exists(file: str) -> None:
    (source,) = [
        text
        for path in SOURCES.glob("*.py")
        if f'load_queries("{file}")' in (text := path.read_text("utf-8"))
    ]

    named = set(re.findall(r'(?:_SQL\[|_rows\(\s*)"([a-z_]+)"', source))
    assert named == set(load_queries(file))


def test_a_name_given_twice_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "twice.sql").write_text("-- name: a\nselect 1;\n-- name: a\nselect 2;\n")
    monkeypatch.setattr("telephony.archive.queries.sql_folder", lambda: tmp_path)

    with pytest.raises(ValueError, match="twice"):
        load_queries("twice")
