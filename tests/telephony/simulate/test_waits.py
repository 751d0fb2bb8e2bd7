"""What is seen of queues and members while a day runs."""

from metrics.key_figures import THRESHOLD_SECONDS
from routing.tables import Tables
from telephony.call import duty_facts as d
from telephony.call.record import Record
from telephony.simulate.draws import Draws
from telephony.simulate.driver import Driver
from telephony.simulate.knowledge import Knowledge
from telephony.simulate.result import OfMember, Waiting
from telephony.simulate.spread import Seen
from telephony.simulate.values import Meanwhile, PhoneChange, SimulatedCall
from telephony.simulate.waits import IN_TIME_SECONDS, Waits, share_of, waiting_of
from tests.support.calls import NOON, after
from tests.support.plans import PEOPLE, PHONES, TRUNKS, tables_of
from tests.support.queue_town import queue_tables
from tests.support.simulated import came

ONE_THERE = Meanwhile((PhoneChange(NOON, "kc1", there=True),))


def watched(
    *calls: SimulatedCall, tables: Tables, meanwhile: Meanwhile = ONE_THERE, patience: float = 1000.0
) -> Waits:
    """Phones are answered after 10 s, talks last 100 s."""
    times = Seen.of([patience]), Seen.of([10.0]), {"": Seen.of([100.0])}
    waits = Waits(tables)

    def ended(call: SimulatedCall, record: Record) -> None:
        """Nobody asks for it."""

    Driver(tables, Knowledge(Draws(1), *times), 0.0, ended, watch=waits.see).run(calls, meanwhile)
    return waits


def test_of_callers_in_a_queue_it_is_told_how_long_they_waited_and_how_many_did() -> None:
    calls = [came(f"c{number}", after=float(number)) for number in range(4)]

    (queue,) = watched(*calls, tables=queue_tables("wrap_up_seconds = 20"), patience=300.0).queues()

    assert (queue.group, queue.joined, queue.longest_queue) == ("kc", 4, 4)
    assert queue.left == {"answered": 3, "left": 1}
    assert queue.until_answer == Waiting(3, 139.0, 139.0, 268.0, 268.0)  # 10, 140 - 1, 270 - 2
    assert queue.until_left == Waiting(1, 300.0, 300.0, 300.0, 300.0)
    assert (queue.answered_in_time, queue.service_level) == (1, 0.25)
    assert queue.occupancy == share_of(3 * 100 + 3 * 20 - 20, 370)  # until the last call ends


def test_members_are_there_and_at_work() -> None:
    duties = (
        d.MemberPaused(at=after(50), member="bengt", by="", reason="lunch"),
        d.MemberResumed(at=after(80), member="bengt", by=""),
        d.MemberLoggedOut(at=after(200), member="amina", by="", group=""),
        d.MemberPaused(at=after(200), member="nobody", by="", reason="lunch"),  # of a plan before
    )
    phones = (*ONE_THERE.phones, PhoneChange(after(20), "kc2", there=True))
    meanwhile = Meanwhile((*phones, PhoneChange(after(90), "gone", there=True)), duties=duties)

    found = watched(came(), tables=queue_tables(), meanwhile=meanwhile).members()

    assert found == (
        OfMember("amina", 1, 200, 100, 0.5),
        OfMember("bengt", 0, 60, 0, 0.0),  # from 20 to 50, and from 80 to the end of the call at 110
    )


def test_who_can_be_rung_outside_is_there() -> None:
    people = PEOPLE.replace('["kc1"]', '[], mobile = "+46701740699"')
    outside = TRUNKS.replace("emergency", "outside = true\nemergency")

    found = watched(came(), tables=tables_of(people=people, phones=PHONES, trunks=outside)).members()

    assert found == (OfMember("amina", 1, 110, 100, share_of(100, 110)),)


def test_nothing_has_no_figures_and_the_threshold_is_that_of_the_key_figures() -> None:
    waits = watched(tables=queue_tables())

    assert (waits.queues(), waits.members()) == ((), ())
    assert (waiting_of([]), share_of(1, 0)) == (Waiting(0, None, None, None, None), None)
    assert IN_TIME_SECONDS == THRESHOLD_SECONDS
