"""Where somebody may be handed on to, and who is rung when that leads nowhere."""

from datetime import UTC, datetime

import pytest

from routing.decision import Decision, Kind, Target
from routing.transfer import transfer_return, transfer_target
from tests.support.flows import menu, number
from tests.support.plans import BYGGLOV, MAIN, NUMBERS, PEOPLE, Presence, tables_of

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
DAVID = "+46853061777"
CLOSED = "+46853061900"
TABLES = tables_of(
    people=PEOPLE.replace('"bygg1m"]', f'"bygg1m"], number = "{DAVID}"'),
    numbers=f"""{NUMBERS}
[numbers."{CLOSED}"]
function = "Simhall"
calendar = "aldrig"
destination = {{ group = "kc" }}
""",
)


def asked(number: str, presence: Presence | None = None) -> Decision:
    return transfer_target(TABLES, number, "kc1", presence or Presence(), NOON)


def test_a_number_is_rung_as_for_a_call_of_that_phone() -> None:
    decision = asked(DAVID)

    assert (decision.kind, decision.function, decision.ring_seconds) == (Kind.RING, "David Holm", 25)
    assert {target.phone for target in decision.targets} == {"bygg1", "bygg1m"}


def test_ones_own_phone_is_not_rung() -> None:
    assert {target.member for target in asked(MAIN).targets} == {"bengt"}


@pytest.mark.parametrize(
    ("number", "presence", "status"),
    [
        ("112", Presence(), 403),
        ("+46701112233", Presence(), 403),
        ("+46853061555", Presence(), 404),
        (CLOSED, Presence(), 480),
        (DAVID, Presence(busy={"david"}), 486),
        (BYGGLOV, Presence(unregistered={"bygg1", "bygg1m", "bygg2"}), 480),
    ],
)
def test_what_is_no_person_to_hand_on_to_is_refused(number: str, presence: Presence, status: int) -> None:
    decision = asked(number, presence)

    assert (decision.kind, decision.status, decision.targets) == (Kind.REJECT, status, ())
    assert decision.reasons


def test_who_transferred_is_rung_again_for_the_seconds_of_the_plan() -> None:
    by = Target("amina", phone="kc1")
    tables = tables_of(
        municipality=f"""
[municipality]
name = "Botkyrka kommun"
main_number = "{MAIN}"
contact_centre = "kc"
return_ring_seconds = 12
"""
    )

    decision = transfer_return(tables, by, BYGGLOV)

    assert (decision.targets, decision.ring_seconds, decision.function) == ((by,), 12, "Åter Bygglov")
    assert transfer_return(tables, by, "").function == "Åter"
    assert transfer_return(TABLES, by, DAVID).ring_seconds == 20


@pytest.mark.parametrize(
    ("destination", "why"),
    [
        ('{ menu = "m" }', "there is only a menu now"),
        ('{ voicemail = "v" }', "there is only a voicemail now"),
    ],
)
def test_a_menu_or_a_voicemail_is_nobody_to_hand_somebody_to(destination: str, why: str) -> None:
    numbers = NUMBERS + number("+46853061901", destination)
    more = menu("m", '1 = { group = "kc" }') + '[voicemails.v]\nfunction = "F"\ngreeting = "hej"\n'
    tables = tables_of(numbers=numbers, more=more)

    decision = transfer_target(tables, "+46853061901", "kc1", Presence(), NOON)

    assert (decision.kind, decision.status, decision.reasons[-1].text) == (Kind.REJECT, 480, why)
    assert (decision.menu, decision.voicemail) == (None, "")
