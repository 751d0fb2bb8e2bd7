"""What it costs to choose whose turn it is, with 1,000 groups, 10,000 members and 500 callers who wait."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from routing.compile import compile_plan
from routing.decision import Origin, Strategy
from routing.tables import Tables
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.house import House
from telephony.desk.turns import next_turn
from tests.bench.bench_decide import large_plan
from tests.bench.report import Bar, Findings

GROUPS, PEOPLE, CALLERS = 1_000, 10_000, 500
ROUNDS, QUICK_ROUNDS = 20_000, 4_000
BAR_MICROSECONDS = 100.0
NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
FOR_EVER = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Office:
    """A house full of calls: everybody is there and in a call, but for those of `free`."""

    tables: Tables
    house: House

    def choose(self, queues: Sequence[str], draw: float) -> float:
        """What it costs, in microseconds."""
        start = time.perf_counter()
        next_turn(self.tables, self.house, queues, lambda call: "", lambda callback: False, NOON, draw)
        return (time.perf_counter() - start) * 1e6


def office(strategy: Strategy, waiting: Sequence[str]) -> Office:
    """Groups of ten; callers wait in these queues, as many in each; of each group one member is free."""
    tables = compile_plan(large_plan(GROUPS, PEOPLE))
    groups = {key: replace(group, strategy=strategy) for key, group in tables.groups.items()}
    tables = replace(tables, groups=groups)
    house = House()
    for number in range(PEOPLE):
        contact = f.Contact(
            uri=f"sip:phone{number}@bench.invalid",
            transport="UDP",
            remote=("192.0.2.1", 5060 + number % 1000),
            local=("192.0.2.2", 5060),
            call_id=f"{number}",
            cseq=1,
            expires_at=FOR_EVER,
        )
        house.evolve(h.PhoneRegistered(at=NOON, phone=f"phone{number}", contacts=(contact,)))
        call = f"talk{number}"
        house.evolve(
            f.CallArrived(
                at=NOON,
                call=call,
                leg=f"{call}.0",
                origin=Origin.PHONE,
                origin_name=f"phone{number}",
                member=f"person{number}",
                caller=None,
                hidden=True,
                dialled="",
                sip_call_id="",
            )
        )
        if number % 10 == 7:
            house.evolve(f.LegEnded(at=NOON, call=call, leg=f"{call}.0"))
    for number in range(CALLERS):
        queue = waiting[number % len(waiting)]
        house.queues.join(f"c{number}", queue, 5, NOON - timedelta(seconds=CALLERS - number))
    return Office(tables, house)


def costs(rounds: int) -> dict[str, float]:
    """The median cost of a choice when somebody becomes free for one queue, by strategy; for ten queues, as
    somebody does who is in so many groups; when all who wait do so in
    one queue; and when who is free there has a pause."""
    found = {}
    spread = [f"group{number}" for number in range(CALLERS)]
    for strategy in Strategy:
        full = office(strategy, spread)
        found[strategy.value] = _median(full, [[queue] for queue in spread], rounds)
    ten = [spread[first : first + 10] for first in range(0, CALLERS, 10)]
    found["ten queues"] = _median(office(Strategy.LONGEST_IDLE, spread), ten, rounds)
    found["all in one queue"] = _median(office(Strategy.LONGEST_IDLE, spread[:1]), [spread[:1]], rounds)
    resting = office(Strategy.LONGEST_IDLE, spread[:1])
    resting.house.evolve(d.MemberPaused(at=NOON, member="person7", by="", reason="lunch"))
    found["nobody for them"] = _median(resting, [spread[:1]], rounds)
    return found


def _median(full: Office, queues: Sequence[Sequence[str]], rounds: int) -> float:
    return statistics.median(
        [full.choose(queues[index % len(queues)], index / rounds) for index in range(rounds)]
    )


def run(quick: bool) -> Findings:
    """Measure each, and hold the slowest against the bar."""
    found = costs(QUICK_ROUNDS if quick else ROUNDS)
    print("a turn:", ", ".join(f"{name} {cost:.1f} µs" for name, cost in found.items()))
    bar = Bar(
        "whose turn it is, by the slowest strategy, median in µs", max(found.values()), BAR_MICROSECONDS
    )
    return Findings((bar,), figures={"median_us": found})
