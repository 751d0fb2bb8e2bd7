"""How long two large plans take to be compared over 400 days, and how long the event loop waits meanwhile.

The worst that a plan can be: each of 2,000 numbers has a calendar of its own, and every one changes, at times
and on days that no other has.
"""

import asyncio
import gc
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter

from routing.comparison import PlanComparison, Side, compare_plans, side_of
from routing.load import load_plan_json
from routing.plan import Plan
from telephony.admin.plan_views import MAX_CHANGES
from telephony.admin.views import PlanDiff
from telephony.cli_serve import COLLECT_AFTER
from telephony.plan_worker import PlanWorker
from tests.bench.bench_decide import large_plan
from tests.bench.report import Bar, Findings

T = TypeVar("T")

NUMBERS = 2_000
ROUNDS, QUICK_ROUNDS = 5, 2
BAR_SECONDS = 5.0
BAR_GAP_MS = 20.0
TICK_SECONDS = 0.001
NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ANSWER = TypeAdapter(PlanDiff)


def plan_of(changed: bool) -> Plan:
    """2,000 numbers with a calendar each; `changed` moves every one of its hours."""
    numbers = [f"+4685306{index:04}" for index in range(NUMBERS)]
    return Plan.model_validate(
        {
            "municipality": {"name": "Large", "main_number": numbers[0], "contact_centre": "group0"},
            "phones": {f"phone{index}": {"display": "Phone"} for index in range(NUMBERS)},
            "people": {
                f"person{index}": {"name": f"Person {index}", "phones": [f"phone{index}"]}
                for index in range(NUMBERS)
            },
            "groups": {
                f"group{index}": {"name": f"Group {index}", "members": [f"person{index}"]}
                for index in range(NUMBERS)
            },
            "calendars": {f"hours{index}": _calendar(index, changed) for index in range(NUMBERS)},
            "numbers": {
                number: {
                    "function": f"Function {index}",
                    "calendar": f"hours{index}",
                    "destination": {"group": f"group{index}"},
                }
                for index, number in enumerate(numbers)
            },
        }
    )


def _calendar(index: int, changed: bool) -> dict[str, Any]:
    """No two calendars change alike: each has an hour, and a day, that only it has."""
    moved = 1 + index % 50 if changed else 0
    opens, closes = 360 + index // 50, 1000 - index // 50
    days = [date(2027, 1, 1) + timedelta(days=30 * month + index % 29) for month in range(8)]
    return {
        "weekly": {
            day: [
                f"{_clock(opens + 2 * place)}-{_clock(700 + moved)}",
                f"{_clock(760 + moved)}-{_clock(closes + moved)}",
            ]
            for place, day in enumerate(_DAYS)
        },
        "breaks": [f"{_clock(600 + moved)}-{_clock(615 + moved)}"],
        "holidays": "SE",
        "holiday_eves": True,
        "rules": [{"day_before": "any", "closes": _clock(840 + moved), "note": "Dag före helgdag"}],
        "deviations": [
            {"date": day, "intervals": [f"10:00-{_clock(660 + moved)}"], "note": "Möte"} for day in days
        ],
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


async def timed(work: Callable[[], T], found: list[T]) -> tuple[float, float]:
    """Do it in the thread for plans, into `found`: in how many seconds, and the longest that the loop came
    late. (The runner of asyncio makes a text of what a task returns, whatever its size.)"""
    loop, worst = asyncio.get_running_loop(), 0.0
    job = asyncio.create_task(PlanWorker().do(work, own=True))
    began = loop.time()
    while not job.done():
        due = loop.time() + TICK_SECONDS
        await asyncio.sleep(TICK_SECONDS)
        worst = max(worst, loop.time() - due)
    found.append(await job)
    return loop.time() - began, worst


def measure(in_force: Side, draft: str) -> tuple[float, float, float, float, float, bytes]:
    """Seconds that it takes to read a draft and then to compare it, the longest that the loop came late in
    each, seconds to write the answer, and that."""
    sides: list[Side] = []
    found: list[PlanComparison] = []
    reading, late = asyncio.run(timed(lambda: side_of(load_plan_json(draft)), sides))
    comparing, later = asyncio.run(timed(lambda: compare_plans(in_force, sides[0], NOW), found))
    began = time.perf_counter()
    answer = _ANSWER.dump_json(PlanDiff.of(found[0], {}, MAX_CHANGES))
    return reading, comparing, late, later, time.perf_counter() - began, answer


def medians(in_force: Plan, draft: str, rounds: int, name: str) -> tuple[float, ...]:
    """Compare what is in force with a draft, each round anew: the median of each figure of `measure`, for
    other programs share the machine."""
    side = side_of(in_force)
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    found = [measure(side, draft) for _ in range(rounds)]
    gc.set_threshold(*before)
    gc.unfreeze()
    answer = found[0][5]
    hours = json.loads(answer)["hours"]
    assert len(hours["numbers"]) == NUMBERS
    figures = tuple(statistics.median(values) for values in list(zip(*found, strict=True))[:5])
    reading, comparing, late, later, writing = figures
    print(
        f"{name}: read in {reading:.2f} s, the loop {1e3 * late:.1f} ms late; compared in {comparing:.2f} s, "
        f"{1e3 * later:.1f} ms late; {hours['spans']} spans, {len(answer)} octets in {1e3 * writing:.1f} ms"
    )
    return figures


def run(quick: bool) -> Findings:
    """A municipality whose one calendar changes, and the worst of all: there the collector of garbage looks
    at some million objects of the draft, which no thread can be kept from, so its gap has no bar."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    usual = large_plan()
    later = usual.model_dump_json().replace("13:00-16:30", "13:30-17:00")
    common = medians(usual, later, rounds, "one calendar, 10,000 people")
    worst = medians(
        plan_of(changed=False), plan_of(changed=True).model_dump_json(), rounds, "2,000 calendars"
    )
    return Findings(
        (
            Bar("2,000 calendars read and compared over 400 days, in s", worst[0] + worst[1], BAR_SECONDS),
            Bar("a large plan read and compared, in s", common[0] + common[1], BAR_SECONDS),
            Bar("the event loop late meanwhile, in ms", 1e3 * max(common[2:4]), BAR_GAP_MS),
            Bar("the answer written, in ms", 1e3 * max(common[4], worst[4]), BAR_GAP_MS),
        ),
        figures={"worst_gap_ms": 1e3 * max(worst[2:4]), "worst_comparing_s": worst[1]},
    )
