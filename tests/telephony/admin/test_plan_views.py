from datetime import UTC, datetime

from routing.diff import Change, ChangeKind
from telephony.admin.plan_views import MAX_CHANGES, AppliedPlan, PendingPlan
from telephony.admin.values import PlanMade, PlanWaiting
from telephony.archive.plan_store import PlanHead, PlanVersion

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
MANY = [Change(f"people.p{n}", ChangeKind.ADDED, None, n, "") for n in range(MAX_CHANGES + 1)]


def version(number: int) -> PlanVersion:
    return PlanVersion(number, "d", "eva", "flytt", NOW, "{}", "", valid_from=NOW)


def test_a_change_tells_what_it_has_made_and_no_document() -> None:
    plain = AppliedPlan.of(PlanMade(version(3)))
    full = AppliedPlan.of(PlanMade(version(3), version(2), version(4), MANY))

    assert (plain.version, plain.valid_from, plain.withdrawn, plain.rebased) == (3, NOW, None, None)
    assert full.withdrawn == PlanHead(2, "d", "eva", "flytt", NOW, valid_from=NOW)
    assert full.rebased is not None and (full.rebased.version, full.rebased.count) == (4, MAX_CHANGES + 1)
    assert len(full.rebased.changes) == MAX_CHANGES


def test_what_waits_is_told_with_what_it_will_change() -> None:
    waits = PendingPlan.of(PlanWaiting(version(2), usable=True, changes=MANY))

    assert (waits.version, waits.usable, waits.count, len(waits.changes)) == (
        2,
        True,
        MAX_CHANGES + 1,
        MAX_CHANGES,
    )
