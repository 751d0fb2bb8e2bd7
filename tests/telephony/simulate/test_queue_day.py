"""Whole days of callers who wait in queues, with invented staff, on virtual time: what there is to be kept is
kept, and a plan that has carried a day gives the same day again."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from routing.decision import Origin
from routing.tables import Tables
from telephony.call import facts as f
from telephony.call import queue_facts as q
from telephony.call.facts import Outcome
from telephony.call.house import House
from telephony.call.record import Record
from telephony.simulate.draws import Draws
from telephony.simulate.driver import Driver
from telephony.simulate.load import Load, calls_of, knowledge_of, period_of
from telephony.simulate.staffing import duties_of
from telephony.simulate.values import SimulatedCall, Staff
from telephony.simulate.waits import Waits
from tests.support.plans import BYGGLOV, MAIN, tables_of
from tests.support.queue_town import queue_tables
from tests.support.simulated import everybody, made_day, replayed

SHARES = [6, 8, 9, 9, 8, 7, 6, 5, 3, 4, 7, 6, 5, 5, 4, 3, 3]  # by half-hour from 8:00
PROFILE = {f"{8 + n // 2:02}:{30 * (n % 2):02}": share for n, share in enumerate(SHARES)}


def municipality(members: int, shared: int) -> Tables:
    """Two groups with queues; the last members of the one are the first of the other."""
    names = [f"m{number}" for number in range(members)]
    phones = "[phones]\n" + "".join(f'{name} = {{ display = "{name}" }}\n' for name in names)
    people = "[people]\n" + "".join(f'{key} = {{ name = "{key}", phones = ["{key}"] }}\n' for key in names)
    most = members * 3 // 4
    queue = "[groups.{}.queue]\nwrap_up_seconds = 30\nmax_wait_seconds = 900\nmax_waiting = 200\n"
    groups = "".join(
        f'[groups.{key}]\nname = "{key}"\nmembers = {some}\nstrategy = "{how}"\n{queue.format(key)}'
        for key, some, how in (
            ("kc", names[:most], "longest_idle"),
            ("bygglov", names[most - shared :], "fewest_calls"),
        )
    )
    return tables_of(phones=phones, people=people, groups=groups)


@dataclass
class Watch:
    """Looks at every fact, and holds what must be so against the house."""

    waits: Waits
    facts: int = 0

    def see(self, fact: f.Fact, house: House) -> None:
        self.facts += 1
        self.waits.see(fact, house)
        if isinstance(fact, q.TurnCame):
            place = house.queues.place(fact.call)
            waiting = next(house.queues.in_turn(fact.queue), None)
            overtaken = place is not None and waiting is not None and waiting < place[1]
            assert not overtaken, f"{fact.call} has overtaken {waiting}"
        elif isinstance(fact, f.MemberOffered):
            calls = {leg.rpartition(".")[0] for leg in house.legs_of(fact.target.member)}
            assert calls <= {fact.call}, f"{fact.target.member} has {calls}"


def carried(tables: Tables, load: Load) -> tuple[list[SimulatedCall], list[Record], Waits]:
    """The calls of a day, what became of each, and the figures."""
    draws, made = Draws(6), list[Record]()
    calls = calls_of(load, draws)
    watch = Watch(Waits(tables))
    meanwhile = replace(everybody(tables), duties=duties_of(load, tables, period_of(load)[0]))
    driver = Driver(
        tables, knowledge_of(load, draws), 0.0, lambda _, record: made.append(record), watch=watch.see
    )
    began = time.process_time()
    driver.run(calls, meanwhile)
    took = time.process_time() - began
    assert driver.faults == 0
    answered = [record for record in made if record.outcome is Outcome.ANSWERED]
    print(  # noqa: T201 (shown with -s, and when it fails)
        f"{len(calls)} calls, {watch.facts} facts in {took:.1f} s CPU: {len(answered)} answered, "
        f"{sum(record.outcome is Outcome.ABANDONED for record in made)} given up"
    )
    for queue in watch.waits.queues():
        print(queue)  # noqa: T201
    return calls, made, watch.waits


def talks(made: list[Record]) -> Iterator[tuple[str, list[tuple[datetime, datetime]]]]:
    """By member, when they talked, in order."""
    found = defaultdict(list)
    for record in made:
        if record.person_answered_at is not None:
            assert record.ended_at is not None
            found[record.answered_by].append((record.person_answered_at, record.ended_at))
    yield from ((member, sorted(spans)) for member, spans in found.items())


@pytest.mark.parametrize(("many", "members", "most"), [(700, 12, 9), (20_000, 240, 180)])
def test_a_whole_day_of_callers_who_wait(many: int, members: int, most: int) -> None:
    tables = municipality(members, shared=2)
    staff = {"08:00": most * 2 // 3, "09:00": most, "12:00": most // 2, "13:00": most, "16:30": 0}
    load = Load.model_validate(
        {
            "date": "2026-12-07",
            "calls": {MAIN: many * 0.8, BYGGLOV: many * 0.2},
            "profile": PROFILE,
            "staff": {"kc": staff},
        }
    )

    calls, made, waits = carried(tables, load)

    assert sorted(record.id for record in made) == sorted(call.id for call in calls)  # each ends, once
    outcomes = {record.outcome for record in made}
    assert {Outcome.ANSWERED, Outcome.ABANDONED} <= outcomes
    wrap_up = timedelta(seconds=30)
    for member, spans in talks(made):
        gaps = [second[0] - first[1] for first, second in pairwise(spans)]
        assert all(gap >= wrap_up for gap in gaps), member  # nobody has two calls, nor one while they write
    for queue in waits.queues():
        assert queue.joined == sum(queue.left.values()) > 0
        assert queue.left["answered"] > queue.left["left"] > 0
        assert 1 < queue.longest_queue <= 200
        assert queue.occupancy is not None and 0.3 < queue.occupancy < 1.0
    assert {queue.group for queue in waits.queues()} == {"kc", "bygglov"}
    assert all(0 <= member.work_seconds <= member.there_seconds for member in waits.members())
    assert sum(member.answered for member in waits.members()) == sum(
        record.outcome is Outcome.ANSWERED for record in made
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_plan_with_queues_gives_what_happened(seed: int) -> None:
    """The log of a day tells enough to have it again: who waited for how long, and who was away."""
    tables = queue_tables("missed_limit = 3\nwrap_up_seconds = 15", "max_wait_seconds = 60")
    day = made_day(tables, 300.0, talk=90.0)

    found = replayed(tables, day, seed)

    assert sum(record.was_queued for record in day) > 200
    assert all(record.origin is Origin.TRUNK for record in day)
    assert found.then == found.now
    assert (found.different_count, found.faults, found.staff) == (0, 0, Staff.EVERYBODY)
    assert [queue.group for queue in found.queues] == ["bygglov", "kc"]
