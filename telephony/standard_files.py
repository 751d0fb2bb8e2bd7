"""Standard input, output and error, which whoever starts a process may have closed (`<&-`, some supervisors).

Without them the next files and sockets that are opened get their numbers: what is printed would go there, and
libuv aborts when it closes one. So what is missing is the null device.
"""

import os
import sys


def open_standard_files() -> None:
    """Open what is missing of the three, before anything else is opened."""
    for fd in range(3):
        try:
            os.fstat(fd)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one
            os.set_inheritable(opened, True)
    # Of those that were missing Python has made None
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
