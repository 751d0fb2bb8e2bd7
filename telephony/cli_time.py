"""Times as people type them on the command line."""

import re
from datetime import UTC, date, datetime, time, timedelta

from routing.hours import STOCKHOLM
from telephony.cli_text import EARLIEST, LATEST, UsageError

ALLOWED = (
    "local time such as 14:00 (today) or 2026-12-23T14:00, with an offset such as 2026-12-23T14:00+01:00, "
    "a day (its midnight), or from now +30m, +1h or +2d"
)
"""What `moment` understands."""

_FROM_NOW = re.compile(r"\+([0-9]{1,4})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def moment(option: str, text: str, now: datetime) -> datetime:
    """The time in UTC. `now` is aware; what has no offset is local. Raises UsageError, which names the
    option."""
    if match := _FROM_NOW.fullmatch(text):
        return now.astimezone(UTC) + int(match[1]) * _UNITS[match[2]]
    try:
        at = _read(text, now.astimezone(STOCKHOLM).date())
    except ValueError:
        raise UsageError(f"{option} {text} is no time; allowed: {ALLOWED}") from None
    if not EARLIEST <= at.date() <= LATEST:
        raise UsageError(f"{option} {text} is out of range; allowed: from {EARLIEST} to {LATEST}")
    return (at if at.tzinfo else at.replace(tzinfo=STOCKHOLM)).astimezone(UTC)


def moment_ahead(option: str, text: str, now: datetime) -> datetime:
    """The same for what is to come. Raises UsageError also for what is past."""
    at = moment(option, text, now)
    if at <= now:
        day = f"{(now.astimezone(STOCKHOLM) + timedelta(days=1)).date()}T14:00"
        raise UsageError(f"{option} {text} is past; give the day too, such as {day}, or +1h")
    return at


def clock(at: datetime) -> str:
    """A time for people, local."""
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"


def _read(text: str, today: date) -> datetime:
    """Raises ValueError."""
    if _CLOCK.fullmatch(text):
        return datetime.combine(today, time.fromisoformat(text))
    return datetime.fromisoformat(text)
