"""What was counted of the calls of this day, read from what is counted since the service began."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from metrics.instruments import Instruments
from metrics.key_figures import THRESHOLD_SECONDS


@dataclass(frozen=True, slots=True)
class DayCount:
    """Of the calls to one number that were answered, or given up, since the day began: as
    the counts of `metrics.key_figures.Tally`."""

    answered: int = 0
    answered_in_time: int = 0
    abandoned_short: int = 0
    abandoned_late: int = 0

    def plus(self, other: "DayCount") -> "DayCount":
        """Both together."""
        return DayCount(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))

    def minus(self, other: "DayCount") -> "DayCount":
        """What has come since the other."""
        return DayCount(*(now - then for now, then in zip(astuple(self), astuple(other), strict=True)))


class DayCounts:
    """`begin` at midnight. It knows of the calls of this life of the service, and is told of those before."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._before: dict[str, DayCount] = {}
        self._earlier: Mapping[str, DayCount] = {}

    def recall(self, earlier: Mapping[str, DayCount]) -> None:
        """This was counted of this day before the service began, by number."""
        self._earlier = earlier

    def begin(self) -> None:
        """Another day: what was counted so far is not of it."""
        self._before = {number: self._counted(number) for number in self._numbers()}
        self._earlier = {}

    def of(self, number: str) -> DayCount:
        """What was counted of it, by its label."""
        since = self._counted(number).minus(self._before.get(number, DayCount()))
        return since.plus(self._earlier[number]) if number in self._earlier else since

    def _numbers(self) -> set[str]:
        answered, abandoned = self._instruments.answer.values(), self._instruments.abandoned.values()
        return {values[0] for values in (*answered, *abandoned)}

    def _counted(self, number: str) -> DayCount:
        in_time, answered = self._instruments.answer.within(THRESHOLD_SECONDS, number)
        short, late = (self._instruments.abandoned.count(number, when) for when in ("short", "late"))
        return DayCount(answered, in_time, int(short), int(late))
