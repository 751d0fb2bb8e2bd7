from dataclasses import replace
from datetime import timedelta

import pytest

from routing.override import Override
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.duty import Duties, Pause
from telephony.call.facts import Outcome
from telephony.call.record import Record, Talk
from telephony.simulate.history import (
    CODE,
    EMERGENCY,
    IN_PROGRESS,
    INTERRUPTED,
    REFUSED,
    HouseBook,
    call_of,
    why_left_out,
)
from telephony.simulate.values import Meanwhile
from tests.support.administration import NOW, record
from tests.support.calls import NOON, after, contact, registered
from tests.support.simulated import DAY

CLOSED = Override(open=False, until=after(3600), reason="Brand", owner="Anna")


def test_a_call_is_as_it_came_and_as_it_went() -> None:
    call = call_of(record(1))

    assert (call.id, call.arrived_at, call.dialled) == (record(1).id, record(1).arrived_at, record(1).dialled)
    assert call.then is not None
    assert (call.then.outcome, call.then.waited, call.then.talked) == (Outcome.ANSWERED, 5.0, 60.0)
    assert call.then.answered_by == "amina"


def test_who_handed_a_call_on_was_free_then() -> None:
    answered = NOW - timedelta(seconds=55)
    talks = (Talk("amina", answered, answered + timedelta(seconds=12)), Talk("bengt", NOW))

    then = call_of(replace(record(1), talks=talks)).then

    assert then is not None and then.talked == 12.0


def test_a_call_that_was_lost_after_the_answer_was_answered() -> None:
    then = call_of(replace(record(1), outcome=Outcome.LOST)).then

    assert then is not None and then.outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (record(1), ""),
        (replace(record(1), emergency=True), EMERGENCY),
        (replace(record(1), dialled="*8"), CODE),
        (replace(record(1), outcome=None, ended_at=None), IN_PROGRESS),
        (replace(record(1, outcome=Outcome.INTERRUPTED)), INTERRUPTED),
        (replace(record(1, outcome=Outcome.FAILED), plan_version=0), REFUSED),
        (replace(record(1, outcome=Outcome.FAILED), reasons=("no such number",)), ""),
    ],
)
def test_what_cannot_come_again_is_left_out(made: Record, why: str) -> None:
    assert why_left_out(made) == why


def book(*facts: f.Fact) -> Meanwhile:
    book = HouseBook(*DAY)
    for fact in facts:
        book.see(fact)
    return book.meanwhile()


BEFORE = DAY[0] - timedelta(hours=1)


def test_who_was_there_at_the_beginning_and_who_came_and_left() -> None:
    found = book(
        registered("kc1", at=BEFORE),
        registered("kc2", at=BEFORE),
        h.PhoneLost(at=BEFORE, phone="kc2"),
        registered("kc1", contact("kc1", expires=7200), at=NOON),  # a refresh changes nothing
        h.PhoneFound(at=after(10), phone="kc2"),
        h.RegistrationExpired(at=after(20), phone="kc1", contacts=()),
        h.RegistrationsCarried(at=after(30), contacts={"bygg1": (contact("bygg1"),)}, calls_since=0),
        registered("kc1", at=DAY[1]),  # is after the day
    )

    assert [(change.at, change.phone, change.there) for change in found.phones] == [
        (DAY[0], "kc1", True),
        (after(10), "kc2", True),
        (after(20), "kc1", False),
        (after(30), "bygg1", True),
        (after(30), "kc2", False),
    ]
    assert found.known_from == DAY[0]


def test_what_was_open_by_hand() -> None:
    over = replace(CLOSED, until=DAY[0] - timedelta(minutes=1))
    found = book(
        h.OverrideSet(at=BEFORE, number="+46853061000", override=CLOSED, by="anna"),
        h.OverrideSet(at=BEFORE, number="", override=over, by="anna"),
        h.OverrideEnded(at=NOON, number="+46853061000", by="anna"),
        h.OverridesCarried(at=after(5), overrides={"": over}),  # as it was
        h.OverrideSet(at=after(9), number="", override=CLOSED, by="anna"),
    )

    assert [(change.at, change.number, change.override) for change in found.overrides] == [
        (DAY[0], "+46853061000", CLOSED),
        (NOON, "+46853061000", None),
        (after(9), "", CLOSED),
    ]


def test_a_journal_that_begins_in_the_day_says_since_when_it_knows() -> None:
    assert book(registered("kc1", at=NOON)).known_from == NOON
    assert book() == Meanwhile()


def test_who_took_part_and_who_had_a_pause() -> None:
    carried = Duties({"bengt": Pause("mote", NOON), "david": Pause("lunch", NOON)}, {"elif": {"kc": NOON}})
    lunch = d.MemberPaused(at=NOON, member="david", by="david", reason="lunch")
    found = book(
        d.MemberPaused(at=BEFORE, member="amina", by="amina", reason="lunch"),
        d.MemberLoggedOut(at=BEFORE, member="elif", by="elif", group="bygglov"),
        lunch,
        d.DutiesCarried(at=after(10), duties=carried),
        d.DutiesCarried(at=after(20), duties=carried),  # as it was
    )

    assert list(found.duties) == [
        d.MemberPaused(at=DAY[0], member="amina", by="", reason="lunch"),
        d.MemberLoggedOut(at=DAY[0], member="elif", by="", group="bygglov"),
        lunch,
        d.MemberResumed(at=after(10), member="amina", by=""),
        d.MemberPaused(at=after(10), member="bengt", by="", reason="mote"),
        d.MemberLoggedIn(at=after(10), member="elif", by="", group=""),
        d.MemberLoggedOut(at=after(10), member="elif", by="", group="kc"),
    ]


def test_a_call_that_waited_in_a_queue_is_known_by_its_reasons() -> None:
    waited = call_of(replace(record(1), reasons=("open", "queue kc: answered after 30 s"))).then

    assert waited is not None and waited.queued
    assert call_of(record(1)).then == replace(waited, queued=False)
