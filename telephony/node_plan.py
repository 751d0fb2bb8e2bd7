"""The plan of this node: the one in force, the one that waits, and both on its disk.

What waits has been made ready beforehand, so that it is swapped in on the second and nobody waits for it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from routing.tables import Tables
from telephony.archive.plan_file import PENDING, PlanFile
from telephony.archive.plan_store import PlanVersion
from telephony.call.facts import Fact
from telephony.call.house_facts import PlanApplied, PlanScheduled, PlanWithdrawn
from telephony.plan_prepare import Pending, PlanInForce, Prepared
from telephony.private_files import SecretsUnusable
from telephony.wall_timer import Handle, WallTimer, on_this_loop

log = structlog.get_logger("vaxeln")


class NodePlan:
    """`take` puts tables in force for every decision to come, `record` journals a fact, `now` gives aware UTC
    by the clock that decides calls.

    At most one version waits. Of two the second would be made against a plan that is not in force yet, so
    that to withdraw the first would silently change what the second means.
    """

    def __init__(
        self,
        in_force: PlanInForce,
        pending: Pending | None,
        folder: Path,
        *,
        take: Callable[[Tables], None],
        record: Callable[[Fact], None],
        now: Callable[[], datetime],
        later: Callable[[float, Callable[[], None]], Handle] = on_this_loop,
    ) -> None:
        self.in_force = in_force
        self.pending = pending
        self.unusable = 0
        """The newest version that was due, when this program cannot use it."""
        self._files = PlanFile(folder), PlanFile(folder, PENDING)
        self._former: PlanInForce | None = None
        self._on_disk: tuple[PlanVersion, PlanVersion | None] | None = None
        self._writing = asyncio.Lock()
        self._take = take
        self._record = record
        self._now = now
        self._timer = WallTimer(now, later)
        self._saving: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """From now on what waits comes into force when its time has come."""
        if self.pending is not None:
            self._await_turn(self.pending)

    def clock_was_set(self) -> None:
        """The machine's clock was: what waits may be due by now, or no longer soon."""
        self._timer.clock_was_set()

    def put(self, version: PlanVersion, prepared: Prepared) -> None:
        """Put a stored version in force, in place of any that waits and is older."""
        self._put(PlanInForce.of(version, prepared))

    def schedule(self, pending: Pending) -> None:
        """Have a stored version wait for its time, in place of any other. One that has come into force does
        not wait any more."""
        about = pending.about
        assert about.valid_from is not None
        if about.version <= max(self.in_force.about.version, self.unusable):
            return
        if self.pending is None or self.pending.about != about:
            self._record(
                PlanScheduled(
                    at=self._now(),
                    version=about.version,
                    digest=about.digest,
                    author=about.author,
                    reason=about.reason,
                    valid_from=about.valid_from,
                )
            )
        self.pending = pending
        self._await_turn(pending)

    def withdraw(self, by: str, reason: str) -> None:
        """What waits, if anything, does not come into force."""
        if self.pending is not None:
            number = self.pending.about.version
            self._record(PlanWithdrawn(at=self._now(), version=number, by=by, reason=reason))
            self._nothing_waits()

    def cannot_use(self, version: PlanVersion, problem: str) -> None:
        """This program finds errors in a version that is due: the plan in force goes on."""
        self.unusable = version.version
        log.critical("plan_version_unusable", version=version.version, problem=problem)

    @property
    def blocked(self) -> int:
        """The version that is due, or waits, and in which this program finds errors; 0 for none."""
        if self.unusable > self.in_force.about.version:
            return self.unusable
        return self.pending.about.version if self.pending and self.pending.ready is None else 0

    async def keep(self) -> None:
        """Bring the disk in line: on it when this returns. A disk that does not take it is an alarm."""
        async with self._writing:
            self._former = None
            wanted = self.in_force.about, self.pending.about if self.pending else None
            if wanted == self._on_disk:
                return
            try:
                await asyncio.to_thread(self._write, *wanted)
            except SecretsUnusable as error:  # it is in force, and in the database
                log.critical("plan_not_on_disk", version=wanted[0].version, problem=str(error))
            else:
                self._on_disk = wanted

    def _write(self, in_force: PlanVersion, pending: PlanVersion | None) -> None:
        """What waits is never on disk as neither: it is removed last, and written first."""
        current, waiting = self._files
        if pending is not None:
            waiting.write(pending)
        current.write(in_force)
        if pending is None:
            waiting.write(None)

    def _put(self, plan: PlanInForce) -> None:
        # To let go of a large one takes 10 ms: not in the moment in which the other is taken
        self._former, self.in_force = self.in_force, plan
        about = plan.about
        if self.pending is not None and self.pending.about.version <= about.version:
            self._nothing_waits()
        self._record(
            PlanApplied(
                at=self._now(),
                version=about.version,
                digest=about.digest,
                author=about.author,
                reason=about.reason,
            )
        )
        self._take(plan.tables)

    def _await_turn(self, pending: Pending) -> None:
        assert pending.about.valid_from is not None
        self._timer.set(pending.about.valid_from, self._turn)

    def _nothing_waits(self) -> None:
        self.pending = None
        self._timer.cancel()

    def _turn(self) -> None:
        """The time of what waits has come. Nothing is waited for: the disk follows."""
        pending = self.pending
        assert pending is not None
        if pending.ready is None:
            self._nothing_waits()
            self.cannot_use(pending.about, "its time has come, and it has errors: see when it was read")
        else:
            self._put(pending.ready)
        saving = asyncio.ensure_future(self.keep())
        self._saving.add(saving)
        saving.add_done_callback(self._saving.discard)
