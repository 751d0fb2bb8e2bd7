"""Appends to the journal in the named folder until it is killed, acknowledging each entry on stdout."""

import os
import sys
from itertools import count
from pathlib import Path

from telephony.archive.journal import Journal
from telephony.archive.store import Limits
from tests.telephony.archive.toy_facts import moved, toy_codec


def main(directory: Path) -> None:
    journal = Journal.open(
        directory, toy_codec(), report=lambda finding: None, limits=Limits(segment=200_000)
    )
    for step in count():
        first = journal.position + 1
        position = journal.append([moved(first + index) for index in range(1 + step % 5)])
        os.write(1, b"%d\n" % position)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
