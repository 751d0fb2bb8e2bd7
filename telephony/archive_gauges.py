"""The figures of the archive: they are no facts."""

import math
from collections.abc import Callable
from typing import Protocol

from telephony.archive.archive import ArchiveStatus


class Watch(Protocol):
    """`Instruments.watch`."""

    def __call__(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show `value` under that name."""


def watch_archive(watch: Watch, status: Callable[[], ArchiveStatus]) -> None:
    """Show how the shipping goes. Without a database that is wanted there is nothing to show."""
    if not status().is_on:
        return
    watch("vaxeln_database_up", "1 while the database takes facts.", lambda: float(status().is_up))
    watch(
        "vaxeln_database_lag_facts",
        "Facts that the database does not have; not a number until it has said what it has.",
        lambda: math.nan if (lag := status().lag_facts) is None else lag,
    )
    watch(
        "vaxeln_database_lag_seconds",
        "Age of the oldest fact that the database does not have.",
        lambda: status().lag_seconds,
    )
    watch("vaxeln_dead_letters", "Facts that the database refused.", lambda: status().dead_letters)
