"""What was counted of the calls of this day before a restart: asked of the database, where it is kept."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

from metrics.day_counts import DayCount
from metrics.key_figures import THRESHOLD_SECONDS
from routing.hours import STOCKHOLM
from telephony.archive.archive import Archive
from telephony.archive.errors import DatabaseAway
from telephony.background import run_once
from telephony.figures import Figures

AGAIN_SECONDS = 1.0
"""How often it is asked whether everything of the earlier life is in the database. One sum over the calls of
the day follows, which is the database's work."""


def recall_behind(
    opened: AsyncExitStack, archive: Archive, figures: Figures, now: Callable[[], datetime], position: int
) -> None:
    """Begin, where there is a database. Up to `position` the journal is of earlier lives."""
    if archive.status().is_on:
        run_once(opened, recall(archive, figures, now, position), "day_not_recalled")


async def recall(
    archive: Archive,
    figures: Figures,
    now: Callable[[], datetime],
    position: int,
    again: float = AGAIN_SECONDS,
) -> None:
    """Add what was counted from midnight until now, once it is known; nothing when the day is over then."""
    began = now().astimezone(STOCKHOLM)
    midnight = began.replace(hour=0, minute=0, second=0, microsecond=0)
    while now() < midnight + timedelta(days=1):
        try:
            counts = await archive.counts_of_own(midnight, began, THRESHOLD_SECONDS, position)
        except DatabaseAway:
            counts = None
        if counts is not None:
            earlier = {
                number: DayCount(
                    each.answered,
                    each.answered_in_time,
                    each.abandoned_short,
                    each.abandoned - each.abandoned_short,
                )
                for number, each in counts.items()
            }
            figures.recall(began.date(), earlier)
            return
        await asyncio.sleep(again)
