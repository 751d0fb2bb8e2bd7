"""What a call costs, beside sippy and Kamailio in the same run.

sipp calls through each system to sipp on loopback addresses at rising rates, until a rate is not clean; then
through the service with sound. Machines are shared and noisy: CPU a call and the ratio within one run say
most.
"""

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.bench.accounting import cpu_seconds, memory_kib
from tests.bench.load import Exchange, Load, Outcome
from tests.bench.municipality import NUMBERS, PEOPLE
from tests.bench.report import Bar, Findings, Row
from tests.bench.systems import SYSTEMS, NotInstalled, System, Vaxeln
from tests.support.loopback import Loopback

BAR_CPU_MS = 4.0
BAR_CALLS_A_SECOND = 150
BAR_KIB = 24.0
BAR_WITH_SOUND = 200

SILENT, SOUND = "without sound", "with sound"
TALK = {SILENT: 0.5, SOUND: 5.0}
"""Seconds that a call lasts. With sound 40 calls a second are 200 at once."""

SHOWN_RATE = BAR_CALLS_A_SECOND
"""The rate whose cost a row shows, when it is clean: the same for all systems, and that of the bars. At low
rates a machine that idles between datagrams makes the same work cost up to twice as much CPU time."""

WARM_UP = Load(calls=400, rate=100, hold=0.1)
TRIES = 2
"""A rate that is not clean is tried again: on a shared machine it may have been a neighbour."""

BUILD = Path("build")


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rates and seconds for each scenario, and how many calls are held at once."""

    rates: Mapping[str, Sequence[int]]
    seconds: Mapping[str, float]
    held: int


THOROUGH = Effort({SILENT: (50, 100, 150, 200, 250, 300), SOUND: (20, 40)}, {SILENT: 8.0, SOUND: 15.0}, 600)
QUICK = Effort({SILENT: (100, 150), SOUND: (40,)}, {SILENT: 4.0, SOUND: 8.0}, 250)


@dataclass(frozen=True, slots=True)
class Step:
    """One rate of one scenario. CPU in milliseconds a call: the system's, and of what works beside it."""

    scenario: str
    rate: int
    calls: int
    good: int
    retransmissions: int
    clean: bool
    cpu_ms: float
    beside_cpu_ms: float
    setup_ms_p50: float | None
    setup_ms_p95: float | None
    setup_ms_p99: float | None

    def __str__(self) -> str:
        times = (self.setup_ms_p50, self.setup_ms_p95, self.setup_ms_p99)
        shown = ["-" if time is None else f"{time:.1f}" for time in times]
        clean = "clean" if self.clean else f"{self.calls - self.good} failed"
        beside = f"{self.beside_cpu_ms:8.2f}" if self.beside_cpu_ms else f"{'-':>8}"
        return (
            f"{self.rate:7} {clean:10} {self.cpu_ms:8.2f} {beside} {shown[0]:>9} {shown[1]:>7} {shown[2]:>7}"
        )


_HEADINGS = (
    f"{'':9} {'calls/s':>7} {'':10} {'CPU ms':>8} {'beside':>8} {'setup p50':>9} {'p95':>7} {'p99':>7}"
)


@dataclass(slots=True)
class Report:
    """All that was measured of a system."""

    kib_per_held_call: float = 0.0
    steps: list[Step] = field(default_factory=list)

    def clean(self, scenario: str) -> list[Step]:
        """The steps that were clean."""
        return [step for step in self.steps if step.scenario == scenario and step.clean]

    def rows(self, name: str, scenario: str) -> list[Row]:
        """The system's row; and one for what works beside it."""
        clean = self.clean(scenario)
        if not clean:
            return [Row(name, scenario, 0.0)] if any(s.scenario == scenario for s in self.steps) else []
        shown = next((step for step in clean if step.rate == SHOWN_RATE), clean[-1])
        row = Row(
            name,
            scenario,
            float(clean[-1].rate),
            shown.cpu_ms,
            shown.setup_ms_p50,
            shown.setup_ms_p95,
            shown.setup_ms_p99,
            self.kib_per_held_call if scenario == SILENT else None,
        )
        beside = Row(f"{name}'s PostgreSQL", scenario, cpu_ms_per_call=shown.beside_cpu_ms)
        return [row, beside] if shown.beside_cpu_ms else [row]


def measure_step(system: System, exchange: Exchange, scenario: str, rate: int, seconds: float) -> Step:
    """One rate, tried again when it is not clean."""
    load = Load(int(rate * seconds), rate, TALK[scenario], sound=scenario == SOUND)
    for _ in range(TRIES):
        system.settle()
        before, beside = cpu_seconds(system.pids()), cpu_seconds(system.beside())
        outcome = exchange.measure(system.target, load)
        system.settle()
        spent = cpu_seconds(system.pids()) - before, cpu_seconds(system.beside()) - beside
        if outcome.is_clean:
            break
    return _step(scenario, rate, outcome, *spent)


