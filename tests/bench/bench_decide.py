"""What a decision costs, and explaining it, with 2,000 numbers and 10,000 people."""

import statistics
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from routing.compile import compile_plan
from routing.decide import decide
from routing.decision import Origin, Question, Strategy
from routing.explain import explain_json, explain_lines
from routing.hunt import in_order
from routing.plan import Plan
from routing.strategy import choose
from tests.bench.report import Bar, Findings
from tests.support.plans import Presence

NUMBERS = 2_000
PEOPLE = 10_000
GROUP_SIZE = 10
ROUNDS, QUICK_ROUNDS = 20_000, 5_000
BAR_MICROSECONDS = 50.0
BAR_HUNT_MICROSECONDS = 100.0
BAR_EXPLAIN_MICROSECONDS = 1_000.0

MAIN = "+46853060000"


def large_plan(numbers: int = NUMBERS, people: int = PEOPLE) -> Plan:
    """A plan of the size that the bar is set for, or another."""
    week = {day: ["08:00-12:00", "13:00-16:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
    groups = [[f"person{(10 * index + n) % people}" for n in range(GROUP_SIZE)] for index in range(numbers)]
    return Plan.model_validate(
        {
            "municipality": {"name": "Large", "main_number": MAIN, "contact_centre": "group0"},
            "phones": {f"phone{index}": {"display": f"Phone {index}"} for index in range(people)},
            "people": {
                f"person{index}": {"name": f"Person {index}", "phones": [f"phone{index}"]}
                for index in range(people)
            },
            "groups": {
                f"group{index}": {"name": f"Group {index}", "members": members}
                for index, members in enumerate(groups)
            },
            "calendars": {"hours": {"weekly": week, "holidays": "SE", "holiday_eves": True}},
            "numbers": {
                f"+4685306{index:04}": {
                    "function": f"Function {index}",
                    "calendar": "hours",
                    "destination": {"group": f"group{index}"},
                }
                for index in range(numbers)
            },
        }
    )


@dataclass(frozen=True, slots=True)
class Costs:
    """What each of many decisions costs, and each with its words and data in both languages (explain), in
    microseconds."""

    decide: list[float]
    explain: list[float]


def measure(rounds: int) -> Costs:
    """The costs, each list in order."""
    tables = compile_plan(large_plan())
    absent = {f"phone{100 * group + n}" for group in range(1, NUMBERS) for n in range(GROUP_SIZE)}
    presence = Presence(unregistered=absent, busy={f"person{index}" for index in range(0, PEOPLE, 3)})
    monday = datetime(2027, 3, 1, 7, tzinfo=UTC)
    costs = Costs([], [])
    for index in range(rounds):
        number = f"+4685306{(index * 7) % NUMBERS:04}"
        question = Question(number, Origin.TRUNK, "operator", "+46701740605")
        now = monday + timedelta(minutes=index % 480)
        start = time.perf_counter()
        decision = decide(tables, question, presence, now)
        costs.decide.append((time.perf_counter() - start) * 1e6)
        explain_lines(decision)
        explain_json(decision)
        costs.explain.append((time.perf_counter() - start) * 1e6)
    return Costs(sorted(costs.decide), sorted(costs.explain))


def hunt_costs(rounds: int) -> dict[str, float]:
    """The median cost of choosing among ten members by each strategy, in microseconds."""
    tables = compile_plan(large_plan())
    monday = datetime(2027, 3, 1, 7, tzinfo=UTC)
    idle = {f"person{index}": monday - timedelta(seconds=index * 7919 % 86400) for index in range(PEOPLE)}
    presence = Presence(idle=idle, answered={person: len(person) for person in idle})
    found = {}
    for strategy in Strategy:
        costs = []
        for index in range(rounds):
            group = replace(tables.groups[f"group{index % NUMBERS}"], strategy=strategy)
            start = time.perf_counter()
            choose(in_order(group, presence, monday, index / rounds), presence)
            costs.append((time.perf_counter() - start) * 1e6)
        found[strategy.value] = statistics.median(costs)
    print("choosing:", ", ".join(f"{name} {cost:.1f} µs" for name, cost in found.items()))
    return found


def run(quick: bool) -> Findings:
    """Measure compilation, decisions, and what it takes to explain them."""
    plan = large_plan()
    start = time.perf_counter()
    compile_plan(plan)
    seconds = time.perf_counter() - start
    costs = measure(QUICK_ROUNDS if quick else ROUNDS)
    median, p99 = statistics.median(costs.decide), costs.decide[len(costs.decide) * 99 // 100]
    explained, slowest = statistics.median(costs.explain), costs.explain[len(costs.explain) * 99 // 100]
    print(f"compile: {seconds:.2f} s for {NUMBERS} numbers and {PEOPLE} people")
    print(f"decide: median {median:.1f} µs, 99 % {p99:.1f} µs")
    print(f"explain: median {explained:.0f} µs, 99 % {slowest:.0f} µs")
    slowest_hunt = max(hunt_costs(2_000).values())
    bars = (
        Bar("choosing by the slowest strategy, median in µs", slowest_hunt, BAR_HUNT_MICROSECONDS),
        Bar("a decision, median in µs", median, BAR_MICROSECONDS),
        Bar("a decision explained, median in µs", explained, BAR_EXPLAIN_MICROSECONDS),
    )
    decided = {"compile_s": seconds, "median_us": median, "p99_us": p99}
    return Findings(bars, figures={**decided, "explain_median_us": explained, "explain_p99_us": slowest})
