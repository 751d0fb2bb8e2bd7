"""When somebody is away, as the plan has it."""

from datetime import date
from typing import Annotated

from pydantic import Field

from routing.plan_part import Part, Text

MAX_ABSENCES = 50
"""A year of holidays and courses; what is past is to be removed."""

# Far from where a day has no midnight before or after it
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class Absence(Part):
    """Somebody is away from the first day to the last, both included, local days; without `to` for good.

    `reason` is for those who keep the plan: it is told with no call.
    """

    first: Day = Field(alias="from")
    last: Day | None = Field(default=None, alias="to")
    reason: Text | None = None
