"""Errors of the archive.

ArchiveError(VaxelnError)
├── CodecError             local misuse: a fact that cannot be written down
│   └── MalformedFact      octets that are no fact at all, not even an unknown one
├── JournalError           the journal as a whole
│   ├── JournalUnusable    its folder cannot be made, opened or read
│   ├── JournalLocked      another process writes it
│   └── JournalUnsynced    what was appended is not on disk in time
├── DatabaseError          remote fault: the database does not do what it should, and is asked again later
│   ├── DatabaseAway       it does not answer in time, or cannot take or give anything now
│   ├── DatabaseUnfit      it answers, and is not what the program needs: its version, its schema
│   └── EmbeddedUnusable   our own PostgreSQL cannot be started
├── FactsRefused           remote fault: the database will never take these facts
├── VersionConflict        local misuse: a plan version was made from one that is not the newest
├── VersionWaits           local misuse: a plan version waits, and it is not said what becomes of it
├── TooManyRecordings      local misuse: one more recording of a prompt than there may be
└── PlanFileDamaged        the plan on this node's disk cannot be read
"""

from datetime import datetime

from telephony.errors import VaxelnError


class ArchiveError(VaxelnError):
    """Base of the errors of `telephony.archive`."""


class CodecError(ArchiveError):
    """A fact cannot be written down: its class is not registered, or a value is not of its declared type."""


class MalformedFact(CodecError):
    """Octets that lack what every fact has: a type, a version, a stream, data with the time."""


class JournalError(ArchiveError):
    """Base of the errors of the journal."""


class JournalUnusable(JournalError):
    """The journal's folder cannot be made, opened or read. The message names it and what the system said."""


class JournalLocked(JournalError):
    """Another process writes this journal. The message names the folder and the process."""


class JournalUnsynced(JournalError):
    """What was appended did not reach the disk in the time given."""


class DatabaseError(ArchiveError):
    """Base of what is wrong with the database. The message says what, without any value of a row."""


class DatabaseAway(DatabaseError):
    """The database does not answer in time, or can do nothing now (503)."""


class DatabaseUnfit(DatabaseError):
    """The database is too old, or its schema is of a newer program than this."""


class EmbeddedUnusable(DatabaseError):
    """Our own PostgreSQL cannot be started. The message says what to do where something can be done."""


class FactsRefused(ArchiveError):
    """The database refuses what these facts hold. `sqlstate` says why; the message holds no value of them."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(f"the database refuses facts with SQLSTATE {sqlstate}")
        self.sqlstate = sqlstate


class VersionConflict(ArchiveError):
    """The newest plan version is `current` (0: none), and not the one expected (412)."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the newest plan version is {current}")
        self.current = current


class VersionWaits(ArchiveError):
    """A plan version waits for its time, and the change does not say what is to become of it (409)."""

    def __init__(self, version: int, author: str, reason: str, valid_from: datetime | None) -> None:
        super().__init__(f"plan version {version} waits for its time")
        self.version = version
        self.author = author
        self.reason = reason
        self.valid_from = valid_from


class TooManyRecordings(ArchiveError):
    """There is no room for one more recording. The message says what there is, and what is allowed."""


class PlanFileDamaged(ArchiveError):
    """The plan on this node's disk cannot be read. The message names the file."""
