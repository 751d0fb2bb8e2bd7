"""What was counted of the calls of this day, read from what is counted since the service began."""

from dataclasses import astuple, dataclass

from metrics.instruments import Instruments
from metrics.key_figures import THRESHOLD_SECONDS


@dataclass(frozen=True, slots=True)
class DayCount:
    """Of the calls to one number that were answered, or given up, since the day began or the service did: as
    the counts of `metrics.key_figures.Tally`."""

    answered: int = 0
    answered_in_time: int = 0
    abandoned_short: int = 0
    abandoned_late: int = 0

    def minus(self, other: "DayCount") -> "DayCount":
        """What has come since the other."""
        return DayCount(*(now - then for now, then in zip(astuple(self), astuple(other), strict=True)))


class DayCounts:
    """`begin` at midnight."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._before: dict[str, DayCount] = {}

    def begin(self) -> None:
        """Another day: what was counted so far is not of it."""
        self._before = {number: self._counted(number) for number in self._numbers()}

    def of(self, number: str) -> DayCount:
        """What was counted of it, by its label."""
        return self._counted(number).minus(self._before.get(number, DayCount()))

    def _numbers(self) -> set[str]:
        answered, abandoned = self._instruments.answer.values(), self._instruments.abandoned.values()
        return {values[0] for values in (*answered, *abandoned)}

    def _counted(self, number: str) -> DayCount:
        in_time, answered = self._instruments.answer.within(THRESHOLD_SECONDS, number)
        short, late = (self._instruments.abandoned.count(number, when) for when in ("short", "late"))
        return DayCount(answered, in_time, int(short), int(late))
