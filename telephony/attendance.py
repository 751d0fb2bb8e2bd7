"""How long numbers were open, and how much of this nobody could have answered them, second by second (P4)."""

from collections.abc import Sequence
from datetime import datetime

from metrics.observer import Observer
from telephony.call.house import House
from telephony.chart import Chart, Staff

MAX_SECONDS = 5.0
"""What one look counts at most: of the time that a machine was suspended nothing is known."""


class Attendance:
    """`look` counts the time since the last one, as it finds things now: to be called about once a second.

    Only numbers that a group answers: where a call would go on to is no excuse. Where several do, as behind a
    menu, one that could is enough.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._last: float | None = None

    def look(self, chart: Chart, house: House, now: datetime, monotonic: float) -> None:
        """Count the time since the last look; the first one only begins."""
        before, self._last = self._last, monotonic
        if before is None:
            return
        seconds = min(monotonic - before, MAX_SECONDS)
        staff = chart.staff(house, now)
        for number, is_open in chart.open_numbers(house.overrides(), now).items():
            groups = chart.groups_at(number, now) if is_open else ()
            if groups:
                self._observer.opened(number, seconds, _why_nobody(staff, groups))


def _why_nobody(staff: Staff, groups: Sequence[str]) -> str:
    """Why none of these groups could have answered; "" when one could."""
    if any([staff.available[group] for group in groups]):
        return ""
    if any([staff.unproven[group] for group in groups]):
        return "unproven"
    return "busy" if any([staff.registered[group] for group in groups]) else "absent"
