"""What can go wrong in routing.

    RoutingError
    ├── PlanInvalid     the text is not a plan: it breaks the form of the document
    ├── PlanRefused     the plan has the right form, but check finds errors in it
    ├── NaiveTime       local misuse: a time without a time zone
    └── PeriodTooLong   hours were asked for longer than they are worked out at once

`decide` raises none of them for anything that a caller can do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.problem import Problem


class RoutingError(Exception):
    """The base of all errors of this package."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a document is not a plan.

    `path` is where (`calendars.kontorstid.weekly.mon[0]`), `value` what stands there, `allowed` what may
    stand there.
    """

    path: str
    value: str
    allowed: str

    def __str__(self) -> str:
        shown = f" = {self.value}" if self.value else ""
        return f"{self.path}{shown}: {self.allowed}"


class PlanInvalid(RoutingError):
    """A document that is not a plan. `faults` holds every fault that was found, in the document's order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class PlanRefused(RoutingError):
    """A plan with errors (not only warnings). `problems` holds them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class NaiveTime(RoutingError):
    """A time was given without a time zone, so nobody can say which moment it is."""


class PeriodTooLong(RoutingError):
    """Hours were asked for a period longer than `hours.MAX_PERIOD`."""


class BaseLoop(RoutingError):
    """Calendars that are based on each other in a ring."""
