"""Makes a prompt of a WAV file, from standard input to standard output, beside the calls: a thread would hold
the interpreter while it works. `music` as argument says that it is some.

Exit code REFUSED: the output says why.
"""

import os
import sys

from telephony.media.errors import UnusableSound
from telephony.media.recording import make_prompt

REFUSED = 3
MUSIC = "music"


def main() -> int:
    """Read, convert, write."""
    os.nice(19)
    try:
        made = make_prompt(sys.stdin.buffer.read(), music=MUSIC in sys.argv[1:])
    except UnusableSound as error:
        sys.stdout.write(str(error))
        return REFUSED
    sys.stdout.buffer.write(bytes(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
