"""The figures of the archive."""

from dataclasses import replace

from metrics.instruments import Instruments
from telephony.archive.archive import ArchiveStatus
from telephony.archive_gauges import watch_archive

UP = ArchiveStatus(
    is_on=True, is_up=True, shipped=90, lag_facts=10, lag_seconds=1.5, dead_letters=2, problem=""
)


def shown(status: ArchiveStatus) -> dict[str, str]:
    instruments = Instruments(dict)
    watch_archive(instruments.watch, lambda: status)
    lines = instruments.text().decode().splitlines()
    return dict(line.split(" ") for line in lines if line.startswith(("vaxeln_database", "vaxeln_dead")))


def test_all_of_it_is_shown() -> None:
    assert shown(UP) == {
        "vaxeln_database_up": "1.0",
        "vaxeln_database_lag_facts": "10.0",
        "vaxeln_database_lag_seconds": "1.5",
        "vaxeln_dead_letters": "2.0",
    }


def test_what_is_not_known_is_not_a_number() -> None:
    assert shown(replace(UP, is_up=False, lag_facts=None))["vaxeln_database_lag_facts"] == "NaN"


def test_without_a_database_there_is_nothing_to_show() -> None:
    assert shown(replace(UP, is_on=False)) == {}
