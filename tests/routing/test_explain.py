import json
from dataclasses import replace
from datetime import UTC, datetime

from routing.decide import decide
from routing.decision import Decision, Kind, Menu, Origin, Question, Reason, Target
from routing.explain import explain_json, explain_lines, question_of
from routing.places import Place
from tests.support.plans import BYGGLOV, MAIN, Presence, tables_of

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
TABLES = tables_of(version=3)


def decision_for(dialled: str, presence: Presence | None = None) -> Decision:
    return decide(TABLES, Question(dialled, Origin.PHONE, "lobby", None), presence or Presence(), NOON)


def test_a_group_that_rings() -> None:
    assert explain_lines(decision_for(BYGGLOV)) == [
        "Bygglov, at 08-530 612 01: rings group bygglov, each in turn, for 15 s",
        "  rings david on phone bygg1",
        "  rings david on phone bygg1m",
        "  rings elif on phone bygg2",
        f"  because 08-530 612 01 is Bygglov  (number: numbers.{BYGGLOV})",
        "  because always open  (calendar: calendars.alltid.open)",
        f"  because arrived: to group bygglov  (destination: numbers.{BYGGLOV}.destination)",
        "  because 2 of 2 free, rings linear for 15 s  (presence: groups.bygglov)",
        "  by plan version 3",
    ]


def test_an_overflow_names_both_what_was_wanted_and_who_rings() -> None:
    lines = explain_lines(decision_for(BYGGLOV, Presence(busy={"david", "elif"})))

    assert lines[0] == "Bygglov, at 08-530 610 00: rings group kc, all at once, for 20 s"
    assert "  because all who are there are busy  (presence: groups.bygglov)" in lines


def test_an_emergency_call() -> None:
    lines = explain_lines(decision_for("112"))

    assert lines[0] == "112, at 112: rings the emergency trunks, each in turn, for 180 s"
    assert lines[1] == "  rings 112 by trunk operator, at 192.0.2.10:5060"


def test_a_menu_and_a_voicemail() -> None:
    menu = Menu("bygg", prompt="valj", keys="120", wait_seconds=5, tries=1)
    offered = Decision(kind=Kind.MENU, number=MAIN, function="Bygglov", menu=menu)
    taken = Decision(
        kind=Kind.VOICEMAIL, number=MAIN, function="F", prompt="hej", voicemail="bygg", outcome="busy"
    )

    (line, *_) = explain_lines(offered)
    assert line == "Bygglov, at 08-530 610 00: menu bygg: prompt valj, once, 5 s for one of 1 2 0"
    (line, *_) = explain_lines(Decision(kind=Kind.MENU, menu=replace(menu, tries=3)))
    assert line.endswith("prompt valj, at most 3 times, 5 s for one of 1 2 0")
    (line, *_) = explain_lines(taken)
    assert line == "F, at 08-530 610 00: voicemail bygg, greeting hej, outcome busy"
    assert explain_json(offered)["menu"] == {
        "name": "bygg", "prompt": "valj", "keys": "120", "wait_seconds": 5, "tries": 1,
            "extension_digits": 0,
    }  # fmt: skip


def test_a_person_an_announcement_and_a_refusal() -> None:
    ring = Decision(kind=Kind.RING, number=MAIN, function="Direct", ring_seconds=25)
    closed = Decision(
        kind=Kind.ANNOUNCE, number=MAIN, function="Social", prompt="closed", outcome="closed", protected=True
    )
    early = Decision(
        kind=Kind.ANNOUNCE,
        number=MAIN,
        function="F",
        prompt="closed",
        early=True,
        status=480,
        outcome="closed",
    )
    refused = Decision(kind=Kind.REJECT, status=404, outcome="failed")

    assert explain_lines(ring)[0] == "Direct, at 08-530 610 00: rings one member, all at once, for 25 s"
    assert explain_lines(closed)[:2] == [
        "Social, at 08-530 610 00: announcement closed after an answer, outcome closed",
        "  protected: the caller is secret",
    ]
    assert "announcement closed before an answer, then 480" in explain_lines(early)[0]
    assert explain_lines(refused)[0] == "no number of the plan: refused with 404, outcome failed"


def test_the_object_of_the_api_is_json_with_every_field_of_the_decision() -> None:
    decision = decision_for(BYGGLOV)

    found = json.loads(json.dumps(explain_json(decision)))

    assert found["kind"] == "ring"
    assert found["strategy"] == "linear"
    assert found["targets"][2] == {
        "member": "elif",
        "phone": "bygg2",
        "trunk": "",
        "number": "",
        "gateway": "",
    }
    assert found["reasons"][1] == {
        "rule": "calendar",
        "where": "calendars.alltid.open",
        "text": "always open",
    }
    left_out = set(Decision.__dataclass_fields__) - found.keys()
    assert left_out == {"visited"}, "which is opaque"


def test_the_object_of_a_refusal() -> None:
    found = explain_json(
        Decision(kind=Kind.REJECT, status=404, reasons=(Reason("number", "numbers", "unknown"),))
    )

    assert (found["status"], found["targets"]) == (404, [])


def test_an_ipv6_gateway_stands_in_brackets() -> None:
    target = Target("trunk/o", trunk="o", number="112", gateway=Place("2001:db8::6", 5080))

    lines = explain_lines(Decision(kind=Kind.RING, number="112", targets=(target,)))

    assert lines[1] == "  rings 112 by trunk o, at [2001:db8::6]:5080"


def test_a_call_to_be_explained_comes_from_outside_or_from_a_phone() -> None:
    assert question_of(BYGGLOV, "+46701740605") == Question(BYGGLOV, Origin.TRUNK, "", "+46701740605")
    assert question_of(BYGGLOV, None, "bygg1") == Question(BYGGLOV, Origin.PHONE, "bygg1", None)
