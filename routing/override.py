"""A manual override: it beats every calendar, and ends by itself."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Override:
    """Open, or closed, until an aware UTC time. `owner` is who answers for it, `reason` what callers' staff
    are told. `announcement`: the prompt that callers hear while it is closed so; "" is the number's own."""

    open: bool
    until: datetime
    reason: str
    owner: str
    announcement: str = ""
