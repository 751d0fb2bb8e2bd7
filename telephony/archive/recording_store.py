"""Recordings of prompts in the database, where all nodes see them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from telephony.archive.database import Database
from telephony.archive.errors import TooManyRecordings
from telephony.archive.queries import load_queries

MAX_RECORDINGS = 200
MAX_RECORDED_SECONDS = 1800.0
"""With MAX_RECORDINGS a bound on memory: half an hour takes 43 MB in each node."""

REMOVED_KEPT = timedelta(days=90)
"""A node that was away for longer puts back what was removed meanwhile, if it still has it."""

_SQL = load_queries("recordings")


@dataclass(frozen=True, slots=True)
class RecordingHead:
    """What is told of a recording. `digest` is the SHA-256 of its WAV file, "" when it was removed."""

    name: str
    digest: str
    seconds: float
    author: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Recording(RecordingHead):
    """The same with the WAV file."""

    sound: bytes


class RecordingStore:
    """The newest of each name. Every method may raise `DatabaseAway`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def heads(self) -> list[RecordingHead]:
        """All by name, those that were removed among them."""
        async with self._database.connection() as connection:
            return [RecordingHead(**row) for row in await connection.fetch(_SQL["heads"])]

    async def get(self, name: str) -> Recording | None:
        """One of them; None when there is none (any more)."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_SQL["sound"], name)
        return None if row is None else Recording(**row)

    async def put(self, new: Recording) -> None:
        """Store it in place of any other of its name. Raises `TooManyRecordings`."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["lock_recordings"])
            others = await connection.fetchrow(_SQL["others"], new.name)
            assert others is not None  # a count has a row
            check_room(others["recordings"], others["seconds"], new)
            await connection.execute(
                _SQL["put"], new.name, new.digest, new.seconds, new.author, new.made_at, new.sound
            )

    async def add_missing(self, new: Recording) -> None:
        """Store what the database has never had, or has lost."""
        async with self._database.connection() as connection:
            await connection.execute(
                _SQL["add_missing"], new.name, new.digest, new.seconds, new.author, new.made_at, new.sound
            )

    async def remove(self, name: str, author: str, at: datetime) -> None:
        """Remove it, and note that it is gone."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["forget_removed"], at - REMOVED_KEPT)
            await connection.execute(_SQL["put"], name, "", 0.0, author, at, None)


def check_room(recordings: int, seconds: float, new: Recording) -> None:
    """Whether one more has room beside these. Raises `TooManyRecordings`."""
    if recordings >= MAX_RECORDINGS:
        raise TooManyRecordings(f"there are {recordings} recordings; allowed are {MAX_RECORDINGS}")
    if seconds + new.seconds > MAX_RECORDED_SECONDS:
        raise TooManyRecordings(
            f"the recordings would last {seconds + new.seconds:.0f} s together; "
            f"allowed are {MAX_RECORDED_SECONDS:.0f}"
        )
