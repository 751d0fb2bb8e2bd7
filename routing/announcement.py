"""What a caller hears in an announcement: its prompt, and when the number opens again."""

from collections.abc import Mapping
from datetime import datetime

from routing.decision import Reason
from routing.hours import STOCKHOLM
from routing.opening import opening, opens_next
from routing.override import Override
from routing.spoken import joined, spoken_opening
from routing.tables import NumberRow, Tables, ToAnnouncement

CLOSED_PROMPT = "closed"


def said(
    tables: Tables,
    row: NumberRow,
    destination: ToAnnouncement,
    overrides: Mapping[str, Override],
    now: datetime,
) -> tuple[str, tuple[Reason, ...]]:
    """The prompts that are played at this number, as one sound, and the reason when it is more than one."""
    prompt, tells = destination.prompt, destination.next_opening
    if tells is None:
        tells = tables.next_opening and prompt == CLOSED_PROMPT
    if not tells or opening(overrides, row, now).open:
        return prompt, ()
    at = opens_next(overrides, row, now)
    if at is None:
        return prompt, ()
    text = f"the caller is told that it opens again {at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
    return joined(prompt, spoken_opening(at, now)), (Reason("next_opening", row.reason.where, text),)
