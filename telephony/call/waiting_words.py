"""What a caller who waits is told: that they wait, their place, for how long about, until when it is open.

All of it is put together from prompts that are ready: nothing is made while a caller waits.
"""

from dataclasses import dataclass
from datetime import datetime

from routing.decision import Wait
from routing.spoken import joined, spoken_clock
from telephony.call.call import Call
from telephony.call.house import House

MOST_COUNTED = 60
"""The highest number that there is a prompt for; whoever has a later place hears that there are many."""

TOLD_BEFORE_CLOSING = 3600
"""From how many seconds before it closes the caller is told when that is."""


@dataclass(frozen=True, slots=True)
class Words:
    """Prompts joined by +, and what they say: the place, and the wait in seconds; 0 is nothing said."""

    prompt: str
    position: int
    seconds: float


def words_for(call: Call, wait: Wait, house: House, now: datetime) -> Words:
    """What is to be said now: the first time that they wait, and until when it is open, after that thanks."""
    is_first = call.waiting is None or call.waiting.said_at is None
    said = [wait.welcome if is_first else wait.comfort]
    position, seconds = house.queues.position(call.id), house.queues.seconds_ahead(call.id)
    if wait.tells_position and position:
        said += _position(position)
    if wait.tells_estimate and seconds is not None:
        said += _estimate(seconds)
    if is_first and wait.closes_at is not None:
        said += _closing(wait.closes_at, now)
    if wait.callback:
        said.append("queue_callback")
    told = seconds if wait.tells_estimate and seconds is not None else 0.0
    return Words(joined(*said), position if wait.tells_position else 0, told)


def _position(position: int) -> list[str]:
    return ["queue_position", f"number_{position}"] if position <= MOST_COUNTED else ["queue_many"]


def _estimate(seconds: float) -> list[str]:
    """To the minute; beyond ten to the next five, for nobody can know it better."""
    minutes = round(seconds / 60)
    if minutes > 10:
        minutes = -(-minutes // 5) * 5
    if minutes < 2:
        return ["queue_under_minute" if seconds < 60 else "queue_one_minute"]
    if minutes > MOST_COUNTED:
        return ["queue_over_hour"]
    return ["queue_estimate", f"number_{minutes}", "queue_minutes"]


def _closing(closes_at: datetime, now: datetime) -> list[str]:
    left = (closes_at - now).total_seconds()
    if not 0 < left <= TOLD_BEFORE_CLOSING:
        return []
    return ["queue_closes", spoken_clock(closes_at)]
