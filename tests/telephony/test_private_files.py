import os
import stat
import threading
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from telephony.private_files import PrivateRecords, SecretsUnusable, locked, replace_file


def records_in(folder: Path) -> PrivateRecords[int]:
    return PrivateRecords(folder / "numbers.json", TypeAdapter(dict[str, int]))


def test_what_is_changed_is_there_again(tmp_path: Path) -> None:
    records_in(tmp_path).change(lambda kept: kept | {"a": 1})

    again = records_in(tmp_path)

    assert again.records == {"a": 1}
    assert stat.S_IMODE((tmp_path / "numbers.json").stat().st_mode) == 0o600


def test_a_change_begins_from_what_another_process_wrote(tmp_path: Path) -> None:
    first, second = records_in(tmp_path), records_in(tmp_path)
    first.change(lambda kept: kept | {"a": 1})

    second.change(lambda kept: kept | {"b": 2})

    assert second.records == {"a": 1, "b": 2}


def test_who_reads_while_another_thread_changes_does_not_bring_the_old_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records_in(tmp_path).change(lambda kept: kept | {"a": 1})
    adapter = TypeAdapter(dict[str, int])
    records = PrivateRecords(tmp_path / "numbers.json", adapter)
    records_in(tmp_path).change(lambda kept: kept | {"b": 2})
    reads, goes_on = threading.Event(), threading.Event()
    validate = adapter.validate_json

    def slowly(octets: bytes) -> dict[str, int]:
        if threading.current_thread() is reader:
            reads.set()
            goes_on.wait(10)
        return validate(octets)

    monkeypatch.setattr(adapter, "validate_json", slowly)
    reader = threading.Thread(target=records.reload_if_changed)
    changer = threading.Thread(target=records.change, args=[lambda kept: kept | {"c": 3}])
    reader.start()
    assert reads.wait(10)

    changer.start()
    changer.join(0.2)  # long enough for a change that waits for nobody
    goes_on.set()
    reader.join(10)
    changer.join(10)

    assert records.records == {"a": 1, "b": 2, "c": 3}


def test_an_edit_that_refuses_changes_nothing(tmp_path: Path) -> None:
    records = records_in(tmp_path)
    records.change(lambda kept: kept | {"a": 1})

    def refuse(kept: dict[str, int]) -> dict[str, int]:
        kept.clear()
        raise KeyError("no")

    with pytest.raises(KeyError):
        records.change(refuse)

    assert records.records == {"a": 1}
    assert records_in(tmp_path).records == {"a": 1}


def test_damage_is_named_and_what_was_known_stays(tmp_path: Path) -> None:
    records = records_in(tmp_path)
    records.change(lambda kept: kept | {"a": 1})
    replace_file(tmp_path / "numbers.json", b'{"a": "secret"}')

    with pytest.raises(SecretsUnusable, match=r"numbers\.json is damaged") as damaged:
        records.reload_if_changed()

    assert "secret" not in str(damaged.value)
    assert records.records == {"a": 1}


def test_a_named_pipe_in_place_of_a_file_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "numbers.json", 0o600)

    with pytest.raises(SecretsUnusable, match=r"numbers\.json is no file"):
        records_in(tmp_path)


def test_who_is_not_strict_has_nothing_until_the_file_is_mended(tmp_path: Path) -> None:
    (tmp_path / "numbers.json").write_text("{", "utf-8")

    records = PrivateRecords(tmp_path / "numbers.json", TypeAdapter(dict[str, int]), strict=False)

    assert records.records == {}
    with pytest.raises(SecretsUnusable):
        records.change(lambda kept: kept | {"a": 1})
    replace_file(tmp_path / "numbers.json", b'{"a": 1}')
    assert records.reload_if_changed()
    assert records.records == {"a": 1}


def test_a_folder_that_is_not_there_cannot_be_locked(tmp_path: Path) -> None:
    with pytest.raises(SecretsUnusable, match="No such file"), locked(tmp_path / "nothing"):
        pass
