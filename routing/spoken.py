"""Sentences put together from prompts: their names, joined by `+`, are one sound to the media side.

The words are `telephony/media/prompts/texts.toml`, and the sentences those of `swedish`.
"""

from datetime import datetime, timedelta

from routing.hours import STOCKHOLM

JOIN = "+"
"""Between the names of prompts that are played one after the other. Nothing in a plan has it in its name."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_WEEK = 7
"""From as many days on the name of the day says too little: the date is said."""


def joined(*prompts: str) -> str:
    """The name of one sound of all these; none counts that is empty."""
    return JOIN.join(filter(None, prompts))


def first_of(prompt: str) -> str:
    """The prompt that a sound begins with: what the plan names, when a sentence follows it."""
    return prompt.partition(JOIN)[0]


def spoken_clock(at: datetime) -> str:
    """A time of the day on an aware clock, local, to the minute: "sexton", "sexton och trettio"."""
    wall = at.astimezone(STOCKHOLM)
    hour, minute = f"number_{wall.hour}", f"number_{wall.minute}"
    return joined(hour, "and", minute) if wall.minute else hour


def spoken_opening(at: datetime, now: datetime) -> str:
    """When it opens again: "Vi öppnar igen på måndag klockan åtta", or "den andra januari klockan åtta".

    Both are aware. What opens within a minute is said to open at the next, not at one that has begun.
    """
    wall, today = _whole_minute(at).astimezone(STOCKHOLM), now.astimezone(STOCKHOLM).date()
    away = (wall.date() - today).days
    if away == 0:
        day = "today"
    elif away == 1:
        day = "tomorrow"
    elif away < _WEEK:
        day = f"on_{_DAYS[wall.weekday()]}"
    else:
        day = joined(f"on_day_{wall.day}", f"month_{wall.month}")
    return joined("opens_again", day, "at_clock", spoken_clock(wall))


def _whole_minute(at: datetime) -> datetime:
    return at + (
        timedelta(minutes=1) - timedelta(seconds=at.second, microseconds=at.microsecond)
    ) % timedelta(minutes=1)
