"""What the check of a plan has to say about one place in it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops the plan from being used; a warning is shown and logged."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong or doubtful in a plan.

    `path` is where, `message` what is wrong, `advice` what to do about it.
    """

    path: str
    severity: Severity
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.path}: {self.message}. {self.advice}."


def error(path: str, message: str, advice: str) -> Problem:
    """A problem that stops the plan."""
    return Problem(path, Severity.ERROR, message, advice)


def warning(path: str, message: str, advice: str) -> Problem:
    """A problem that somebody should look at."""
    return Problem(path, Severity.WARNING, message, advice)
