"""The plan in force and its versions, as the admin API asks for them (`admin.ports.PlanDesk`)."""

from collections.abc import Sequence

from routing.diff import Change
from routing.problem import Problem
from telephony.admin.values import Draft, Form
from telephony.administration.desk import Desk, found
from telephony.archive.plan_store import PlanHead, PlanVersion


class LivePlanDesk(Desk):
    """Asks the keeper of the plan."""

    async def plan(self) -> PlanVersion:
        """The version in force."""
        return self.keeper.in_force.about

    async def check_plan(self, draft: Draft) -> Sequence[Problem]:
        """All that is wrong or doubtful, errors first."""
        return await self.keeper.check(draft.text, toml=draft.form is Form.TOML)

    async def diff_plan(self, draft: Draft) -> Sequence[Change]:
        """What applying the draft would change."""
        return await self.keeper.diff(draft.text, toml=draft.form is Form.TOML)

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
