"""An interval of wall-clock time on one day, half-open: 08:00-16:30 is closed at 16:30:00."""

from dataclasses import dataclass

DAY = 86_400  # seconds on the wall clock; a day of a DST change is longer or shorter in UTC, not here

# The days of the week as the plan names them, Monday first as in `date.weekday()`.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_FORM = 'must be "HH:MM-HH:MM" from 00:00 to 24:00, such as "08:00-16:30", or over midnight "22:00-06:00"'
_CLOCK_FORM = 'must be "HH:MM" from 00:00 to 24:00, such as "15:00"'


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `start` to before `end`, in seconds of the wall clock since the midnight on which the day begins.

    An end after `DAY` is on the next day. `start == end` is empty.
    """

    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Read `08:00-16:30`; an end before the start is on the next day. Raises ValueError."""
        start_text, dash, end_text = text.partition("-")
        if not dash:
            raise ValueError(_FORM)
        start, end = _seconds(start_text, _FORM), _seconds(end_text, _FORM)
        if start == DAY:
            raise ValueError(_FORM)
        return cls(start, end if end >= start else end + DAY)

    @property
    def is_empty(self) -> bool:
        """Whether no moment lies in it."""
        return self.start == self.end

    def overlaps(self, other: "Interval") -> bool:
        """Whether some moment lies in both."""
        return self.start < other.end and other.start < self.end

    def shifted(self, seconds: int) -> "Interval":
        """The same interval counted from another midnight."""
        return Interval(self.start + seconds, self.end + seconds)

    def __str__(self) -> str:
        end = self.end if self.end <= DAY else self.end - DAY
        return f"{show_clock(self.start)}-{show_clock(end)}"


def parse_clock(text: str) -> int:
    """Read `15:00` as seconds since midnight. Raises ValueError."""
    return _seconds(text, _CLOCK_FORM)


def show_clock(seconds: int) -> str:
    """Seconds since midnight as `15:00`."""
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


def _seconds(text: str, form: str) -> int:
    hours, colon, minutes = text.partition(":")
    digits = hours + minutes
    if not (colon and len(hours) == 2 and len(minutes) == 2 and digits.isascii() and digits.isdigit()):
        raise ValueError(form)
    seconds = int(hours) * 3600 + int(minutes) * 60
    if int(minutes) > 59 or seconds > DAY:
        raise ValueError(form)
    return seconds
