"""How a call waits in a queue that it joins now."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from routing.decision import Wait
from routing.opening import closes_next
from routing.override import Override
from routing.tables import NumberRow, QueueRow


def wait_of(row: NumberRow, queue: QueueRow, overrides: Mapping[str, Override], now: datetime) -> Wait:
    """The wait of a caller of this number: by its priority, and no longer than it is open and a while after.

    That is known from the beginning: who was let in is served, whatever is closed by hand meanwhile.
    """
    closes_at = closes_next(overrides, row, now)
    return replace(
        queue.wait,
        priority=row.priority,
        closes_at=closes_at if queue.tells_closing else None,
        leave_at=closes_at + timedelta(seconds=queue.closing_seconds) if closes_at else None,
    )
