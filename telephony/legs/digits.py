"""What somebody keys on the telephone who hands a call on by keys: a code, and then a number.

The digits may be anybody's secret, such as a PIN for a service on the other side. So no more of them are kept
than the code has, and nothing is told of them but a number that was keyed after it.
"""

from collections import deque
from enum import Enum, auto

CODE_SECONDS = 2.0
"""Between two keys of the code. Who presses them slower means them for the other side."""

FIRST_SECONDS = 10.0
"""Until the first key of the number: time to look it up on a list."""

PAUSE_SECONDS = 4.0
"""After a key of the number: it is whole (ITU-T Q.76 has 4 to 6 s)."""

MOST_DIGITS = 20
"""A number of 15 digits (E.164), with a prefix for abroad before it; more is a child at play."""

END, CANCEL = "#", "*"


class Heard(Enum):
    """What came of a key, or of a pause."""

    NOTHING = auto()
    BEGUN = auto()  # that was the code
    MORE = auto()  # that was a key of the number
    DONE = auto()  # the number is whole
    CANCELLED = auto()  # there will be no number


class Digits:
    """Waits for `code`, then for a number. Times are monotonic seconds."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._last: deque[str] = deque(maxlen=len(code))
        self._last_at = 0.0
        self._dialling = False
        self.number = ""
        self.deadline: float | None = None
        """When `expire` is due."""

    @property
    def is_dialling(self) -> bool:
        """Whether the keys are a number's, and for nobody else."""
        return self._dialling

    def press(self, key: str, now: float) -> Heard:
        """Take a key."""
        return self._dial(key, now) if self._dialling else self._listen(key, now)

    def expire(self, now: float) -> Heard:
        """The deadline has passed."""
        return self._finish()

    def rest(self) -> None:
        """Wait for the code again."""
        self._last.clear()
        self._dialling, self.number, self.deadline = False, "", None

    def _listen(self, key: str, now: float) -> Heard:
        if now - self._last_at > CODE_SECONDS:
            self._last.clear()
        self._last_at = now
        self._last.append(key)
        if "".join(self._last) != self._code:
            return Heard.NOTHING
        self._last.clear()
        self._dialling, self.deadline = True, now + FIRST_SECONDS
        return Heard.BEGUN

    def _dial(self, key: str, now: float) -> Heard:
        if key == CANCEL:
            self.number = ""
        if key in (CANCEL, END):
            return self._finish()
        if not key.isdigit():
            return Heard.NOTHING
        self.number += key
        if len(self.number) == MOST_DIGITS:
            return self._finish()
        self.deadline = now + PAUSE_SECONDS
        return Heard.MORE

    def _finish(self) -> Heard:
        self._dialling, self.deadline = False, None
        return Heard.DONE if self.number else Heard.CANCELLED
