"""telephony/legs/redirection.py, call/redirecting.py: a phone that says to call elsewhere."""

import pytest

from telephony.call import facts as f
from telephony.call.record import records
from tests.support.plans import BYGGLOV, MUNICIPALITY, PEOPLE, tables_of
from tests.support.scripted_peer import Incoming
from tests.support.stage import DIRECT, GROUPS, NUMBERS, TRUNKS, Stage
from tests.support.switchboard import REALM, VirtualNode

DAVID = "+46853061777"
OUT = "+46317654321"


def stage_with() -> Stage:
    """David has a number of his own; fixed numbers outside are allowed, by one trunk."""
    people = PEOPLE.replace('"David Holm"', f'"David Holm", number = "{DAVID}"')
    trunks = TRUNKS.replace("emergency = true", "emergency = true\noutside = true", 1)
    return Stage(people=people, municipality=MUNICIPALITY + 'outside = ["fixed"]\n', trunks=trunks)


def point(member: Incoming, *contacts: str, status: int = 302) -> None:
    """The phone refuses, and says to call elsewhere."""
    member.ring(status, Contact=", ".join(contacts))
    member.peer.take("ACK")


def texts(stage: Stage) -> list[str]:
    (record,) = records(stage.virtual.journal.facts).values()
    return [text for text in record.reasons if "points at" in text]


@pytest.mark.parametrize(
    "contact", [f"<sip:{DAVID}@{REALM}>", f"<tel:{DAVID}>", "<sip:08-530 617 77@192.0.2.1>"]
)
def test_whom_a_phone_points_at_is_rung_in_its_place(contact: str) -> None:
    stage = stage_with()
    stage.register("kc1", "bygg1")
    call = stage.call(DIRECT)

    point(stage.offered("kc1"), contact.replace(" ", ""))

    david = stage.offered("bygg1")
    david.ring()
    assert call.statuses[-1] == 180
    david.accept()
    call.pick_up()
    call.hang_up()
    assert stage.facts(f.CallConnected)[0].member == "david"
    assert stage.outcome().outcome is f.Outcome.ANSWERED
    assert texts(stage) == ["amina points at 08-530 617 77"]


def test_a_phone_may_point_outside_where_its_person_may_call() -> None:
    stage = stage_with()
    stage.register("kc1")
    stage.call(DIRECT)

    point(stage.offered("kc1"), f"<sip:{OUT}@{REALM}>")

    assert stage.offered_at(stage.alarm).invite.uri == f"sip:{OUT}@192.0.2.30:5080"


@pytest.mark.parametrize(
    "contact",
    [
        "<sip:+46701740699@vaxeln.example>",  # a class that is not allowed
        "<sip:nobody@vaxeln.example>",
        "<sip:112@vaxeln.example>",
        f"<sip:{DAVID}@198.51.100.9>",  # an address elsewhere
        "<sip:@vaxeln.example>",
        "<sip:",
        "<mailto:anna@vaxeln.example>",
        "",
    ],
)
def test_all_else_is_a_refusal(contact: str) -> None:
    stage = stage_with()
    stage.register("kc1", "bygg1")
    call = stage.call(DIRECT)

    point(stage.offered("kc1"), contact)

    assert call.statuses[-1] == 480
    assert not stage.phone("bygg1").has("INVITE") and not stage.alarm.has("INVITE")


def test_phones_that_point_at_each_other_end() -> None:
    stage = stage_with()
    stage.register("kc1", "bygg1")
    call = stage.call(DIRECT)

    point(stage.offered("kc1"), f"<sip:{DAVID}@{REALM}>")
    point(stage.offered("bygg1"), f"<sip:{DIRECT}@{REALM}>")

    assert not stage.phone("kc1").has("INVITE")  # it has had its turn
    assert call.statuses[-1] == 480


def test_a_few_at_most_are_followed() -> None:
    stage = stage_with()
    stage.register("kc1", "kc2", "bygg1", "bygg2")
    call = stage.call(DIRECT)

    point(stage.offered("kc1"), f"<sip:{BYGGLOV}@{REALM}>")
    point(stage.offered("bygg1"), f"<sip:{OUT}@{REALM}>")
    gateway = stage.offered_at(stage.alarm)
    gateway.refuse(486)

    assert call.statuses[-1] == 486


def test_while_others_ring_it_is_rung_beside_them() -> None:
    stage = stage_with()
    stage.register("kc1", "kc2", "bygg1")
    stage.call()
    amina, bengt = stage.offered("kc1"), stage.offered("kc2")
    bengt.ring()

    point(amina, f"<sip:{DAVID}@{REALM}>")

    david = stage.offered("bygg1")
    david.accept()
    bengt.assert_cancelled("Call completed elsewhere")


def test_who_is_in_a_call_is_passed_over_and_the_ring_time_goes_on() -> None:
    stage = stage_with()
    stage.register("kc1", "kc2", "bygg1")
    stage.dial_from("kc2", DAVID)
    call = stage.call(DIRECT)

    point(stage.offered("kc1"), f"<sip:{DAVID}@{REALM}>")

    assert call.statuses[-1] == 480


def test_a_gateway_of_a_trunk_is_not_followed() -> None:
    stage = stage_with()
    stage.register("kc1", "bygg1")
    call = stage.dial_from("kc1", OUT)

    point(stage.offered_at(stage.alarm), f"<sip:{DAVID}@{REALM}>")

    assert not stage.phone("bygg1").has("INVITE")
    assert call.statuses[-1] >= 400


def test_redirections_are_spread_over_the_gateways_of_a_trunk_as_calls_are() -> None:
    gateways = (
        'gateways = [{ address = "192.0.2.30:5080", priority = 1 }, { address = "192.0.2.41", priority = 1 }]'
    )
    trunks = TRUNKS.replace("emergency = true", f"outside = true\n{gateways}", 1)
    parts = {"municipality": MUNICIPALITY + 'outside = ["fixed"]\n', "trunks": trunks}
    tables = tables_of(1, **parts, groups=GROUPS, numbers=NUMBERS)
    stage = Stage(VirtualNode(tables, draw=lambda: 0.9))
    second = stage.peer("192.0.2.41")
    stage.register("kc1")
    stage.call(DIRECT)

    point(stage.offered("kc1"), f"<sip:{OUT}@{REALM}>")

    assert (stage.alarm.has("INVITE"), second.has("INVITE")) == (False, True)
