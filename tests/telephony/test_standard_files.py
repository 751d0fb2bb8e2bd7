"""What a process does that was started without standard input, output or error."""

import subprocess
import sys

import pytest

PROGRAM = """
import os, sys
from telephony.standard_files import open_standard_files
open_standard_files()
first = os.open("/dev/zero", os.O_RDONLY)
print("out", file=sys.stdout)
print("err", file=sys.stderr)
sys.exit(first * 10 + len(sys.stdin.read()))
"""


@pytest.mark.parametrize("closed", ["", "<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_is_missing_is_the_null_device_and_its_number_is_nobody_elses(closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, PROGRAM],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert done.returncode == 30
    assert done.stdout == ("" if ">&-" in closed.split() else "out\n")
    assert done.stderr == ("" if "2>&-" in closed else "err\n")
