"""The plan of an administration in memory: its versions, the one that waits, and what becomes of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from routing.check import check
from routing.comparison import PlanComparison, Side, compare_plans, side_of
from routing.compile import compile_plan, digest_of
from routing.diff import diff
from routing.load import load_plan, load_plan_json
from routing.plan import Plan
from routing.problem import Problem
from routing.rebase import rebase
from telephony.admin.errors import NotFound
from telephony.admin.values import Draft, Form, PendingPolicy, PlanMade, PlanWaiting
from telephony.archive.errors import DatabaseAway, VersionConflict, VersionWaits
from telephony.archive.plan_store import ListedVersion, PlanHead, PlanVersion, VersionState
from tests.support.plans import SOCIAL
from tests.support.plans import PlanText as SmallPlan

NOW = datetime.fromisoformat("2026-12-23T10:00:00+00:00")

SOURCE = str(
    SmallPlan(
        more=f"""
[numbers."{SOCIAL}"]
function = "Socialtjänst"
calendar = "kontorstid"
destination = {{ group = "kc" }}
protected = true
"""
    )
)


FIRST_PLAN = Draft(SOURCE, Form.TOML)


def read(draft: Draft) -> Plan:
    return load_plan(draft.text) if draft.form is Form.TOML else load_plan_json(draft.text)


def side(version: PlanVersion) -> Side:
    return side_of(load_plan_json(version.document))


def document_of(plan: Plan) -> str:
    return json.dumps(plan.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


@dataclass(kw_only=True)
class TownPlan:
    """`journalled` is what a change would leave behind: who did what, and why."""

    first_plan: Draft = FIRST_PLAN
    now: datetime = NOW
    database_up: bool = True
    database_on: bool = True
    journalled: list[tuple[str, ...]] = field(default_factory=list)
    stored: list[PlanVersion] = field(default_factory=list)
    waits: PlanVersion | None = None
    usable: bool = True
    withdrawn: dict[int, tuple[str, str, datetime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._store(self.first_plan, "anna", "the first plan")

    # ---- the plan

    async def plan(self) -> PlanVersion:
        return self.current

    async def check_plan(self, draft: Draft) -> Sequence[Problem]:
        return check(read(draft), self.now.date())

    async def diff_plan(self, draft: Draft, against: int | None) -> PlanComparison:
        before = self.current if against is None else await self.plan_version(against)
        return compare_plans(side(before), side_of(read(draft)), self.now)

    async def diff_versions(self, before: int, after: int) -> PlanComparison:
        old, new = await self.plan_version(before), await self.plan_version(after)
        return compare_plans(side(old), side(new), self.now)

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
        compile_plan(read(draft))
        self._expect(expected)
        waits, again = self.waits, None
        if waits is not None and pending is None:
            raise VersionWaits(waits.version, waits.author, waits.reason, waits.valid_from)
        if waits is not None and pending is PendingPolicy.REBASE:
            again = rebase(self.current.document, waits.document, document_of(read(draft)))
        if waits is not None:
            self._withdraw(waits, by, reason)
        made = self._store(draft, by, reason, valid_from)
        if waits is None or again is None:
            return PlanMade(made, waits)
        rebased = self._store(Draft(again, Form.JSON), by, waits.reason, waits.valid_from)
        return PlanMade(made, waits, rebased, diff(read(draft), load_plan_json(again)))

    async def pending_plan(self) -> PlanWaiting:
        if self.waits is None:
            raise NotFound("there is no version of the plan that waits for its time")
        before, after = (load_plan_json(version.document) for version in (self.current, self.waits))
        return PlanWaiting(self.waits, self.usable, diff(before, after) if self.usable else ())

    async def withdraw_plan(self, *, expected: int, by: str, reason: str) -> PlanHead:
        self._need_database()
        waits = self.waits
        if waits is None or waits.version != expected:
            raise VersionConflict(self.current.version)
        self._withdraw(waits, by, reason)
        return waits

    async def plan_versions(self, before: int | None, limit: int) -> Sequence[ListedVersion]:
        self._need_database()
        found = [row for row in reversed(self.stored) if before is None or row.version < before][:limit]
        return [self._listed(row) for row in found]

    async def plan_version(self, version: int) -> PlanVersion:
        self._need_database()
        if version > len(self.stored):
            raise NotFound(f"there is no version {version} of the plan")
        return self.stored[version - 1]

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
        old = Draft((await self.plan_version(version)).document, Form.JSON)
        return await self.apply_plan(
            old, expected=expected, by=by, reason=reason, valid_from=valid_from, pending=pending
        )

    def _store(self, draft: Draft, by: str, reason: str, valid_from: datetime | None = None) -> PlanVersion:
        plan, number = read(draft), len(self.stored) + 1
        source = draft.text if draft.form is Form.TOML else ""
        made = PlanVersion(
            number,
            digest_of(plan),
            by,
            reason,
            self.now,
            document_of(plan),
            source,
            valid_from=valid_from,
        )
        self.stored.append(made)
        self.journalled.append(("plan", by, reason))
        if valid_from is None:
            self.current, self.tables = made, compile_plan(plan, number)
        else:
            self.waits = made
        return made

    def _withdraw(self, waits: PlanVersion, by: str, reason: str) -> None:
        self.withdrawn[waits.version] = by, reason, self.now
        self.journalled.append(("plan withdrawn", by, reason))
        self.waits = None

    def _listed(self, row: PlanVersion) -> ListedVersion:
        by, reason, at = self.withdrawn.get(row.version, ("", "", None))
        state = VersionState.WITHDRAWN if by else VersionState.SUPERSEDED
        if row in (self.current, self.waits):
            state = VersionState.IN_FORCE if row is self.current else VersionState.PENDING
        values = {field.name: getattr(row, field.name) for field in fields(PlanHead)}
        return ListedVersion(
            **values, withdrawn_by=by, withdrawn_because=reason, withdrawn_at=at, state=state
        )

    def _expect(self, expected: int) -> None:
        self._need_database()
        if expected != self.current.version:
            raise VersionConflict(self.current.version)

    def _need_database(self) -> None:
        if not self.database_up:
            raise DatabaseAway("connection refused at /secret/path")
