from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict, FilteringBoundLogger

from routing.decision import Branch, Decision, Kind, Origin, Reason, Target
from routing.override import Override
from routing.places import Named, Place
from routing.tables import Tables
from telephony.call import callback_facts as b
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call import menu_facts as m
from telephony.call import pickup_facts as p
from telephony.call import prompt_facts as s
from telephony.call import queue_facts as q
from telephony.call import transfer_facts as t
from telephony.call import trunk_facts as r
from telephony.fact_log import FactLog
from tests.support.plans import BYGGLOV, MAIN, NUMBERS, PEOPLE, SOCIAL, tables_of

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CALLER = "+46701740605"
TABLES = tables_of()
CLOSED = Override(open=False, until=AT, reason="Utrymning", owner="Anna")


def arrived(origin: Origin = Origin.TRUNK, dialled: str = "+46853061000") -> f.CallArrived:
    return f.CallArrived(
        at=AT, call="c1", leg="c1.0", origin=origin, origin_name="operator", caller=CALLER,
        caller_name="Eva Ek", dialled=dialled, sip_call_id="x",
    )  # fmt: skip


def logged(fact: f.Fact) -> list[EventDict]:
    log: FilteringBoundLogger = structlog.get_logger()
    with capture_logs() as events:
        FactLog(log, TABLES).write(fact)
    return [dict(event) for event in events]


def at_info(fact: f.Fact) -> list[EventDict]:
    return [event for event in logged(fact) if event["log_level"] != "debug"]


def test_the_call_is_bound() -> None:
    assert {event["call"] for event in logged(arrived())} == {"c1"}


@pytest.mark.parametrize("origin", list(Origin))
def test_no_callers_number_above_debug(origin: Origin) -> None:
    events = at_info(arrived(origin))

    assert [event["event"] for event in events] == ["call_arrived"]
    assert CALLER not in str(events)
    assert "Eva" not in str(events)


def shown(origin: Origin, dialled: str, tables: Tables = TABLES) -> tuple[str, str]:
    """From where and to where, as the line says."""
    log: FilteringBoundLogger = structlog.get_logger()
    with capture_logs() as events:
        fact_log = FactLog(log, TABLES)
        fact_log.load(tables)
        fact_log.write(arrived(origin, dialled))
    return events[0]["origin"], events[0]["dialled"]


@pytest.mark.parametrize("dialled", [MAIN, "112"])
def test_a_number_of_the_plan_and_112_are_shown_whoever_dials_them(dialled: str) -> None:
    assert {shown(origin, dialled) for origin in Origin} == {("operator", dialled)}


def test_what_a_phone_dials_else_is_private() -> None:
    assert shown(Origin.PHONE, "+46701740699") == ("operator", "")


def test_a_persons_own_number_is_private_too() -> None:
    people = PEOPLE.replace("amina = { ", 'amina = { number = "+46701740699", ')
    tables = tables_of(people=people)

    assert "+46701740699" in tables.numbers
    assert shown(Origin.PHONE, "+46701740699", tables) == ("operator", "")


def test_who_inside_called_a_protected_number_is_not_shown() -> None:
    social = NUMBERS.replace(BYGGLOV, SOCIAL).replace(
        'function = "Bygglov"', "function = 'x'\nprotected = true"
    )
    tables = tables_of(numbers=social)

    assert shown(Origin.PHONE, SOCIAL, tables) == ("", SOCIAL)
    assert shown(Origin.TRUNK, SOCIAL, tables) == ("operator", SOCIAL)


def test_who_inside_hides_is_not_shown_by_the_phone() -> None:
    fact = f.CallArrived(
        at=AT, call="c1", leg="c1.0", origin=Origin.PHONE, origin_name="kc1", member="amina", caller=None,
        hidden=True, dialled=BYGGLOV, sip_call_id="x",
    )  # fmt: skip

    assert "kc1" not in str(at_info(fact))


