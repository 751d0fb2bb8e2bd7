from dataclasses import replace

from routing.decision import Origin
from telephony.call.facts import Outcome
from telephony.call.record import Record
from telephony.simulate.counting import MAX_DIFFERENT, PERSONAL, UNKNOWN, Counting
from telephony.simulate.history import call_of
from telephony.simulate.result import Tally, Waiting
from tests.support.administration import record
from tests.support.office import OWN_NUMBER, PEOPLE
from tests.support.plans import BYGGLOV, MAIN, tables_of
from tests.support.simulated import came, then

TABLES = tables_of(people=PEOPLE)
ANSWERED = record(1)
CLOSED = replace(
    record(1, outcome=Outcome.CLOSED), offered=(), group="", announcement="closed", reasons=("closed today",)
)


def counted(*ends: tuple[Record, Record]) -> Counting:
    """Calls that ended as the first, and in the simulation as the second."""
    counting = Counting(TABLES)
    for before, now in ends:
        counting.ended(call_of(before), now)
    return counting


def sums(tally: Tally) -> int:
    return sum(tally.outcomes.values())


def test_calls_are_counted_by_what_became_of_them() -> None:
    now = counted((ANSWERED, ANSWERED), (ANSWERED, CLOSED)).now()

    assert (now.calls, now.offered, now.outcomes["answered"], now.outcomes["closed"]) == (2, 1, 1, 1)
    assert (now.groups, now.members, now.announcements) == ({"kc": 1}, {"amina": 1}, {"closed": 1})
    assert now.until_answer == Waiting(1, 5.0, 5.0, 5.0, 5.0)
    assert (now.answered_in_time, now.service_level) == (1, 1.0)
    assert now.until_given_up == Waiting(0, None, None, None, None)


def test_a_person_may_answer_who_is_rung_alone() -> None:
    now = counted((ANSWERED, replace(ANSWERED, group=""))).now()

    assert (now.outcomes["answered"], now.groups, now.members) == (1, {}, {"amina": 1})


def test_the_sums_agree_whatever_became_of_them() -> None:
    ends = [(record(1, outcome=outcome), record(1, outcome=outcome)) for outcome in Outcome]

    counting = counted(*ends)

    assert sums(counting.now()) == sums(counting.then()) == counting.now().calls == len(Outcome)
    assert counting.different() == (0, ())


def test_what_ends_otherwise_is_told_with_the_reasons() -> None:
    counting = counted((ANSWERED, CLOSED), (ANSWERED, ANSWERED))

    count, (told,) = counting.different()
    (move,) = counting.moves()
    assert count == 1
    assert (told.then.outcome, told.now.outcome, told.reasons) == ("answered", "closed", ("closed today",))
    assert (told.then.answered_by, told.now.announcement, told.number) == ("amina", "closed", MAIN)
    assert (move.number, move.then, move.now, move.calls) == (MAIN, "answered", "closed", 1)


def test_of_many_the_first_are_told() -> None:
    ends = [(record(minute), replace(CLOSED, id=record(minute).id)) for minute in range(1, 80)]

    count, told = counted(*ends).different()

    assert (count, len(told)) == (79, MAX_DIFFERENT)
    assert [one.arrived_at for one in told] == sorted(record(m).arrived_at for m in range(1, 80))[:50]


def test_by_number_with_own_numbers_and_strange_ones_together() -> None:
    strange = replace(CLOSED, dialled="+46853061999", number="")
    gone = replace(ANSWERED, dialled="+46853061777", number="+46853061777")
    own = replace(ANSWERED, dialled=OWN_NUMBER, number=OWN_NUMBER)
    rows = {
        row.number: row
        for row in counted(
            (strange, strange), (own, own), (gone, CLOSED), (replace(ANSWERED, dialled=BYGGLOV), ANSWERED)
        ).numbers(compared=True)
    }

    assert list(rows) == [BYGGLOV, "+46853061777", PERSONAL, UNKNOWN]
    assert [row.function for row in rows.values()] == ["Bygglov", "", "", ""]
    assert rows[BYGGLOV].now.went_on == 1
    assert [row.now.calls for row in rows.values()] == [1, 1, 1, 1]


def test_calls_of_phones_to_the_public_network_are_in_no_figure() -> None:
    out = replace(ANSWERED, origin=Origin.PHONE, origin_name="kc1", dialled="+46701740699", number="")

    counting = counted((out, out), (ANSWERED, ANSWERED))

    assert (counting.outgoing, counting.now().calls) == (1, 1)


def test_what_was_drawn_counts_where_it_decided_something() -> None:
    gave_up, later = (
        record(1, outcome=Outcome.ABANDONED),
        replace(ANSWERED, person_answered_at=CLOSED.ended_at),
    )

    counting = counted(
        (ANSWERED, ANSWERED), (gave_up, gave_up), (CLOSED, gave_up), (ANSWERED, later), (CLOSED, ANSWERED)
    )

    assert sorted(counting.assumed.values()) == [1, 1, 2]


def test_an_invented_call_is_compared_with_nothing() -> None:
    counting = Counting(TABLES)
    counting.ended(came(), ANSWERED)

    (row,) = counting.numbers(compared=False)
    assert (row.then, row.now.calls, counting.then().calls, counting.moves()) == (None, 1, 0, ())
    assert then().answered
