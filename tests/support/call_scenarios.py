"""Whole calls as readable tables: what happens when, and the record that it must produce.

A line of a table is `SECONDS WHO WHAT [ARGUMENT]`, seconds after the call arrived. WHO is `caller`, a member
or a phone. Deadlines on the way are met. Legs that the service ends are closed a second after the last line.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from routing.decision import Decision, Origin
from telephony.call import facts as f
from telephony.call import menu_facts as m
from tests.support.calls import (
    NOON,
    announce,
    contact,
    emergency,
    menu,
    phone,
    registered,
    reject,
    ring,
    voicemail,
)
from tests.support.desk import Desk

ANNA, BO, CECILIA = phone("anna"), phone("bo"), phone("cecilia")

_VERBS: dict[str, Callable[[str], tuple[type[f.LegFact], dict[str, Any]]]] = {
    "responds": lambda _: (f.MemberResponded, {}),
    "rings": lambda _: (f.MemberAlerted, {}),
    "sounds": lambda _: (f.MemberGaveEarlySound, {}),
    "answers": lambda _: (f.MemberAnswered, {}),
    "refuses": lambda status: (f.MemberRefused, {"status": int(status)}),
    "hangs-up": lambda _: (f.LegHungUp, {}),
    "dies": lambda why: (f.LegLost, {"why": why}),
    "holds": lambda _: (f.LegHeld, {"held": True}),
    "resumes": lambda _: (f.LegHeld, {"held": False}),
    "closes": lambda _: (f.LegEnded, {}),
    "heard-it-all": lambda _: (f.AnnouncementEnded, {}),
    "presses": lambda key: (m.KeyPressed, {"key": key}),
    "cannot-be-played-to": lambda _: (f.AnnouncementEnded, {"played": False}),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A call: what routing answers, in turn, what happens, and the record that must follow."""

    name: str
    decisions: tuple[Decision, ...]
    events: str
    record: Mapping[str, object]
    talk_limit: float = 0.0
    arrival: Mapping[str, Any] = field(default_factory=dict)


def play(scenario: Scenario) -> Desk:
    """Let the call happen, to its end."""
    desk = Desk(talk_limit=scenario.talk_limit)
    desk.feed(registered("cecilia-mobile", contact("cecilia-mobile", 7)))
    desk.arrives(*scenario.decisions, **scenario.arrival)
    for line in scenario.events.split("\n"):
        if line.strip():
            _happen(desk, line.split())
    desk.wait(1.0)
    desk.settle()
    return desk


def _happen(desk: Desk, words: list[str]) -> None:
    seconds, who, verb, *argument = words
    until = NOON + timedelta(seconds=float(seconds))
    desk.wait((until - desk.now).total_seconds())
    if verb != "waits":
        kind, fields = _VERBS[verb]("".join(argument))
        desk.see(kind, who, **fields)