def test_a_call_that_is_refused_is_told_as_far_as_all_may_know_and_112_is_critical() -> None:
    def refused(dialled: str, *, emergency: bool = False) -> EventDict:
        fact = f.CallRefused(
            at=AT, call="c1", origin=Origin.PHONE, origin_name="kc1", caller=CALLER, dialled=dialled,
            number="", function="", protected=False, emergency=emergency, sip_call_id="x", status=503,
            why="no_port",
        )  # fmt: skip
        (event,) = at_info(fact)
        return event

    private, rescue = refused("+46701740699"), refused("112", emergency=True)

    assert (private["dialled"], private["log_level"], private["why"]) == ("", "warning", "no_port")
    assert (rescue["dialled"], rescue["log_level"]) == ("112", "critical")


def test_where_a_call_to_somebodys_own_number_went_is_private() -> None:
    people = PEOPLE.replace("amina = { ", 'amina = { number = "+46701740699", ')
    decision = Decision(
        kind=Kind.RING, number="+46701740699", reasons=(Reason("number", "x", "070-174 06 99 is Amina"),)
    )
    log: FilteringBoundLogger = structlog.get_logger()
    with capture_logs() as events:
        FactLog(log, tables_of(people=people)).write(
            f.RouteDecided(at=AT, call="c1", decision=decision, talk_limit=0.0)
        )

    assert [event["event"] for event in events] == ["route_decided"]
    assert "99" not in str(events)


def test_a_decision_tells_where_and_why() -> None:
    decision = Decision(
        kind=Kind.ANNOUNCE,
        number="+46853061000",
        reasons=(Reason("calendar", "calendars.x", "closed all day"),),
    )
    (event,) = at_info(f.RouteDecided(at=AT, call="c1", decision=decision, talk_limit=0.0))

    assert event["event"] == "route_decided"
    assert (event["kind"], event["because"]) == ("announce", "closed all day")


@pytest.mark.parametrize(
    ("fact", "event"),
    [
        (f.CallConnected(at=AT, call="c1", leg="c1.1", member="anna"), "call_connected"),
        (f.CallEnded(at=AT, call="c1", outcome=f.Outcome.ANSWERED, ended_by=f.EndedBy.CALLER), "call_ended"),
        (f.CallInterrupted(at=AT, call="c1", ended_at=AT), "call_interrupted"),
        (f.LegLost(at=AT, call="c1", leg="c1.1", why="no_sound"), "leg_lost"),
        (h.RegistrationExpired(at=AT, phone="kc1", contacts=()), "registration_expired"),
        (h.ClockStepped(at=AT, seconds=3.0), "clock_stepped"),
        (h.PlanLoaded(at=AT, version=2, digest="d"), "plan_loaded"),
        (h.PlanApplied(at=AT, version=2, digest="d", author="eva", reason="Ny grupp"), "plan_applied"),
        (
            h.PlanScheduled(at=AT, version=3, digest="d", author="eva", reason="Flytt", valid_from=AT),
            "plan_scheduled",
        ),
        (h.PlanWithdrawn(at=AT, version=3, by="eva", reason="Uppskjutet"), "plan_withdrawn"),
        (h.OverrideSet(at=AT, number="", by="eva", override=CLOSED), "override_set"),
        (h.OverrideEnded(at=AT, number="+46853061000", by=""), "override_ended"),
        (h.PasswordSet(at=AT, phone="kc1", by="eva"), "password_set"),
        (h.CallersShown(at=AT, by="eva", reason="Polisanmälan", asked="number=..."), "callers_shown"),
        (s.PromptRecorded(at=AT, name="closed", by="eva", digest="d", seconds=3.0), "prompt_recorded"),
        (s.RecordingRemoved(at=AT, name="closed", by="eva"), "recording_removed"),
    ],
)
def test_the_course_of_a_call_is_a_line_each(fact: f.Fact, event: str) -> None:
    assert [line["event"] for line in at_info(fact)] == [event]


def test_all_else_is_at_debug() -> None:
    (event,) = logged(f.LegEnded(at=AT, call="c1", leg="c1.1"))

    assert (event["event"], event["log_level"]) == ("LegEnded", "debug")


