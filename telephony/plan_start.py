"""Which plan a start begins with: the last good one on this node's disk, else a file, else the database's.

A start waits for the database only when there is no other plan. A file that differs from the plan in force is
reported, and not applied: `vaxeln plan apply` does that. Without a database it is, for then nobody else can.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from routing.compile import digest_of
from routing.errors import Fault, PlanInvalid, PlanRefused
from routing.hours import STOCKHOLM
from routing.load import load_plan
from routing.plan import Plan
from routing.problem import Problem
from telephony.archive.archive import newest_plan
from telephony.archive.errors import DatabaseError, PlanFileDamaged
from telephony.archive.plan_file import PlanFile
from telephony.archive.plan_store import PlanVersion
from telephony.config import ConfigError, Settings
from telephony.dsn import NONE
from telephony.errors import VaxelnError
from telephony.plan_prepare import PlanInForce, Prepared, prepare, prepare_version, read
from telephony.private_files import SecretsUnusable

PLAN_NAME = "plan.toml"

AUTHOR = "vaxeln serve"
"""Of versions that nobody applied. No token has a name with a blank (`telephony.tokens`)."""

log = structlog.get_logger("vaxeln")


@dataclass(frozen=True, slots=True)
class FirstPlan:
    """The plan to start with, on disk by then, its warnings, and in words where it comes from."""

    plan: PlanInForce
    warnings: Sequence[Problem]
    where: str


class PlanUnreadable(VaxelnError):
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


def offline_plan(data: Path, given: Path | None) -> tuple[Plan, int]:
    """The plan that commands read while no service is asked, and its version, 0 for a file's.

    Raises ConfigError when there is none, PlanUnreadable, PlanInvalid (with a note that names the file) and
    PlanFileDamaged.
    """
    stored = PlanFile(plan_folder(data)).read() if given is None else None
    if stored is not None:
        with naming(plan_folder(data)):
            return read(stored.document, toml=False), stored.version
    file = plan_file(data, given)
    if file is None:
        raise _no_plan(data)
    with naming(file):
        return load_plan(read_text(file)), 0


async def first_plan(
    settings: Settings, given: Path | None, prompts: Collection[str], now: datetime
) -> FirstPlan:
    """The plan to start with.

    Raises ConfigError when there is none anywhere; PlanUnreadable, PlanInvalid and PlanRefused (with a note
    that names the file) when the only one cannot be used.
    """
    data, file = settings.data, plan_file(settings.data, given)
    start = _Start(PlanFile(plan_folder(data)), prompts, now, numbered=settings.database.dsn.value == NONE)
    stored = await start.stored()
    if stored is not None:
        return await start.with_stored(stored, str(plan_folder(data)), file)
    if file is not None:
        return await start.with_file(file, 0)
    stored = await _from_database(settings)
    if stored is None:
        raise _no_plan(data)
    return await start.with_stored(stored, "the database", None)


class _Start:
    """`numbered`: there is no database to number versions, so the node does."""

    def __init__(self, disk: PlanFile, prompts: Collection[str], now: datetime, *, numbered: bool) -> None:
        self._disk = disk
        self._prompts = prompts
        self._now = now
        self._today = now.astimezone(STOCKHOLM).date()
        self._numbered = numbered

    async def stored(self) -> PlanVersion | None:
        """What is on disk. A damaged one is as good as none, and told."""
        try:
            return await asyncio.to_thread(self._disk.read)
        except PlanFileDamaged as error:
            log.critical("plan_on_disk_damaged", problem=str(error))
            return None

    async def with_file(self, file: Path, after: int) -> FirstPlan:
        """Begin with the file, as what follows version `after`."""
        with naming(file):
            text = await asyncio.to_thread(read_text, file)
            prepared = await asyncio.to_thread(
                prepare, text, toml=True, today=self._today, prompts=self._prompts
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
                    prepare_version, stored, today=self._today, prompts=self._prompts
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


async def _from_database(settings: Settings) -> PlanVersion | None:
    """A node that has lost its disk has its plan there. Raises ConfigError when nobody can say."""
    try:
        return await newest_plan(settings.data, settings.database.dsn)
    except DatabaseError as error:
        raise ConfigError(f"{_no_plan(settings.data)}; and the database cannot be asked: {error}") from error


def _no_plan(data: Path) -> ConfigError:
    return ConfigError(
        f"no plan in {data}: give one with --plan, or put it at {data / PLAN_NAME}; "
        "deploy/botkyrka.toml is an example"
    )
