"""What callers are told of opening hours, in Swedish."""

from datetime import datetime, timedelta

from routing.hours import STOCKHOLM

DAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip

# Over the turn of the year nobody takes the 4th of January for another one than the next.
_SOON = timedelta(days=180)


def opens_again(at: datetime | None, now: datetime) -> str:
    """When it opens again, as a sentence: "Vi öppnar igen på måndag den 7 januari klockan 8."

    Both are aware; `at` is None when no opening is in sight, and then the sentence is empty.
    """
    if at is None:
        return ""
    wall, today = at.astimezone(STOCKHOLM), now.astimezone(STOCKHOLM).date()
    clock = f"{wall.hour}" if not wall.minute else f"{wall.hour}.{wall.minute:02}"
    if wall.date() == today:
        day = "i dag"
    elif wall.date() == today + timedelta(days=1):
        day = "i morgon"
    else:
        day = f"på {DAYS[wall.weekday()]} den {wall.day} {MONTHS[wall.month - 1]}"
        if wall.year != today.year and wall.date() - today > _SOON:
            day += f" {wall.year}"
    return f"Vi öppnar igen {day} klockan {clock}."