OWN = "+46853061777"


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        (
            t.TransferRefused(at=AT, call="c1", leg="c1.1", number=OWN, status=486, why="busy"),
            {"event": "transfer_refused", "status": 486, "why": "busy"},
        ),
        (
            t.TransferDecided(
                at=AT, call="c1", leg="c1.1", stage=t.Stage.TARGET, kept="c1.0", by=Target("amina"),
                number=OWN, decision=Decision(kind=Kind.RING),
            ),
            {"event": "transfer_decided", "stage": "target", "by": "amina"},
        ),
        (
            t.TransferFailed(at=AT, call="c1", leg="c1.1", stage=t.Stage.TARGET, status=480),
            {"event": "transfer_failed", "stage": "target", "status": 480},
        ),
        (
            t.CallTransferred(at=AT, call="c1", leg="c1.2", member="david", kept="c1.0", by="c1.1"),
            {"event": "call_transferred", "member": "david", "by": "c1.1"},
        ),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_transfers_are_told_without_the_number(fact: f.Fact, line: dict[str, object]) -> None:
    (event,) = at_info(fact)

    assert event.items() >= line.items()
    assert OWN not in str(event)


def test_a_pick_up_is_told_with_the_call_that_it_was_asked_for_by() -> None:
    fact = p.LegPickedUp(at=AT, call="c1", leg="c1.2", of="c2.0", target=Target("elif", phone="bygg2"))

    (line,) = at_info(fact)

    assert (line["event"], line["call"], line["by"], line["of"]) == ("call_picked_up", "c1", "elif", "c2")


def test_what_a_caller_chose_is_told() -> None:
    (chosen,) = at_info(m.MenuLeft(at=AT, call="c1", menu="val", branch=Branch.PRESSED, key="1"))
    (centre,) = at_info(m.CentreAsked(at=AT, call="c1", voicemail="kontaktcenter", outcome="closed"))

    assert (chosen["event"], chosen["menu"], chosen["key"]) == ("menu_left", "val", "1")
    assert (centre["event"], centre["voicemail"]) == ("centre_asked", "kontaktcenter")


def test_that_a_caller_waits_and_for_how_long_they_did_is_told() -> None:
    (came,) = at_info(
        q.QueueJoined(at=AT, call="c1", queue="kc", priority=5, since=AT, leave_at=AT, why="too_long")
    )
    (gone,) = at_info(q.QueueLeft(at=AT, call="c1", queue="kc", why="answered", seconds=41.6))

    assert (came["event"], came["queue"]) == ("queue_joined", "kc")
    assert (gone["event"], gone["queue"], gone["why"], gone["seconds"]) == (
        "queue_left",
        "kc",
        "answered",
        42,
    )


def test_a_function_that_a_call_is_handed_on_to_is_told() -> None:
    fact = t.TransferRefused(at=AT, call="c1", leg="c1.1", number=BYGGLOV, status=486, why="busy")

    (event,) = at_info(fact)

    assert event["number"] == BYGGLOV


def test_gateways_and_phones_that_do_not_answer_are_told_with_their_trunks() -> None:
    gateway = Place("192.0.2.10", 5060)

    (lost,) = at_info(h.GatewayLost(at=AT, gateway=gateway))
    (found,) = at_info(h.GatewayFound(at=AT, gateway=gateway))
    (phone,) = at_info(h.PhoneLost(at=AT, phone="kc1"))

    assert (lost["event"], lost["trunks"], lost["log_level"]) == (
        "gateway_does_not_answer",
        ["operator"],
        "error",
    )
    assert (found["event"], found["gateway"]) == ("gateway_answers_again", str(gateway))
    assert (phone["event"], phone["phone"]) == ("phone_does_not_answer", "kc1")
    assert at_info(h.PhoneFound(at=AT, phone="kc1"))[0]["event"] == "phone_answers_again"


