"""The real switchboard carries invented calls: every one ends, and as callers and members do what they do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.decision import Origin
from routing.gateways import Names
from routing.override import Override
from routing.places import Named
from routing.tables import Tables
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call.actions import Announce
from telephony.call.errors import IllegalTransition
from telephony.call.facts import Outcome
from telephony.call.record import Record
from telephony.simulate.draws import Draws
from telephony.simulate.driver import LONGEST_WAIT_SECONDS, MISSED_SECONDS, Driver, EveryName
from telephony.simulate.knowledge import Knowledge
from telephony.simulate.spread import Exponential, Seen
from telephony.simulate.values import Meanwhile, OverrideChange, PhoneChange, SimulatedCall, Then
from telephony.switchboard import Switchboard
from tests.support.calls import NOON, after
from tests.support.plans import BYGGLOV, MAIN, NUMBERS, PEOPLE, TRUNKS, tables_of
from tests.support.queue_town import queue_tables
from tests.support.simulated import came, everybody, then

TABLES = tables_of()
NEVER = Seen.of([])
AT_ONCE = Seen.of([1.0])


class Book:
    """A journal that can be read."""

    def __init__(self) -> None:
        self.facts: list[f.Fact] = []

    def append(self, facts: Sequence[f.Fact]) -> int:
        self.facts += facts
        return len(self.facts)


@dataclass
class Day:
    """What became of some calls."""

    records: dict[str, Record]
    facts: list[f.Fact]
    faults: int


def carry(
    *calls: SimulatedCall,
    tables: Tables = TABLES,
    meanwhile: Meanwhile | None = None,
    knowledge: Knowledge | None = None,
    talk_limit: float = 0.0,
) -> Day:
    made: dict[str, Record] = {}
    book = Book()
    known = knowledge or Knowledge.of(calls, Draws(1))
    driver = Driver(tables, known, talk_limit, lambda call, record: made.update({call.id: record}), book)
    driver.run(calls, meanwhile or everybody(tables))
    return Day(made, book.facts, driver.faults)


def silent(patience: float | None = None) -> Knowledge:
    """Nobody answers who did not then; callers wait for ever, or so long."""
    spread = NEVER if patience is None else Seen.of([patience])
    return Knowledge(Draws(1), spread, NEVER, {"": Seen.of([30.0])})


def test_what_happened_happens_again() -> None:
    record = carry(came(became=then(waited=7.25, talked=61.5))).records["c1"]

    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "amina")
    assert record.person_answered_at == after(7.25)
    assert record.ended_at == after(7.25 + 61.5)
    assert record.rang == ("amina", "bengt")


def test_whoever_gave_up_gives_up_and_is_rung_no_more() -> None:
    day = carry(came(became=then(Outcome.ABANDONED, 12.5)))

    assert (day.records["c1"].outcome, day.records["c1"].ended_at) == (Outcome.ABANDONED, after(12.5))
    withdrawn = [fact.why for fact in day.facts if isinstance(fact, f.OfferWithdrawn)]
    assert withdrawn == ["caller_left", "caller_left"]
    assert sum(isinstance(fact, f.LegEnded) for fact in day.facts) == 3


def test_members_are_busy_while_they_talk() -> None:
    long = then(waited=1.0, talked=100.0, offered=("david",), answered_by="david", group="bygglov")
    day = carry(
        came("c1", became=long, dialled=BYGGLOV),
        came("c2", after=10.0, dialled=BYGGLOV),
        came("c3", after=102.0, dialled=BYGGLOV),
        knowledge=silent(),
    )

    assert day.records["c2"].offered[:1] == ("elif",)
    assert day.records["c3"].offered[:1] == ("david",)


def test_nobody_answers_so_the_ring_time_passes_and_the_call_goes_on_and_ends() -> None:
    record = carry(came(dialled=BYGGLOV), knowledge=silent()).records["c1"]

    assert record.offered == ("david", "elif", "amina", "bengt")
    assert record.outcome is Outcome.NO_ANSWER
    assert record.ended_at == after(15.0 + 15.0 + 20.0)


def test_nobody_waits_for_ever() -> None:
    patient = tables_of(groups=GROUPS_FOR_EVER)

    record = carry(came(), tables=patient, knowledge=silent()).records["c1"]

    assert record.outcome is not None
    assert record.ended_at is not None
    assert record.ended_at - NOON <= timedelta(seconds=LONGEST_WAIT_SECONDS)


GROUPS_FOR_EVER = """
[groups]
kc = { name = "Kontaktcenter", members = ["amina", "bengt"], ring_seconds = 300 }
bygglov = { name = "Bygglov", members = ["david", "elif"] }
"""


def test_doors_are_closed_by_the_clock_of_the_call() -> None:
    office = tables_of(
        numbers=f"""
