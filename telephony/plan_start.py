"""Which plan a start begins with: the last good one on this node's disk, else a file, else the database's.

A start waits for the database only when there is no other plan. A file that differs from the plan in force is
reported, and not applied: `vaxeln plan apply` does that. Without a database it is, for then nobody else can.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from routing.compile import digest_of
from routing.errors import Fault, PlanInvalid, PlanRefused
from routing.load import load_plan
from routing.plan import Plan
from routing.problem import Problem
from telephony.archive.archive import newest_plan
from telephony.archive.errors import DatabaseError, PlanFileDamaged
from telephony.archive.plan_file import PENDING, PlanFile
from telephony.archive.plan_store import PlanVersion
from telephony.config import ConfigError, Settings
from telephony.dsn import NONE
from telephony.errors import Misuse
from telephony.plan_prepare import (
    Pending,
    PlanInForce,
    Prepared,
    day_of,
    prepare,
    prepare_pending,
    prepare_version,
    read,
)
from telephony.plan_speech import Speak, unspoken
from telephony.private_files import SecretsUnusable

PLAN_NAME = "plan.toml"

AUTHOR = "vaxeln serve"
"""Of versions that nobody applied. No token has a name with a blank (`telephony.tokens`)."""

log = structlog.get_logger("vaxeln")


@dataclass(frozen=True, slots=True)
class FirstPlan:
    """The plan to start with, on disk by then, its warnings, in words where it comes from, and what waits."""

    plan: PlanInForce
    warnings: Sequence[Problem]
    where: str
    pending: Pending | None = None


class PlanUnreadable(Misuse):
    """The system does not give us the plan's file. The message names it and what the system said."""


def plan_folder(data: Path) -> Path:
    """Where the last good plan lies."""
    return data / "plan"


def plan_file(data: Path, given: Path | None) -> Path | None:
    """The file that was named, or else plan.toml in the data folder if there is one. Raises ConfigError."""
    if given is not None and not given.is_file():
        raise ConfigError(f"no plan at {given}: give one with --plan; deploy/botkyrka.toml is an example")
    file = given or data / PLAN_NAME
    return file if file.is_file() else None