SCENARIOS = (
    Scenario(
        "the first to answer wins",
        (ring(ANNA, BO),),
        """
        0.2  anna    rings
        0.3  bo      rings
        6    bo      answers
        6.2  anna    closes
        90   caller  hangs-up
        """,
        {
            "outcome": "answered", "ended_by": "caller", "answered_by": "bo", "group": "bygglov",
            "offered": ["anna", "bo"], "rang": ["anna", "bo"],
            "waiting_seconds": 6.0, "ringing_seconds": 5.8, "talk_seconds": 84.0,
        },
    ),
    Scenario(
        "two answer in the same instant",
        (ring(ANNA, BO),),
        """
        3    anna    answers
        3    bo      answers
        3    bo      hangs-up
        40   anna    hangs-up
        """,
        {"outcome": "answered", "ended_by": "member", "answered_by": "anna", "talk_seconds": 37.0},
    ),
    Scenario(
        "one after the other",
        (ring(ANNA, BO, CECILIA, linear=True, seconds=10.0),),
        """
        0.2  anna    rings
        10.5 anna    closes
        11   bo      rings
        14   bo      refuses 486
        15   cecilia rings
        17   cecilia answers
        30   cecilia hangs-up
        """,
        {
            "outcome": "answered", "ended_by": "member", "answered_by": "cecilia",
            "offered": ["anna", "bo", "cecilia"], "rang": ["anna", "bo", "cecilia"], "waiting_seconds": 17.0,
        },
    ),
    Scenario(
        "nobody answers, and Kontaktcenter takes over",
        (ring(ANNA, BO), ring(CECILIA, number="+46853061000", group="kontaktcenter")),
        """
        0.2  anna    rings
        0.2  bo      rings
        21   cecilia rings
        25   cecilia answers
        26   caller  holds
        27   caller  resumes
        60   caller  hangs-up
        """,
        {
            "outcome": "answered", "answered_by": "cecilia", "function": "Bygglov", "group": "kontaktcenter",
            "number": "+46853061000", "dialled": "+46853061100", "rang": ["anna", "bo", "cecilia"],
            "waiting_seconds": 25.0,
        },
    ),
    Scenario(
        "nobody answers anywhere",
        (ring(ANNA), ring(BO, group="kontaktcenter"), reject(480, "no_answer")),
        """
        0.2  anna    rings
        20.3 bo      rings
        50   caller  waits
        """,
        {
            "outcome": "no_answer", "ended_by": "service", "answered_by": "", "group": "kontaktcenter",
            "waiting_seconds": 40.0, "talk_seconds": None,
        },
    ),
    Scenario(
        "closed, said after a 200",
        (announce(),),
        """
        12   caller  heard-it-all
        """,
        {
            "outcome": "closed", "ended_by": "service", "announcement": "closed", "answered_by": "",
            "offered": [], "rang": [], "person_answered_at": None, "reason": "",
            "service_answered_at": NOON,
        },
    ),
    Scenario(
        "closed, said early",
        (announce(early=True),),
        """
        12   caller  heard-it-all
        """,
        {"outcome": "closed", "ended_by": "service", "announcement": "closed", "service_answered_at": None},
    ),
    Scenario(
        "closed, and the announcement cannot be played",
        (announce(),),
        """
        0    caller  cannot-be-played-to
        """,
        {
            "outcome": "closed", "ended_by": "service", "announcement": "", "service_answered_at": None,
            "reason": "announcement could not be played",
        },
    ),
    Scenario(
        "the caller has heard enough",
        (announce(),),
        """
        3    caller  hangs-up
        """,
        {"outcome": "closed", "ended_by": "caller", "announcement": "closed"},
    ),
    Scenario(
        "the caller never confirms the 200 of an announcement",
        (announce(),),
        """
        32   caller  dies no_ack
        """,
        {"outcome": "closed", "ended_by": "service", "reason": "no_ack"},
    ),
    Scenario(
        "nobody answers, and an announcement ends it",
        (ring(ANNA), announce("no-answer", "no_answer")),
        """
        0.2  anna    rings
        30   caller  heard-it-all
        """,
        {
            "outcome": "no_answer", "announcement": "no-answer", "rang": ["anna"], "answered_by": "",
            "group": "bygglov",
        },
    ),
    Scenario(
        "the caller gives up while it rings",
        (ring(ANNA, BO),),
        """
        0.2  anna    rings
        8    caller  hangs-up
        8.1  anna    closes
        """,
        {"outcome": "abandoned", "ended_by": "caller", "rang": ["anna"], "waiting_seconds": 8.0},
    ),
    Scenario(
        "the caller gives up before anything was decided",
        (),
        """
        0    caller  hangs-up
        """,
        {"outcome": "abandoned", "ended_by": "caller", "offered": [], "number": "", "plan_version": 0},
    ),
    Scenario(
        "the caller gives up and a member answers all the same",
        (ring(ANNA),),
        """
        5    caller  hangs-up
        5    anna    answers
        """,
        {"outcome": "abandoned", "ended_by": "caller", "answered_by": "", "person_answered_at": None},
    ),
    Scenario(
        "everybody is busy or declines",
        (ring(ANNA, BO), reject(486, "busy")),
        """
        1    anna    refuses 486
        2    bo      refuses 600
        """,
        {"outcome": "busy", "ended_by": "service", "offered": ["anna", "bo"], "rang": []},
    ),
    Scenario(
        "the talk limit",
        (ring(ANNA),),
        """
        4    anna    answers
        70   caller  waits
        """,
        {"outcome": "answered", "ended_by": "service", "reason": "talk time limit", "talk_seconds": 60.0},
        talk_limit=60.0,
    ),
    Scenario(
        "the member's phone dies while they talk",
        (ring(ANNA),),
        """
        4    anna    answers
        100  anna    dies no_options
        """,
        {"outcome": "lost", "ended_by": "service", "answered_by": "anna", "reason": "no_options"},
    ),
    Scenario(
        "the caller's phone dies while they talk",
        (ring(ANNA),),
        """
        4    anna    answers
        100  caller  dies no_sound
        """,
        {"outcome": "lost", "ended_by": "service", "reason": "no_sound"},
    ),
    Scenario(
        "a phone that was withdrawn dies, which is no matter",
        (ring(ANNA, BO),),
        """
        4    anna    answers
        5    bo      dies transport
        9    caller  hangs-up
        """,
        {"outcome": "answered", "ended_by": "caller", "talk_seconds": 5.0},
    ),
    Scenario(
        "112: the first trunk is silent, the second refuses, the third takes it",
        (emergency("telia", "tele2", "sos"),),
        """
        4.2  trunk/telia  closes
        5    trunk/tele2  refuses 503
        5.5  trunk/sos    responds
        9    trunk/sos    rings
        30   trunk/sos    answers
        200  trunk/sos    hangs-up
        """,
        {
            "outcome": "answered", "emergency": True, "answered_by": "trunk/sos",
            "offered": ["trunk/telia", "trunk/tele2", "trunk/sos"], "rang": ["trunk/sos"],
            "waiting_seconds": 30.0,
        },
    ),
    Scenario(
        "112: no trunk takes it",
        (emergency("telia", "tele2"), reject(503)),
        """
        10   caller  waits
        """,
        {"outcome": "failed", "ended_by": "service", "waiting_seconds": 8.0, "emergency": True},
    ),
    Scenario(
        "a person with two phones answers one of them",
        (ring(CECILIA, phone("cecilia", "cecilia-mobile"), linear=True),),
        """
        0.2  cecilia         rings
        0.4  cecilia-mobile  rings
        7    cecilia-mobile  answers
        50   caller          hangs-up
        """,
        {"outcome": "answered", "answered_by": "cecilia", "offered": ["cecilia"], "rang": ["cecilia"]},
    ),
    Scenario(
        "no such number",
        (reject(404),),
        "",
        {"outcome": "failed", "ended_by": "service", "function": "", "reason": "404"},
    ),
    Scenario(
        "a key of a menu leads to somebody",
        (menu(), ring(ANNA, BO)),
        """
        3    caller  presses 1
        3.2  anna    rings
        3.2  bo      sounds
        9    anna    answers
        9.2  bo      closes
        40   caller  hangs-up
        """,
        {
            "outcome": "answered", "answered_by": "anna", "reasons": ["menu val: 1"], "announcement": "",
            "service_answered_at": NOON, "waiting_seconds": 9.0, "ringing_seconds": 5.8, "talk_seconds": 31.0,
        },
    ),
    Scenario(
        "wrong keys, then none: where those go who press nothing, and then it is refused in words",
        (menu(tries=3), ring(ANNA), reject(486, "busy")),
        """
        3    caller  presses 9
        3.4  caller  presses 8
        5    caller  heard-it-all
        20   caller  heard-it-all
        26   caller  presses 7
        28   caller  heard-it-all
        45   caller  heard-it-all
        51   anna    refuses 486
        56   caller  heard-it-all
        """,
        {
            "outcome": "busy", "ended_by": "service", "announcement": "busy", "offered": ["anna"],
            "reasons": ["menu val: no key"], "waiting_seconds": 56.0,
        },
    ),
    Scenario(
        "a menu within a menu, and an announcement at its end",
        (menu(), menu("mer", "9"), announce("busy", "closed")),
        """
        3    caller  presses 2
        4    caller  presses 9
        12   caller  heard-it-all
        """,
        {"outcome": "closed", "announcement": "busy", "reasons": ["menu val: 2", "menu mer: 9"]},
    ),
    Scenario(
        "the caller leaves a menu",
        (menu(),),
        """
        8    caller  heard-it-all
        9    caller  hangs-up
        """,
        {"outcome": "abandoned", "ended_by": "caller", "waiting_seconds": 9.0, "reasons": []},
    ),
    Scenario(
        "a menu cannot be played, and somebody is rung as for any call",
        (menu(), ring(ANNA)),
        """
        0    caller  cannot-be-played-to
        1    anna    rings
        4    anna    answers
        9    anna    hangs-up
        """,
        {
            "outcome": "answered", "reasons": ["menu val: could not be played"], "service_answered_at": None,
            "waiting_seconds": 4.0,
        },
    ),
    Scenario(
        "nobody answers, and a voicemail says that it takes no message",
        (ring(ANNA), voicemail()),
        """
        0.2  anna    rings
        22   caller  presses 5
        40   caller  heard-it-all
        """,
        {
            "outcome": "no_answer", "ended_by": "service", "announcement": "voicemail",
            "reason": "voicemail kontaktcenter: no message was taken", "rang": ["anna"],
        },
    ),
    Scenario(
        "from a voicemail to Kontaktcenter by a key",
        (voicemail("closed"), ring(CECILIA, group="kontaktcenter")),
        """
        4    caller  presses 0
        6    cecilia rings
        8    cecilia answers
        20   cecilia hangs-up
        """,
        {
            "outcome": "answered", "answered_by": "cecilia", "group": "kontaktcenter", "talk_seconds": 12.0,
            "reasons": ["voicemail kontaktcenter: 0, to Kontaktcenter"],
        },
    ),
    Scenario(
        "an official calls from her own phone",
        (ring(BO),),
        """
        2    bo      answers
        8    bo      hangs-up
        """,
        {"outcome": "answered", "answered_by": "bo", "origin": "phone", "origin_name": "anna"},
        arrival={"origin": Origin.PHONE, "origin_name": "anna", "member": "anna"},
    ),
)  # fmt: skip
