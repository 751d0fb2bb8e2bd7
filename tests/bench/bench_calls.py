"""What a call costs, beside sippy in the same run: `python -m tests.bench.bench_calls`.

sipp calls through each system to sipp on loopback addresses, without sound, at rising rates, until a rate
is not clean. Machines are shared and noisy: CPU a call and the ratio within one run say most. The results
go to build/bench.json too. Exit code 1 when the service misses a bar.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.bench import systems
from tests.bench.accounting import cpu_seconds, memory_kib
from tests.bench.load import Exchange, Load, Outcome
from tests.bench.municipality import NUMBERS, PEOPLE
from tests.bench.report import keep
from tests.bench.systems import NotInstalled, System
from tests.support.loopback import Loopback

BAR_CPU_MS = 4.0
BAR_CALLS_A_SECOND = 150

RATES = (50, 100, 150, 200)
SECONDS = 6.0
HOLD_SECONDS = 0.5
WARM_UP = Load(calls=50, rate=25, hold=0.1)
HELD = 250  # calls at once, of the 300 that there are people for
TRIES = 2
"""A rate that is not clean is tried again: on a shared machine it may have been a neighbour."""

BUILD = Path("build")


@dataclass(frozen=True, slots=True)
class Step:
    """One rate. Times in milliseconds; CPU of the system alone."""

    rate: float
    calls: int
    good: int
    retransmissions: int
    clean: bool
    cpu_ms_a_call: float
    setup_p50_ms: float | None
    setup_p95_ms: float | None
    setup_p99_ms: float | None


@dataclass(slots=True)
class Report:
    """All that was measured of a system."""

    kib_a_held_call: float = 0.0
    steps: list[Step] = field(default_factory=list)

    @property
    def clean_rate(self) -> float:
        """The highest rate that was clean, as were all below it."""
        return max((step.rate for step in self.steps if step.clean), default=0)

    def cpu_ms(self, rate: float) -> float | None:
        """CPU a call at this rate, when it was clean."""
        return next((step.cpu_ms_a_call for step in self.steps if step.rate == rate and step.clean), None)


def measure_step(system: System, exchange: Exchange, rate: float, seconds: float) -> Step:
    """One rate, tried again when it is not clean."""
    load = Load(int(rate * seconds), rate, HOLD_SECONDS)
    for _ in range(TRIES):
        before = cpu_seconds(system.pid)
        outcome = exchange.measure(system.target, load)
        cpu = cpu_seconds(system.pid) - before
        if outcome.is_clean:
            break
    return _step(rate, outcome, cpu)


def _step(rate: float, outcome: Outcome, cpu: float) -> Step:
    return Step(
        rate=rate,
        calls=outcome.calls,
        good=outcome.good,
        retransmissions=outcome.retransmissions,
        clean=outcome.is_clean,
        cpu_ms_a_call=round(cpu * 1000 / max(outcome.good, 1), 2),
        setup_p50_ms=outcome.setup_ms(0.5),
        setup_p95_ms=outcome.setup_ms(0.95),
        setup_p99_ms=outcome.setup_ms(0.99),
    )


def measure_held(system: System, exchange: Exchange) -> float:
    """KiB that a call takes while people talk. To be measured first: memory once taken is kept."""
    exchange.measure(system.target, WARM_UP)
    before = memory_kib(system.pid)
    with exchange.calling(system.target, Load(HELD, rate=50, hold=HELD / 50 + 3)) as caller:
        deadline = time.monotonic() + HELD / 50 + 3
        while caller.held() < HELD and time.monotonic() < deadline:
            time.sleep(0.1)
        held, after = caller.held(), memory_kib(system.pid)
        caller.outcome()
    return round((after - before) / max(held, 1), 1)


def compare(
    running: Sequence[System], exchange: Exchange, rates: Sequence[float], seconds: float
) -> dict[str, Report]:
    """Measure all systems rate by rate, so that what disturbs one disturbs the others.

    One that fails is measured no further.
    """
    reports = {system.name: Report(measure_held(system, exchange)) for system in running}
    left = list(running)
    for rate in rates:
        for system in list(left):
            step = measure_step(system, exchange, rate, seconds)
            reports[system.name].steps.append(step)
            print(_line(system.name, step), flush=True)
            if not step.clean:
                left.remove(system)
    return reports


_HEADINGS = f"{'':8} {'calls/s':>7} {'':9} {'CPU ms/call':>11} {'to 180, ms: p50':>15} {'p95':>7} {'p99':>7}"


def _line(name: str, step: Step) -> str:
    times = (step.setup_p50_ms, step.setup_p95_ms, step.setup_p99_ms)
    shown = ["-" if time is None else f"{time:.1f}" for time in times]
    clean = "clean" if step.clean else f"{step.calls - step.good} failed"
    return (
        f"{name:8} {step.rate:7g} {clean:9} {step.cpu_ms_a_call:11.2f} "
        f"{shown[0]:>15} {shown[1]:>7} {shown[2]:>7}"
    )


def summarise(reports: dict[str, Report]) -> bool:
    """Print the summary; whether the service reaches its bars."""
    print()
    for name, report in reports.items():
        print(f"{name:8} {report.clean_rate:g} clean calls/s, {report.kib_a_held_call:g} KiB a held call")
    ours = reports["vaxeln"]
    for name, report in reports.items():
        if report is not ours:
            _print_ratio(ours, name, report)
    costs = [step.cpu_ms_a_call for step in ours.steps if step.clean]
    dearest = max(costs, default=float("inf"))
    print(
        f"bar: {dearest:.2f} ms CPU a call at most (bar {BAR_CPU_MS:g}), "
        f"{ours.clean_rate:g} clean calls/s at least (bar {BAR_CALLS_A_SECOND})"
    )
    return dearest <= BAR_CPU_MS and ours.clean_rate >= BAR_CALLS_A_SECOND


def _print_ratio(ours: Report, name: str, theirs: Report) -> None:
    """At every rate that both carried: the one figure that a busy machine does not spoil."""
    for step in ours.steps:
        other = theirs.cpu_ms(step.rate)
        if step.clean and other:
            print(f"at {step.rate:g} calls/s a call takes {step.cpu_ms_a_call / other:.2f} of {name}'s CPU")


def write(reports: dict[str, Report]) -> None:
    """Keep the figures as JSON."""
    keep(
        at=time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        machine={
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "kernel": platform.release(),
        },
        bar={"cpu_ms_a_call": BAR_CPU_MS, "clean_calls_a_second": BAR_CALLS_A_SECOND},
        systems={
            name: asdict(report) | {"clean_calls_a_second": report.clean_rate}
            for name, report in reports.items()
        },
    )


Start = Callable[[Path, str, Exchange], AbstractContextManager[System]]
SYSTEMS: dict[str, Start] = {"vaxeln": systems.vaxeln, "sippy": systems.sippy}


def bench_calls(rates: Sequence[float] = RATES, seconds: float = SECONDS) -> bool:
    """Start every system that can be had, measure, end them; whether the bars are reached."""
    if shutil.which("sipp") is None:
        print("sipp is not installed (Debian: apt-get install sip-tester)")
        return False
    BUILD.mkdir(exist_ok=True)
    network = Loopback.take()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD.resolve())))
        folder.chmod(0o755)  # as root, PostgreSQL runs as another user, who has to get to its data
        exchange = Exchange(network, folder, NUMBERS)
        running = []
        for place, (name, start) in enumerate(SYSTEMS.items(), 10):
            try:
                running.append(stack.enter_context(start(folder / name, network.host(place), exchange)))
            except NotInstalled as reason:
                print(f"{name} is left out: {reason}")
        print(f"{PEOPLE} people, calls of {HOLD_SECONDS:g} s, no sound; {seconds:g} s a rate\n{_HEADINGS}")
        reports = compare(running, exchange, rates, seconds)
    write(reports)
    return summarise(reports)


def main() -> int:
    """Measure calls with other rates or longer, if so wished."""
    options = argparse.ArgumentParser(description="Measure what a call costs.")
    options.add_argument("--rates", default=",".join(map(str, RATES)), help="calls a second, rising")
    options.add_argument("--seconds", type=float, default=SECONDS, help="how long at each rate")
    chosen = options.parse_args()
    reached = bench_calls([float(rate) for rate in chosen.rates.split(",")], chosen.seconds)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
