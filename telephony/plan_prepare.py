"""A plan made ready to be put in force: read, checked, compiled. It takes seconds for a large one, so whoever
has calls to carry does it in a thread."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from routing.check import check
from routing.compile import canonical, compile_checked
from routing.errors import PlanInvalid, PlanRefused
from routing.hours import STOCKHOLM
from routing.load import load_plan, load_plan_json
from routing.plan import Plan
from routing.problem import Problem, Severity
from routing.tables import Tables
from telephony.archive.plan_store import PlanVersion
from telephony.plan_speech import SILENT, Speak, SpokenPlan, unspoken


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that can be put in force. `source` is its TOML as it was given, or ""."""

    plan: Plan
    tables: Tables
    document: str
    source: str
    warnings: Sequence[Problem]
    spoken: SpokenPlan = SILENT


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """The version that decides calls, its plan and its tables."""

    about: PlanVersion
    plan: Plan
    tables: Tables
    spoken: SpokenPlan = SILENT

    @classmethod
    def of(cls, version: PlanVersion, prepared: Prepared) -> "PlanInForce":
        """The prepared plan under the number that it got."""
        return cls(version, prepared.plan, replace(prepared.tables, version=version.version), prepared.spoken)


@dataclass(frozen=True, slots=True)
class Pending:
    """A version that waits for its time. `ready` is what is put in force then; None when this program finds
    errors in it."""

    about: PlanVersion
    ready: PlanInForce | None


def day_of(at: datetime) -> date:
    """The local day, which a plan that comes into force then is checked as of: its deviations are past, or
    not, by that day."""
    return at.astimezone(STOCKHOLM).date()


def read(text: str, *, toml: bool) -> Plan:
    """Read a plan in TOML or JSON. Raises PlanInvalid."""
    return load_plan(text) if toml else load_plan_json(text)


def prepare(
    text: str, *, toml: bool, today: date, prompts: Collection[str], speak: Speak = unspoken
) -> Prepared:
    """Read, check, compile and speak a plan. Raises PlanInvalid, and PlanRefused when the check finds errors,
    or something cannot be spoken."""
    prepared = _prepare(text, toml=toml, today=today, prompts=prompts, speak=speak)
    if prepared.spoken.problems:
        raise PlanRefused(prepared.spoken.problems)
    return prepared


def prepare_version(
    version: PlanVersion, *, today: date, prompts: Collection[str], speak: Speak = unspoken
) -> Prepared:
    """A stored version made ready anew: this program may find errors in it that an older one did not.

    What cannot be spoken here is a warning: a plan that is in force elsewhere is not kept out for a prompt.
    """
    toml = bool(version.source)
    prepared = _prepare(
        version.source or version.document, toml=toml, today=today, prompts=prompts, speak=speak
    )
    missing = [replace(problem, severity=Severity.WARNING) for problem in prepared.spoken.problems]
    return replace(prepared, warnings=[*prepared.warnings, *missing])


def _prepare(text: str, *, toml: bool, today: date, prompts: Collection[str], speak: Speak) -> Prepared:
    plan = read(text, toml=toml)
    problems = check(plan, today, prompts)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise PlanRefused(errors)
    source = text if toml else ""
    return Prepared(plan, compile_checked(plan), canonical(plan), source, problems, speak(plan))


def prepare_pending(
    version: PlanVersion, prompts: Collection[str], speak: Speak = unspoken
) -> tuple[Pending, str]:
    """A version that waits made ready for its day, and what is wrong with it, or ""."""
    today = day_of(version.valid_from or version.made_at)
    try:
        prepared = prepare_version(version, today=today, prompts=prompts, speak=speak)
    except (PlanInvalid, PlanRefused) as error:
        return Pending(version, None), str(error)
    return Pending(version, PlanInForce.of(version, prepared)), ""
