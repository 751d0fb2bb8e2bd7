"""A real process is killed in the middle of writing, and loses nothing that it had acknowledged."""

import subprocess
import sys
from pathlib import Path

from telephony.archive.findings import Finding
from telephony.archive.journal import Journal
from telephony.archive.reader import JournalReader
from tests.telephony.archive.toy_facts import moved, toy_codec

_ROOT = Path(__file__).parents[3]


def _run_and_kill(directory: Path, entries: int) -> int:
    """Let a writer acknowledge so many entries, read beside it, kill it; return the last position it told."""
    command = [sys.executable, "-m", "tests.telephony.archive.crash_writer", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_ROOT) as writer:
        assert writer.stdout is not None
        for _ in range(entries):
            told = int(writer.stdout.readline())
        findings: list[Finding] = []
        reader = JournalReader(directory, toy_codec(), report=findings.append)
        beside = [position for position, _ in reader.read()]
        writer.kill()
        lines = writer.stdout.read().splitlines(keepends=True)
    assert findings == []
    assert beside == list(range(1, len(beside) + 1))
    assert len(beside) >= told
    return max([told, *(int(line) for line in lines if line.endswith(b"\n"))])


def test_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    for entries in (1, 50, 333, 700):
        acknowledged = _run_and_kill(tmp_path, entries)

        findings: list[Finding] = []
        journal = Journal.open(tmp_path, toy_codec(), report=findings.append)
        facts = list(journal.read())
        journal.close()

        assert facts == [(position, moved(position)) for position in range(1, journal.position + 1)]
        assert journal.position >= acknowledged
        assert findings == []
