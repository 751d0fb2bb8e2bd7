"""telephony/legs/diversion.py: calls that come round through the public network, and who was called first."""

import pytest

from telephony.call import facts as f
from tests.support.plans import BYGGLOV, MAIN
from tests.support.stage import CALLER, DIRECT, Stage

OURS = "<sip:+46853061500@operator.example>"
OURS_AT_HOME = "<sip:0853061500@192.0.2.1;user=phone>"
MOBILE = "<sip:+46701740688@operator.example>"
OTHER = f"<sip:{MAIN}@operator.example>"


def call(stage: Stage, *fields: tuple[str, str], number: str = DIRECT) -> bool:
    """Call from the operator with these headers; whether it was let through."""
    stage.register("kc1")
    stage.call(number, *fields)
    refused = stage.facts(f.CallRefused)
    assert {(fact.status, fact.why, fact.dialled) for fact in refused} <= {(482, "loop", DIRECT)}
    return not refused


@pytest.mark.parametrize(
    "stations",
    [
        f"{MOBILE};reason=unconditional, {OURS};reason=no-answer",
        f"{MOBILE};reason=unconditional, <garbage, {OTHER}, {OURS}",
        f"{OURS}, {MOBILE}, {OURS}",
        f"{MOBILE}, <tel:+46853061500>",
        "<sip:0701740688@operator.example>, <sip:0853061500@operator.example>",
    ],
)
def test_a_diversion_from_the_number_that_is_dialled_is_a_loop(stage: Stage, stations: str) -> None:
    assert not call(stage, ("Diversion", stations))

    assert not stage.phone("kc1").has("INVITE")


@pytest.mark.parametrize(
    "stations",
    [
        f"{OURS};index=1, {MOBILE};index=1.1, {OURS_AT_HOME};index=1.1.1",
        f"{OURS};index=1, {MOBILE};index=1.1;rc=1",
    ],
)
def test_a_history_that_returns_is_a_loop(stage: Stage, stations: str) -> None:
    assert not call(stage, ("History-Info", stations))


@pytest.mark.parametrize(
    "field",
    [
        ("Diversion", MOBILE),
        ("Diversion", f"{OTHER};reason=time-of-day"),  # another number of ours that is passed on to this one
        ("Diversion", OURS),  # the operator's own way of saying whose number it is
        ("History-Info", f"{OURS};index=1, {OURS_AT_HOME};index=1.1"),
        ("History-Info", f"{MOBILE};index=1, {OURS};index=1.1"),
        ("History-Info", "nonsense"),
        ("History-Info", f"{OURS};index=1, <sip:pilot@operator.example>;index=1.1, {OURS};index=1.1.1"),
        ("Diversion", ", ".join([*([MOBILE] * 40), OURS])),  # longer ago than is looked at
    ],
)
def test_what_is_no_loop_is_let_through(stage: Stage, field: tuple[str, str]) -> None:
    assert call(stage, field)

    assert stage.phone("kc1").has("INVITE")


def test_several_lines_are_one_list(stage: Stage) -> None:
    assert not call(stage, ("Diversion", MOBILE), ("Diversion", OURS))


def test_112_is_never_a_loop(stage: Stage) -> None:
    stations = f"{MOBILE}, <sip:112@operator.example>"

    assert call(stage, ("Diversion", stations), number="112")

    assert stage.alarm.has("INVITE")


# ---- towards members (P6)


def test_a_member_of_a_group_sees_which_number_was_called(stage: Stage) -> None:
    stage.register("bygg1")
    stage.call(BYGGLOV)

    invite = stage.offered("bygg1").invite

    assert invite.headers.get("Diversion") == f"<sip:{BYGGLOV}@192.0.2.1>;reason=unconditional"
    assert CALLER in str(invite.from_)


def test_what_others_have_said_is_not_passed_on(stage: Stage) -> None:
    call(stage, ("Diversion", MOBILE), ("History-Info", f"{MOBILE};index=1"))

    invite = stage.offered("kc1").invite

    assert "+46701740688" not in invite.to_bytes().decode()


def test_112_says_nothing_of_it(stage: Stage) -> None:
    stage.call("112")

    assert "Diversion" not in stage.offered_at(stage.alarm).invite.headers