def _step(scenario: str, rate: int, outcome: Outcome, cpu: float, beside: float) -> Step:
    return Step(
        scenario=scenario,
        rate=rate,
        calls=outcome.calls,
        good=outcome.good,
        retransmissions=outcome.retransmissions,
        clean=outcome.is_clean,
        cpu_ms=round(cpu * 1000 / max(outcome.good, 1), 2),
        beside_cpu_ms=round(beside * 1000 / max(outcome.good, 1), 2),
        setup_ms_p50=outcome.setup_ms(0.5),
        setup_ms_p95=outcome.setup_ms(0.95),
        setup_ms_p99=outcome.setup_ms(0.99),
    )


def measure_held(system: System, exchange: Exchange, calls: int) -> float:
    """KiB that a call takes while people talk. To be measured first: memory once taken is kept."""
    exchange.measure(system.target, WARM_UP)
    system.settle()
    before = memory_kib(system.pids())
    with exchange.calling(system.target, Load(calls, rate=50, hold=calls / 50 + 4)) as caller:
        deadline = time.monotonic() + calls / 50 + 3
        while caller.held() < calls and time.monotonic() < deadline:
            time.sleep(0.1)
        held, after = caller.held(), memory_kib(system.pids())
        caller.outcome()
    return round((after - before) / max(held, 1), 1)


def compare(running: Sequence[System], exchange: Exchange, effort: Effort) -> dict[str, Report]:
    """Measure all systems rate by rate, so that what disturbs one disturbs the others.

    One that fails is measured no further.
    """
    reports = {system.name: Report(measure_held(system, exchange, effort.held)) for system in running}
    print(_HEADINGS)
    left = list(running)
    for rate in effort.rates[SILENT]:
        for system in list(left):
            step = measure_step(system, exchange, SILENT, rate, effort.seconds[SILENT])
            reports[system.name].steps.append(step)
            print(f"{system.name:9} {step}", flush=True)
            if not step.clean:
                left.remove(system)
    return reports


def measure_sound(service: Vaxeln, exchange: Exchange, effort: Effort) -> list[Step]:
    """Calls with sound through the service: the others' sound goes past them."""
    steps = []
    print(f"with sound, {TALK[SOUND]:g} s a call")
    for rate in effort.rates[SOUND]:
        before = service.sound_packets()
        step = measure_step(service, exchange, SOUND, rate, effort.seconds[SOUND])
        packets = (service.sound_packets() - before) / max(step.good, 1)
        print(f"{service.name:9} {step}  {packets:.0f} packets a call", flush=True)
        steps.append(step)
    return steps


def bars(ours: Report) -> tuple[Bar, ...]:
    """What is asked of the service."""
    silent, sound = ours.clean(SILENT), ours.clean(SOUND)
    at_bar = next((step.cpu_ms for step in silent if step.rate == BAR_CALLS_A_SECOND), float("inf"))
    carried = sound[-1].rate * TALK[SOUND] if sound else 0.0
    cores = sound[-1].rate * sound[-1].cpu_ms / 1000 if sound else 0.0
    return (
        Bar(f"ms of the service's CPU a call, at {BAR_CALLS_A_SECOND} calls/s", at_bar, BAR_CPU_MS),
        Bar(
            "clean calls a second",
            max((s.rate for s in silent), default=0),
            BAR_CALLS_A_SECOND,
            at_least=True,
        ),
        Bar("KiB a held call", ours.kib_per_held_call, BAR_KIB),
        Bar(
            "calls with sound at once on one core, the whole service",
            carried / max(cores, 1.0),
            BAR_WITH_SOUND,
            at_least=True,
        ),
    )


def _print_ratios(reports: Mapping[str, Report]) -> None:
    """At every rate that both carried: the one figure that a busy machine does not spoil."""
    theirs = {
        name: {step.rate: step.cpu_ms for step in report.clean(SILENT)} for name, report in reports.items()
    }
    ours = theirs.pop("vaxeln")
    for name, costs in theirs.items():
        ratios = [f"{ours[rate] / cost:.2f} at {rate}/s" for rate, cost in costs.items() if rate in ours]
        print(f"a call takes, of {name}'s CPU, {', '.join(ratios)}")


def run(quick: bool) -> Findings:
    """Start every system that can be had, measure, end them."""
    if shutil.which("sipp") is None:
        print("sipp is not installed (Debian: apt-get install sip-tester)")
        return Findings(bars(Report()))
    effort = QUICK if quick else THOROUGH
    BUILD.mkdir(exist_ok=True)
    network = Loopback.take()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD.resolve())))
        folder.chmod(0o755)  # as root, PostgreSQL runs as another user, who has to get to its data
        exchange = Exchange(network, folder, NUMBERS)
        running: dict[str, System] = {}
        for place, (name, start) in enumerate(SYSTEMS.items(), 10):
            try:
                running[name] = stack.enter_context(start(folder / name, network.host(place), exchange))
            except NotInstalled as reason:
                print(f"{name} is left out: {reason}")
        print(f"{PEOPLE} people; calls of {TALK[SILENT]:g} s, {effort.seconds[SILENT]:g} s a rate")
        reports = compare(list(running.values()), exchange, effort)
        ours, service = reports["vaxeln"], running["vaxeln"]
        assert isinstance(service, Vaxeln)
        ours.steps += measure_sound(service, exchange, effort)
    _print_ratios(reports)
    rows = [row for name, report in reports.items() for s in (SILENT, SOUND) for row in report.rows(name, s)]
    return Findings(bars(ours), tuple(rows), {name: asdict(report) for name, report in reports.items()})
