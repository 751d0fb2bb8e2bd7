import pytest

from routing.places import Place
from telephony.call import house_facts as h
from tests.support.calls import NOON, registered


def test_facts_of_a_phone_are_in_the_stream_of_the_phone() -> None:
    assert registered("anna").stream == "phone/anna"
    assert h.RegistrationExpired(at=NOON, phone="anna", contacts=()).stream == "phone/anna"


def test_facts_of_a_gateway_are_in_a_stream_of_its_own() -> None:
    assert h.GatewayLost(at=NOON, gateway=Place("192.0.2.9", 5060)).stream == "gateway/192.0.2.9:5060"


def test_a_plan_is_in_the_stream_of_plans() -> None:
    assert h.PlanLoaded(at=NOON, version=3, digest="ab").stream == "plan"


def test_that_one_was_applied_is_there_too() -> None:
    assert h.PlanApplied(at=NOON, version=3, digest="ab", author="eva", reason="höst").stream == "plan"


def test_what_becomes_of_one_that_waits_is_there_too() -> None:
    scheduled = h.PlanScheduled(
        at=NOON, version=3, digest="ab", author="eva", reason="flytt", valid_from=NOON
    )
    assert scheduled.stream == h.PlanWithdrawn(at=NOON, version=3, by="eva", reason="uppskjutet").stream
    assert scheduled.stream == "plan"


@pytest.mark.parametrize(("number", "stream"), [("+46853061000", "number/+46853061000"), ("", "number/all")])
def test_an_override_is_in_the_stream_of_its_number(number: str, stream: str) -> None:
    assert h.OverrideEnded(at=NOON, number=number, by="").stream == stream


def test_facts_of_the_service_itself_are_in_the_stream_of_the_system() -> None:
    facts = [
        h.ServiceStarted(at=NOON, release="0.1.0"),
        h.DrainStarted(at=NOON),
        h.ServiceStopped(at=NOON),
        h.ClockStepped(at=NOON, seconds=-3600.0),
        h.JournalCut(at=NOON, segment="000001", octets=17),
        h.RegistrationsCarried(at=NOON, contacts={}, calls_since=0),
    ]

    assert {fact.stream for fact in facts} == {"system"}
