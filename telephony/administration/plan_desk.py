"""The plan in force and its versions, as the admin API asks for them (`admin.ports.PlanDesk`)."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime

from routing.comparison import PlanComparison, Side, compare_plans, side_of
from routing.problem import Problem
from telephony.admin.values import Draft, Form, PendingPolicy, PlanMade, PlanWaiting
from telephony.administration.desk import Desk, found
from telephony.archive.plan_store import ListedVersion, PlanHead, PlanVersion
from telephony.plan_keeper import Applied, Wanted
from telephony.plan_prepare import read

_NOTHING_WAITS = "version of the plan that waits for its time"


class LivePlanDesk(Desk):
    """Asks the keeper of the plan."""

    async def plan(self) -> PlanVersion:
        """The version in force."""
        return self.keeper.in_force.about

    async def check_plan(self, draft: Draft) -> Sequence[Problem]:
        """All that is wrong or doubtful, errors first."""
        return await self.keeper.check(draft.text, toml=draft.form is Form.TOML)

    async def diff_plan(self, draft: Draft, against: int | None) -> PlanComparison:
        """What applying the draft would change in the plan in force, or in that version."""
        before, now = await self._side(against), self.now()
        toml = draft.form is Form.TOML
        return await self.keeper.work(
            lambda: compare_plans(before(), side_of(read(draft.text, toml=toml)), now)
        )

    async def diff_versions(self, before: int, after: int) -> PlanComparison:
        """What the second of two versions has another."""
        old, new, now = await self._side(before), await self._side(after), self.now()
        return await self.keeper.work(lambda: compare_plans(old(), new(), now))

    async def apply_plan(
        self,
        draft: Draft,
        *,
        expected: int,
        by: str,
        reason: str,
        valid_from: datetime | None = None,
        pending: PendingPolicy | None = None,
    ) -> PlanMade:
        """Store it as the next version and put it in force, at once or at `valid_from`."""
        wanted = Wanted(expected, by, reason, valid_from, _rebases(pending))
        return _made(await self.keeper.apply(draft.text, wanted, toml=draft.form is Form.TOML))

    async def pending_plan(self) -> PlanWaiting:
        """The version that waits for its time, and what it will change."""
        waits = found(await self.keeper.what_waits(), _NOTHING_WAITS)
        return PlanWaiting(head_of(waits.about), waits.usable, waits.changes)

    async def withdraw_plan(self, *, expected: int, by: str, reason: str) -> PlanHead:
        """Withdraw it."""
        waited = await self.keeper.withdraw(expected=expected, by=by, reason=reason)
        return head_of(found(waited, _NOTHING_WAITS))

    async def plan_versions(self, before: int | None, limit: int) -> Sequence[ListedVersion]:
        """Versions under `before`, the newest first."""
        return await self.keeper.versions(before, limit)

    async def plan_version(self, version: int) -> PlanVersion:
        """One version."""
        return found(await self.keeper.version(version), f"version {version} of the plan")

    async def roll_back(
        self,
        version: int,
        *,
        expected: int,
        by: str,
        reason: str,
        valid_from: datetime | None = None,
        pending: PendingPolicy | None = None,
    ) -> PlanMade:
        """Put the content of an old version in force as a new version."""
        wanted = Wanted(expected, by, reason, valid_from, _rebases(pending))
        made = await self.keeper.roll_back(version, wanted)
        return _made(found(made, f"version {version} of the plan"))

    async def _side(self, version: int | None) -> Callable[[], Side]:
        """What makes that version, or the plan in force, ready to be compared; it may take seconds."""
        in_force = self.keeper.in_force
        if version in (None, in_force.about.version):
            return lambda: Side(in_force.plan, in_force.tables)
        stored = await self.plan_version(version or 0)
        return lambda: side_of(read(stored.document, toml=False))


def head_of(version: PlanHead) -> PlanHead:
    """What is told of a version, without its document."""
    return PlanHead(**{field.name: getattr(version, field.name) for field in fields(PlanHead)})


def _rebases(pending: PendingPolicy | None) -> bool | None:
    return None if pending is None else pending is PendingPolicy.REBASE


def _made(applied: Applied) -> PlanMade:
    withdrawn, rebased = applied.withdrawn, applied.rebased
    return PlanMade(
        head_of(applied.made),
        None if withdrawn is None else head_of(withdrawn),
        None if rebased is None else head_of(rebased),
        applied.changes,
    )
