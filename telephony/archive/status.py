"""What is told of the archive."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveStatus:
    """How the shipping goes.

    `is_up`: the database takes facts now. `shipped`: it has the journal up to there; None until it said so.
    Lag is in facts and in seconds since the oldest that is not shipped. `problem` is the last one, or "".
    """

    is_on: bool
    is_up: bool
    shipped: int | None
    lag_facts: int | None
    lag_seconds: float
    dead_letters: int
    problem: str

    def to_json(self) -> dict[str, object]:
        """The object in /healthz."""
        return {
            "state": "off" if not self.is_on else "up" if self.is_up else "away",
            "shipped": self.shipped,
            "lag_facts": self.lag_facts,
            "lag_seconds": round(self.lag_seconds, 1),
            "dead_letters": self.dead_letters,
            "problem": self.problem,
        }
