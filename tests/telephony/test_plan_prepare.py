"""A plan is read, checked and compiled before it can be put in force, whatever form it has."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from routing.compile import canonical, digest_of
from routing.errors import PlanInvalid, PlanRefused
from routing.plan import Plan
from routing.problem import Severity, error
from telephony.archive.plan_store import PlanVersion
from telephony.media.prompts import Prompt
from telephony.media.wav import Wav
from telephony.plan_prepare import PlanInForce, prepare, prepare_version, read
from telephony.plan_speech import SpokenPlan
from tests.support.plans import NUMBERS, PlanText, plan_of

PROMPTS = ("closed",)
TODAY = date(2026, 11, 25)
TOML = "# Vår plan\n" + str(PlanText())
PLAN = plan_of()


def version(document: str, source: str = "") -> PlanVersion:
    return PlanVersion(
        version=3, digest="d", author="eva", reason="höst", made_at=datetime(2026, 11, 25, tzinfo=UTC),
        document=document, source=source,
    )  # fmt: skip


@pytest.mark.parametrize(("text", "toml"), [(TOML, True), (canonical(PLAN), False)])
def test_both_forms_give_the_same_plan(text: str, toml: bool) -> None:
    prepared = prepare(text, toml=toml, today=TODAY, prompts=PROMPTS)

    assert prepared.plan == read(text, toml=toml) == PLAN
    assert prepared.tables.digest == digest_of(PLAN)
    assert prepared.document == canonical(PLAN)
    assert prepared.source == (TOML if toml else "")


def test_a_text_that_is_no_plan_is_invalid() -> None:
    with pytest.raises(PlanInvalid):
        prepare("{", toml=False, today=TODAY, prompts=PROMPTS)


def test_errors_of_the_check_refuse_it_and_warnings_do_not() -> None:
    no_phones_to_112 = prepare(str(PlanText(trunks="")), toml=True, today=TODAY, prompts=PROMPTS)
    assert [problem.path for problem in no_phones_to_112.warnings] == ["trunks"]

    with pytest.raises(PlanRefused, match="kontorstid2"):
        prepare(
            str(PlanText(numbers=NUMBERS.replace("alltid", "kontorstid2"))),
            toml=True,
            today=TODAY,
            prompts=PROMPTS,
        )


def test_a_version_is_made_from_its_source_or_else_its_document() -> None:
    from_source = prepare_version(version(canonical(PLAN), TOML), today=TODAY, prompts=PROMPTS)
    from_document = prepare_version(version(canonical(PLAN)), today=TODAY, prompts=PROMPTS)

    assert (from_source.source, from_document.source) == (TOML, "")
    assert from_source.tables == replace(from_document.tables, version=from_source.tables.version)


def test_the_tables_in_force_have_the_number_of_the_version() -> None:
    in_force = PlanInForce.of(
        version(canonical(PLAN)), prepare(TOML, toml=True, today=TODAY, prompts=PROMPTS)
    )

    assert in_force.tables.version == 3


# ---- what it speaks

FLYTT = Prompt.of("flytt", Wav.a_law(b"\xd5" * 160))
MISSING = error("prompts.flytt.text", "espeak-ng is not installed, which speaks it", "Record it")


def test_what_a_plan_speaks_is_made_ready_with_it() -> None:
    prepared = prepare(
        TOML, toml=True, today=TODAY, prompts=PROMPTS, speak=lambda plan: SpokenPlan({"flytt": FLYTT})
    )

    assert PlanInForce.of(version(prepared.document), prepared).spoken.prompts == {"flytt": FLYTT}


def test_a_plan_that_cannot_be_spoken_here_is_not_applied_here() -> None:
    def mute(_: Plan) -> SpokenPlan:
        return SpokenPlan(problems=(MISSING,))

    with pytest.raises(PlanRefused, match="espeak-ng is not installed"):
        prepare(TOML, toml=True, today=TODAY, prompts=PROMPTS, speak=mute)


def test_one_that_is_in_force_elsewhere_is_taken_up_with_a_warning() -> None:
    def mute(_: Plan) -> SpokenPlan:
        return SpokenPlan(problems=(MISSING,))

    prepared = prepare_version(version("", TOML), today=TODAY, prompts=PROMPTS, speak=mute)

    assert prepared.warnings[-1] == replace(MISSING, severity=Severity.WARNING)