def read_text(file: Path) -> str:
    """The text of a plan file. Raises PlanUnreadable, and PlanInvalid when it is no text."""
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise PlanUnreadable(f"cannot read the plan {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PlanInvalid([Fault("plan", f"octet {error.start}", "must be text in UTF-8")]) from error


@contextmanager
def naming(where: Path | str) -> Iterator[None]:
    """Note its place on an error of a plan: neither the plan nor its check knows where it lies."""
    try:
        yield
    except (PlanInvalid, PlanRefused) as error:
        error.add_note(str(where))
        raise


def offline_plan(data: Path, given: Path | None, now: datetime | None = None) -> tuple[Plan, int]:
    """The plan that commands read while no service is asked, and its version, 0 for a file's: what a start
    would begin with now.

    Raises ConfigError when there is none, PlanUnreadable, PlanInvalid (with a note that names the file) and
    PlanFileDamaged.
    """
    folder = plan_folder(data)
    stored = PlanFile(folder).read() if given is None else None
    if stored is not None:
        due = _due(PlanFile(folder, PENDING).read(), stored, now or datetime.now(UTC))
        if due is not None:
            with suppress(PlanInvalid):  # then the one in force goes on
                return read(due.document, toml=False), due.version
        with naming(folder):
            return read(stored.document, toml=False), stored.version
    file = plan_file(data, given)
    if file is None:
        raise _no_plan(data)
    with naming(file):
        return load_plan(read_text(file)), 0


async def first_plan(
    settings: Settings,
    given: Path | None,
    prompts: Collection[str],
    now: datetime,
    speak: Speak = unspoken,
) -> FirstPlan:
    """The plan to start with.

    Raises ConfigError when there is none anywhere; PlanUnreadable, PlanInvalid and PlanRefused (with a note
    that names the file) when the only one cannot be used.
    """
    data, file = settings.data, plan_file(settings.data, given)
    start = _Start(data, prompts, now, speak, numbered=settings.database.dsn.value == NONE)
    return await start.with_pending(await start.first(settings, file))


class _Start:
    """`numbered`: there is no database to number versions, so the node does."""

    def __init__(
        self, data: Path, prompts: Collection[str], now: datetime, speak: Speak, *, numbered: bool
    ) -> None:
        self._data = data
        self._disk = PlanFile(plan_folder(data))
        self._waiting = PlanFile(plan_folder(data), PENDING)
        self._prompts = prompts
        self._speak = speak
        self._now = now
        self._today = day_of(now)
        self._numbered = numbered

    async def first(self, settings: Settings, file: Path | None) -> FirstPlan:
        """What to begin with. Raises as `first_plan`."""
        folder = plan_folder(self._data)
        stored = await self._read(self._disk)
        due = _due(await self._read(self._waiting), stored, self._now)
        if due is not None and await self._prepared(due) is not None:
            stored = due
        if stored is not None:
            return await self.with_stored(stored, str(folder), file)
        if file is not None:
            return await self.with_file(file, 0)
        stored = await _from_database(settings, self._now)
        if stored is None:
            raise _no_plan(self._data)
        return await self.with_stored(stored, "the database", None)

    async def with_pending(self, first: FirstPlan) -> FirstPlan:
        """The same, and what waits for its time after it."""
        waits = await self._read(self._waiting)
        if waits is None or not waits.waits(self._now):
            return first
        if waits.version <= first.plan.about.version:  # a file was put before it, where there is no database
            log.warning("plan_pending_overtaken", version=waits.version)
            return first
        return replace(first, pending=await self._prepared(waits) or Pending(waits, None))

    async def _prepared(self, waits: PlanVersion) -> Pending | None:
        """It made ready; None when this program cannot use it, and that is told."""
        pending, problem = await asyncio.to_thread(prepare_pending, waits, self._prompts, self._speak)
        if problem:
            log.critical("plan_version_unusable", version=waits.version, problem=problem)
            return None
        return pending

    async def _read(self, file: PlanFile) -> PlanVersion | None:
        """What is on disk. A damaged one is as good as none, and told."""
        try:
            return await asyncio.to_thread(file.read)
        except PlanFileDamaged as error:
            log.critical("plan_on_disk_damaged", problem=str(error))
            return None

    async def with_file(self, file: Path, after: int) -> FirstPlan:
        """Begin with the file, as what follows version `after`."""
        with naming(file):
            text = await asyncio.to_thread(read_text, file)
            prepared = await asyncio.to_thread(
                prepare, text, toml=True, today=self._today, prompts=self._prompts, speak=self._speak
            )
        version = PlanVersion(
            version=after + 1 if self._numbered else 0,
            digest=digest_of(prepared.plan),
            author=AUTHOR,
            reason=f"from the file {file.name}",
            made_at=self._now,
            document=prepared.document,
            source=prepared.source,
        )
        return await self._begin(version, prepared, f"the file {file}")

    async def with_stored(self, stored: PlanVersion, where: str, file: Path | None) -> FirstPlan:
        """Begin with what was in force last, and look whether the file says the same."""
        from_disk = f"{where} ({stored.author}: {stored.reason})"
        try:
            with naming(where):
                prepared = await asyncio.to_thread(
                    prepare_version,
                    stored,
                    today=self._today,
                    prompts=self._prompts,
                    speak=self._speak,
                )
        except (PlanInvalid, PlanRefused) as error:
            if file is None:
                raise
            log.critical("plan_on_disk_unusable", version=stored.version, problem=str(error))
            return await self.with_file(file, stored.version)
        if file is not None and await self._differs(file, stored):
            if self._numbered:
                try:
                    return await self.with_file(file, stored.version)
                except (PlanInvalid, PlanRefused) as error:  # the last good one goes on
                    log.error("plan_file_unusable", file=str(file), problem=str(error))
                    return await self._begin(stored, prepared, from_disk)
            advice = f"to put it in force: vaxeln plan apply {file}"
            log.warning("plan_file_differs", file=str(file), in_force=stored.version, advice=advice)
        return await self._begin(stored, prepared, from_disk)

    async def _differs(self, file: Path, stored: PlanVersion) -> bool:
        """A file that is no plan differs too; the one in force goes on."""
        try:
            text = await asyncio.to_thread(read_text, file)
            plan = await asyncio.to_thread(load_plan, text)
        except (PlanInvalid, PlanUnreadable) as error:
            log.error("plan_file_unusable", file=str(file), problem=str(error))
            return False
        return digest_of(plan) != stored.digest

    async def _begin(self, version: PlanVersion, prepared: Prepared, where: str) -> FirstPlan:
        try:
            await asyncio.to_thread(self._disk.keep, version)
        except SecretsUnusable as error:  # a full disk keeps nobody from being called
            log.critical("plan_not_on_disk", version=version.version, problem=str(error))
        return FirstPlan(PlanInForce.of(version, prepared), prepared.warnings, where)


def _due(waits: PlanVersion | None, stored: PlanVersion | None, now: datetime) -> PlanVersion | None:
    """What has waited, if its time came while nothing ran."""
    if waits is None or waits.waits(now) or (stored is not None and waits.version <= stored.version):
        return None
    return waits


async def _from_database(settings: Settings, now: datetime) -> PlanVersion | None:
    """A node that has lost its disk has its plan there. Raises ConfigError when nobody can say."""
    try:
        return await newest_plan(settings.data, settings.database.dsn, now)
    except DatabaseError as error:
        raise ConfigError(f"{_no_plan(settings.data)}; and the database cannot be asked: {error}") from error


def _no_plan(data: Path) -> ConfigError:
    return ConfigError(
        f"no plan in {data}: give one with --plan, or put it at {data / PLAN_NAME}; "
        "deploy/botkyrka.toml is an example"
    )