def test_that_a_phone_came_moved_and_left_is_told_once_each_and_no_refresh() -> None:
    log: FilteringBoundLogger = structlog.get_logger()
    here = contact_of("192.0.2.3")
    facts = [
        h.PhoneRegistered(at=AT, phone="kc1", contacts=(here,)),
        h.PhoneRegistered(at=AT, phone="kc1", contacts=(replace(here, expires_at=AT + timedelta(1)),)),
        h.PhoneRegistered(at=AT, phone="kc1", contacts=(contact_of("2001:db8::3"),)),
        h.PhoneRegistered(at=AT, phone="kc1", contacts=()),
        h.PhoneRegistered(at=AT, phone="kc1", contacts=(here,)),
        h.RegistrationExpired(at=AT, phone="kc1", contacts=()),
        h.PhoneRegistered(at=AT, phone="kc1", contacts=(here,)),
    ]

    with capture_logs() as events:
        fact_log = FactLog(log, TABLES)
        for fact in facts:
            fact_log.write(fact)

    told = [event for event in events if event["log_level"] != "debug"]
    assert [(event["event"], event.get("at")) for event in told] == [
        ("phone_registered", ["TLS 192.0.2.3:5061"]),
        ("phone_registered", ["TLS [2001:db8::3]:5061"]),
        ("phone_unregistered", None),
        ("phone_registered", ["TLS 192.0.2.3:5061"]),
        ("registration_expired", None),
        ("phone_registered", ["TLS 192.0.2.3:5061"]),
    ]
    assert told[0]["program"] == "Telefon 1.0"


def contact_of(host: str) -> f.Contact:
    return f.Contact(
        f"sip:kc1@{host}", "TLS", (host, 5061), ("192.0.2.1", 5061), "c", 1, AT, user_agent="Telefon 1.0"
    )


def test_a_gateway_with_a_name_is_told_with_its_trunk_wherever_it_is() -> None:
    trunks = '[trunks.sos]\npeers = ["192.0.2.10"]\nemergency = true\ngateways = ["tls:sos.example.se"]\n'
    place = Named("sos.example.se", None, "TLS").at("192.0.2.41", 5071)

    with capture_logs() as logged:
        FactLog(structlog.get_logger(), tables_of(trunks=trunks)).write(h.GatewayLost(at=AT, gateway=place))

    assert (logged[0]["gateway"], logged[0]["trunks"]) == ("tls:192.0.2.41:5071 (sos.example.se)", ["sos"])


def test_registrations_with_trunks_are_told() -> None:
    (lost,) = at_info(r.TrunkRegistrationLost(at=AT, trunk="net", status=403, why="refused"))
    (left,) = at_info(r.TrunkRegistrationLost(at=AT, trunk="net", status=0, why="left"))
    (found,) = at_info(r.TrunkRegistered(at=AT, trunk="net", registrar=("192.0.2.40", 5060), seconds=600))
    (wrong,) = at_info(
        r.TrunkCredentialsRefused(at=AT, trunk="net", method="INVITE", realm="a", why="password")
    )

    assert (lost["event"], lost["status"], lost["log_level"]) == ("trunk_registration_lost", 403, "error")
    assert left["log_level"] == "info"
    assert (found["event"], found["trunk"], found["seconds"]) == ("trunk_registered", "net", 600)
    assert (wrong["event"], wrong["why"], wrong["log_level"]) == (
        "trunk_credentials_refused",
        "password",
        "error",
    )


def test_what_becomes_of_a_callback_is_told_without_the_number() -> None:
    what = b.Callback("+46701740605", "Bygglov", BYGGLOV, 5, AT, AT, 5.0, 3)
    given: dict[str, Any] = {"at": AT, "callback": "c1", "queue": "kc"}
    (promised,) = at_info(b.CallbackPromised(what=what, **given))
    (kept,) = at_info(b.CallbackKept(call="c2", **given))
    (owed,) = at_info(b.CallbackOwed(what=what, why="busy", **given))

    assert (promised["event"], promised["call"], promised["queue"]) == ("callback_promised", "c1", "kc")
    assert (kept["event"], kept["by"]) == ("callback_kept", "c2")
    assert (owed["event"], owed["why"]) == ("callback_owed", "busy")
    assert "0605" not in str([promised, kept, owed])
    assert at_info(b.CallbackTurnPassed(call="c2", **given)) == []
