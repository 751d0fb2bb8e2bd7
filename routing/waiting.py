"""How a call waits in a queue that it joins now."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from routing.decision import Origin, Question, Wait
from routing.numbers import NumberClass, classify
from routing.opening import closes_next
from routing.override import Override
from routing.tables import NumberRow, QueueRow

_CALLED_BACK = frozenset({NumberClass.FIXED, NumberClass.MOBILE})
"""Whom it costs no more to call than anybody; a caller's number can be made up."""


def wait_of(
    row: NumberRow, queue: QueueRow, question: Question, overrides: Mapping[str, Override], now: datetime
) -> Wait:
    """The wait of a caller of this number: by its priority, and no longer than it is open and a while after.

    That is known from the beginning: who was let in is served, whatever is closed by hand meanwhile.
    """
    closes_at = closes_next(overrides, row, now)
    return replace(
        queue.wait,
        priority=row.priority,
        callback=queue.wait.callback and _may_be_called_back(row, question),
        closes_at=closes_at if queue.tells_closing else None,
        leave_at=closes_at + timedelta(seconds=queue.closing_seconds) if closes_at else None,
    )


def _may_be_called_back(row: NumberRow, question: Question) -> bool:
    """Whoever has shown a number that may be called; not where nobody is to know who called (P23)."""
    is_known = question.origin is Origin.TRUNK and question.caller is not None
    return is_known and not row.protected and classify(question.caller or "") in _CALLED_BACK