[numbers."{MAIN}"]
function = "Kontaktcenter"
calendar = "kontorstid"
destination = {{ group = "kc" }}
"""
    )
    closes = 4.5 * 3600.0  # 16:30 in Sweden

    day = carry(
        came("c1", after=closes - 1e-6, became=then()), came("c2", after=closes), tables=office,
        knowledge=silent(),
    )  # fmt: skip

    assert day.records["c1"].outcome is Outcome.ANSWERED
    assert day.records["c2"].outcome is Outcome.CLOSED
    assert day.records["c2"].announcement == "closed+opens_again+on_monday+at_clock+number_8"


def test_overrides_hold_while_they_do() -> None:
    closed = Override(open=False, until=after(100.0), reason="Brand", owner="Anna")
    meanwhile = replace(
        everybody(TABLES),
        overrides=(
            OverrideChange(after(-10.0), MAIN, closed),
            OverrideChange(after(200.0), "", replace(closed, until=after(900.0))),
            OverrideChange(after(300.0), "", None),
        ),
    )

    calls = [came(f"c{second}", after=float(second)) for second in (50, 100, 250, 350)]
    outcomes = [carry(*calls, meanwhile=meanwhile).records[call.id].outcome for call in calls]

    assert [outcome is Outcome.CLOSED for outcome in outcomes] == [True, False, True, False]


def test_phones_that_left_are_not_rung() -> None:
    meanwhile = Meanwhile(
        (PhoneChange(after(-1.0), "kc1", there=True), PhoneChange(after(60.0), "kc1", there=False))
    )

    day = carry(came("c1"), came("c2", after=61.0), meanwhile=meanwhile, knowledge=silent(5.0))

    assert day.records["c1"].offered == ("amina",)
    assert day.records["c2"].outcome is Outcome.NOBODY_THERE


def test_a_call_lasts_no_longer_than_a_call_may() -> None:
    record = carry(came(became=then(waited=1.0, talked=500.0)), talk_limit=60.0).records["c1"]

    assert record.talk_seconds == 60.0


WAYS_OUT = 'emergency = true\noutside = true\ngateways = ["sbc.example.se"]'
OUTWARDS = TRUNKS.replace("emergency = true", WAYS_OUT)


def outgoing(call: str, became: Then, when: float = 0.0) -> SimulatedCall:
    return came(call, when, became, "+46701740699", origin=Origin.PHONE, origin_name="kc1", caller=None)


def test_whoever_calls_outside_is_busy_meanwhile() -> None:
    municipality = tables_of(trunks=OUTWARDS, municipality=MUNICIPALITY_OUT)
    taken = then(waited=5.0, offered=("trunk/operator",), answered_by="trunk/operator", number="", group="")
    refused = replace(taken, outcome=Outcome.BUSY, answered=False, answered_by="")

    day = carry(
        outgoing("out", taken),
        came("c1", after=10.0),
        outgoing("busy", refused, 100.0),
        tables=municipality,
        knowledge=silent(3.0),
    )

    out = day.records["out"]
    assert (out.outcome, out.answered_by) == (Outcome.ANSWERED, "trunk/operator")
    assert day.records["c1"].offered == ("bengt",)
    assert day.records["busy"].ended_at == after(105.0)
    assert day.records["busy"].outcome is not Outcome.ANSWERED


def test_whoever_gave_up_outside_gives_up_there() -> None:
    gave_up = then(Outcome.ABANDONED, 9.0, offered=("trunk/operator",), number="", group="")

    day = carry(outgoing("out", gave_up), tables=tables_of(trunks=OUTWARDS, municipality=MUNICIPALITY_OUT))

    assert (day.records["out"].outcome, day.records["out"].ended_at) == (Outcome.ABANDONED, after(9.0))


MUNICIPALITY_OUT = f"""
[municipality]
name = "Botkyrka kommun"
main_number = "{MAIN}"
contact_centre = "kc"
outside = ["mobile"]
"""


def test_a_name_stands_for_what_dns_would_say() -> None:
    names: Names = EveryName()

    (found,) = names.places(Named("sbc.example.se", 0, "UDP"))

    assert [place.host for place in found.places] == ["sbc.example.se"]


def test_a_fault_of_ours_ends_the_call_and_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise IllegalTransition("nobody thought of this")

    monkeypatch.setattr(Switchboard, "_decide", fails)

    day = carry(came())

    assert (day.records["c1"].outcome, day.faults) == (Outcome.FAILED, 1)


@dataclass(frozen=True)
class AskForKey:
    """An action that the driver does not know: a menu."""

    leg: str
    prompt: str


def test_a_caller_who_is_asked_for_a_key_presses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    actions = Switchboard.actions

    def menus(switchboard: Switchboard) -> Iterator[object]:
        for action in actions(switchboard):
            yield AskForKey(action.leg, action.prompt) if isinstance(action, Announce) else action

    monkeypatch.setattr(Switchboard, "actions", menus)
    never_open = tables_of(numbers=NUMBERS.replace("alltid", "aldrig"))

    record = carry(came(), tables=never_open, knowledge=silent()).records["c1"]

    assert (record.outcome, record.announcement) == (Outcome.CLOSED, "closed")


CALLS = st.lists(
    st.tuples(
        st.floats(0.0, 600.0),
        st.sampled_from([MAIN, BYGGLOV, "+46853061999", "+46701740699"]),
        st.sampled_from([Origin.TRUNK, Origin.PHONE]),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(
    calls=CALLS, seed=st.integers(0, 2**31 - 1), patience=st.floats(1.0, 300.0), answer=st.floats(1.0, 60.0)
)
def test_every_call_ends_once_and_nobody_is_in_two_talks(
    calls: list[tuple[float, str, Origin]], seed: int, patience: float, answer: float
) -> None:
    knowledge = Knowledge(Draws(seed), Exponential(patience), Exponential(answer), {"": Exponential(120.0)})
    come = [
        came(
            f"c{n}",
            after=when,
            dialled=number,
            origin=origin,
            origin_name="kc1" if origin is Origin.PHONE else "x",
        )
        for n, (when, number, origin) in enumerate(calls)
    ]

    day = carry(*come, knowledge=knowledge)

    assert day.records.keys() == {call.id for call in come}
    assert all(record.outcome is not None for record in day.records.values())
    assert day.faults == 0
    legs = [fact.leg for fact in day.facts if isinstance(fact, f.CallArrived | f.MemberOffered)]
    ended = [fact.leg for fact in day.facts if isinstance(fact, f.LegEnded | f.MemberRefused)]
    assert sorted(legs) == sorted(ended)
    talks: dict[str, list[tuple[datetime, datetime]]] = {}
    for record in day.records.values():
        if record.person_answered_at is not None and record.ended_at is not None:
            talks.setdefault(record.answered_by, []).append((record.person_answered_at, record.ended_at))
    for spans in talks.values():
        assert all(before[1] <= following[0] for before, following in pairwise(sorted(spans)))


def test_who_takes_a_call_outside_is_connected() -> None:
    people = PEOPLE.replace('["kc1"]', '[], mobile = "+46701740699"').replace('["kc2"]', "[]")
    outside = TRUNKS.replace("emergency", "outside = true\nemergency")

    day = carry(came(became=then(waited=9.0)), tables=tables_of(people=people, trunks=outside))

    record = day.records["c1"]
    assert (record.answered_by, record.waiting_seconds) == ("amina", 9.0)
    missed = then(Outcome.NO_ANSWER, waited=20.0)
    rung_then = carry(came(became=missed), tables=tables_of(people=people, trunks=outside)).records["c1"]
    assert rung_then.outcome is not Outcome.ANSWERED


ONE_THERE = Meanwhile((PhoneChange(after(-1.0), "kc1", there=True),))


def answers_after(seconds: float) -> Knowledge:
    """Callers wait for ever, talks last 100 s."""
    return Knowledge(Draws(1), NEVER, Seen.of([seconds]), {"": Seen.of([100.0])})


def test_callers_in_a_queue_wait_their_turn() -> None:
    calls = [came(f"c{number}", after=float(number)) for number in range(3)]

    day = carry(*calls, tables=queue_tables(), meanwhile=ONE_THERE, knowledge=answers_after(2.0))

    answered = [record.person_answered_at for record in day.records.values()]
    assert answered == [after(2.0), after(104.0), after(206.0)]
    assert all(record.was_queued for record in day.records.values())
    assert day.faults == 0


def test_who_misses_calls_has_a_pause_and_comes_back() -> None:
    """Nobody answers within the ring time of 15 s: after two missed calls, with 5 s between them, Amina is
    away for a while."""
    tables = queue_tables("missed_limit = 2\nmax_wait_seconds = 1000\nstaffed_only = false")

    day = carry(came(), tables=tables, meanwhile=ONE_THERE, knowledge=silent())

    rang = [fact.at for fact in day.facts if isinstance(fact, f.MemberOffered)]
    back = 35.0 + MISSED_SECONDS
    assert rang == [after(seconds) for seconds in (0, 20, back, back + 20)]
    (resumed,) = [fact for fact in day.facts if isinstance(fact, d.MemberResumed)][:1]
    assert (resumed.member, resumed.at) == ("amina", after(back))


def test_who_is_known_to_be_away_does_not_come_back_before() -> None:
    tables = queue_tables("missed_limit = 2\nmax_wait_seconds = 1000\nstaffed_only = false")
    away = d.MemberPaused(at=after(36.0), member="amina", by="", reason=d.MISSED)
    back = d.MemberResumed(at=after(700.0), member="amina", by="amina")
    out = d.MemberLoggedOut(at=after(-1.0), member="bengt", by="", group="")
    meanwhile = replace(ONE_THERE, duties=(out, away, back))

    day = carry(came(), tables=tables, meanwhile=meanwhile, knowledge=silent())

    rang = [fact.at for fact in day.facts if isinstance(fact, f.MemberOffered)]
    assert rang == [after(0), after(20), after(700), after(720)]


def test_each_time_that_it_rings_it_is_drawn_anew_whether_somebody_answers() -> None:
    """Else whoever misses a call once would miss it again and again."""
    slow = Knowledge(Draws(1), NEVER, Exponential(20.0), {"": Seen.of([10.0])})
    calls = [came(f"c{number}", after=300.0 * number) for number in range(20)]
    tables = queue_tables("missed_limit = 0\nretry_seconds = 1")

    day = carry(*calls, tables=tables, meanwhile=ONE_THERE, knowledge=slow)

    assert any(isinstance(fact, d.OfferMissed) for fact in day.facts)
    assert {record.outcome for record in day.records.values()} == {Outcome.ANSWERED}
