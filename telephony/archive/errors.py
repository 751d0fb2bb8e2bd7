"""Errors of the archive.

ArchiveError(VaxelnError)
├── CodecError             local misuse: a fact that cannot be written down
│   └── MalformedFact      octets that are no fact at all, not even an unknown one
└── JournalError           the journal as a whole
    ├── JournalUnusable    its folder cannot be made, opened or read
    ├── JournalLocked      another process writes it
    └── JournalUnsynced    what was appended is not on disk in time
"""

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
