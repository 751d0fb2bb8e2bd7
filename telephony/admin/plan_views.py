"""The answers of a change of the plan, and of the version that waits for its time."""

from dataclasses import dataclass, fields
from typing import Any

from routing.diff import Change
from telephony.admin.values import PlanMade, PlanWaiting
from telephony.archive.plan_store import PlanHead

MAX_CHANGES = 500
"""Changes that are told: nobody reads more, and the count tells how many there are."""


@dataclass(frozen=True, slots=True)
class RebasedPlan(PlanHead):
    """The version that waits in the place of a withdrawn one, and what it will change: `count` places, of
    which `changes` are the first."""

    count: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class AppliedPlan(PlanHead):
    """The version that was made. `withdrawn` is the one that waited and was withdrawn for it; `rebased` the
    one that was made from that."""

    withdrawn: PlanHead | None
    rebased: RebasedPlan | None

    @classmethod
    def of(cls, made: PlanMade) -> "AppliedPlan":
        """The change, as it is answered."""
        rebased = None
        if made.rebased is not None:
            changes = tuple(made.changes)
            rebased = RebasedPlan(**_head(made.rebased), count=len(changes), changes=changes[:MAX_CHANGES])
        withdrawn = None if made.withdrawn is None else PlanHead(**_head(made.withdrawn))
        return cls(**_head(made.made), withdrawn=withdrawn, rebased=rebased)


@dataclass(frozen=True, slots=True)
class PendingPlan(PlanHead):
    """The version that waits for its time, and what it will change: `count` places, of which `changes` are
    the first. `usable`: this program finds no errors in it; else it will not come into force here."""

    usable: bool
    count: int
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, waits: PlanWaiting) -> "PendingPlan":
        """The version, as it is answered."""
        changes = tuple(waits.changes)
        return cls(
            **_head(waits.head), usable=waits.usable, count=len(changes), changes=changes[:MAX_CHANGES]
        )


def _head(head: PlanHead) -> dict[str, Any]:
    return {field.name: getattr(head, field.name) for field in fields(PlanHead)}
