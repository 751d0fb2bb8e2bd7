"""The plan in force and its versions, as the admin API asks for them (`admin.ports.PlanDesk`)."""

from collections.abc import Callable, Sequence

from routing.comparison import PlanComparison, Side, compare_plans, side_of
from routing.problem import Problem
from telephony.admin.values import Draft, Form
from telephony.administration.desk import Desk, found
from telephony.archive.plan_store import PlanHead, PlanVersion
from telephony.plan_prepare import read


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

    async def apply_plan(self, draft: Draft, *, expected: int, by: str, reason: str) -> PlanHead:
        """Store it as the next version and put it in force."""
        toml = draft.form is Form.TOML
        return await self.keeper.apply(draft.text, toml=toml, expected=expected, by=by, reason=reason)

    async def plan_versions(self, before: int | None, limit: int) -> Sequence[PlanHead]:
        """Versions under `before`, the newest first."""
        return await self.keeper.versions(before, limit)

    async def plan_version(self, version: int) -> PlanVersion:
        """One version."""
        return found(await self.keeper.version(version), f"version {version} of the plan")

    async def roll_back(self, version: int, *, expected: int, by: str, reason: str) -> PlanHead:
        """Put the content of an old version in force as a new version."""
        made = await self.keeper.roll_back(version, expected=expected, by=by, reason=reason)
        return found(made, f"version {version} of the plan")

    async def _side(self, version: int | None) -> Callable[[], Side]:
        """What makes that version, or the plan in force, ready to be compared; it may take seconds."""
        in_force = self.keeper.in_force
        if version in (None, in_force.about.version):
            return lambda: Side(in_force.plan, in_force.tables)
        stored = await self.plan_version(version or 0)
        return lambda: side_of(read(stored.document, toml=False))
