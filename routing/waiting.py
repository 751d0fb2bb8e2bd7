"""How a call waits in a queue that it joins now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from routing.decision import Origin, Question, Wait
from routing.numbers import NumberClass, classify
from routing.opening import closes_next
from routing.override import Override
from routing.tables import NumberRow, QueueRow, Tables

_CALLED_BACK = frozenset({NumberClass.FIXED, NumberClass.MOBILE})
"""Whom it costs no more to call than anybody; a caller's number can be made up."""


def wait_of(
    row: NumberRow,
    queue: QueueRow,
    question: Question,
    passed: Sequence[NumberRow],
    overrides: Mapping[str, Override],
    now: datetime,
) -> Wait:
    """The wait of a caller of this number: by its priority, and no longer than it is open and a while after.

    That is known from the beginning: who was let in is served, whatever is closed by hand meanwhile.
    Where one of the numbers that it has `passed` is protected, nobody is to know who called (P23).
    """
    closes_at = closes_next(overrides, row, now)
    return replace(
        queue.wait,
        priority=row.priority,
        callback=queue.wait.callback and _may_be_called_back(question, passed),
        closes_at=closes_at if queue.tells_closing else None,
        leave_at=closes_at + timedelta(seconds=queue.closing_seconds) if closes_at else None,
    )


def numbers_passed(tables: Tables, visited: Sequence[str]) -> list[NumberRow]:
    """The numbers that a call has come by, in order, as its decisions have marked them."""
    numbers = tables.numbers
    return [numbers[number] for mark in visited if (number := mark.partition("/")[0]) in numbers]


def _may_be_called_back(question: Question, passed: Sequence[NumberRow]) -> bool:
    """Whoever has shown a number that may be called; not where nobody is to know who called."""
    is_known = question.origin is Origin.TRUNK and question.caller is not None
    is_protected = any(number.protected for number in passed)
    return is_known and not is_protected and classify(question.caller or "") in _CALLED_BACK
