"""What a scrape of /metrics costs with 1,000 numbers.

The service stands still while it writes the figures, so this is also how late sound may be. Every number has
had calls of every outcome, so that it has all the series it can have; between two scrapes there are as many
calls as 100 a second for 15 s. CPU time, because machines are shared. The first scrape is not counted: it
puts the words of all series together, once. The bar is for 95 % of them.
"""

import gc
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from routing.compile import compile_plan
from routing.decision import Decision, Kind, Origin, Target
from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.archive.status import ArchiveStatus
from telephony.call import facts as f
from telephony.call.house import House
from telephony.call.registry import FACTS
from telephony.figures import Figures, Sources
from telephony.legs.refusals import Refusals
from telephony.media.counters import Counters
from telephony.sip.counts import Counts
from tests.bench.bench_decide import large_plan
from tests.bench.report import Bar, Findings
from tests.support.calls import registered

NUMBERS, PEOPLE, REGISTERED = 1_000, 5_000, 1_000
LIVE = 300
CALLS_BETWEEN = 1_500
SCRAPES, QUICK_SCRAPES = 100, 20
BAR_MS = 20.0
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


class Service:
    """The figures of a service of this size, without its sockets."""

    def __init__(self, folder: Path) -> None:
        tables = compile_plan(large_plan(NUMBERS, PEOPLE))
        self.figures, self.house = Figures(tables), House()
        self.numbers = list(tables.numbers)
        self.journal: Journal[f.Fact] = Journal.open(folder, Codec(FACTS), report=lambda finding: None)
        self.instruments, self.observer = self.figures.instruments, self.figures.observer
        self._made = 0
        sources = Sources(
            house=self.house,
            now=lambda: NOW,
            blocked_plan=lambda: 0,
            sip=Counts(),
            dialogs=lambda: LIVE,
            refusals=Refusals(),
            send_errors=lambda: 0,
            unconfirmed_names=lambda: 0,
            rtp=Counters(),
            journal=self.journal,
            archive=lambda: ArchiveStatus(True, True, 0, 0, 0.0, 0, ""),
            members=lambda: {(group, "available"): 1 for group in tables.groups},
            told={},
        )
        self.figures.show(sources)
        for index in range(REGISTERED):
            self.house.evolve(registered(f"phone{index}"))

    def look(self) -> None:
        """Two looks of the housekeeping, so that there is time to count."""
        for second in (0.0, 1.0):
            self.figures.look(self.house, NOW, second, second)

    def call(self, outcome: f.Outcome | None) -> None:
        """One call; without an outcome it goes on waiting."""
        call, at = str(self._made), NOW - timedelta(seconds=self._made % 40)
        number = self.numbers[self._made % NUMBERS]
        self._made += 1
        turned_away = outcome in (f.Outcome.CLOSED, f.Outcome.BUSY, f.Outcome.NOBODY_THERE)
        decision = Decision(
            kind=Kind.REJECT if turned_away else Kind.RING,
            number=number,
            outcome=str(outcome) if turned_away else "",
            targets=() if turned_away else (Target("person1", phone="phone1"),),
        )
        self.observer.observe(
            f.CallArrived(
                at=at, call=call, leg=f"{call}.0", origin=Origin.TRUNK, origin_name="operator", caller=None,
                dialled=number, sip_call_id=call,
            )
        )  # fmt: skip
        self.observer.observe(f.RouteDecided(at=at, call=call, decision=decision, talk_limit=0.0))
        if outcome is f.Outcome.ANSWERED:
            self.observer.observe(f.CallConnected(at=NOW, call=call, leg=f"{call}.1", member="person1"))
        if outcome is not None:
            self.observer.observe(f.CallEnded(at=NOW, call=call, outcome=outcome, ended_by=f.EndedBy.CALLER))


def measure(service: Service, scrapes: int) -> list[float]:
    """The milliseconds of each scrape, sorted."""
    for outcome in [*f.Outcome, f.Outcome.ABANDONED]:
        for _ in range(NUMBERS):
            service.call(outcome)
    for _ in range(LIVE):
        service.call(None)
    service.instruments.text()
    service.look()
    costs = []
    for _ in range(scrapes):
        for _ in range(CALLS_BETWEEN):
            service.call(f.Outcome.ANSWERED)
        gc.collect()  # the calls above leave more than the service's do: their rubbish is not the scrape's
        start = time.process_time()
        service.instruments.text()
        costs.append((time.process_time() - start) * 1e3)
    return sorted(costs)


def run(quick: bool) -> Findings:
    """Measure scrapes between calls."""
    with tempfile.TemporaryDirectory(prefix="scrape-") as folder:
        service = Service(Path(folder, "journal"))
        costs = measure(service, QUICK_SCRAPES if quick else SCRAPES)
        text = service.instruments.text()
        service.journal.close()
    p50, p95, p99 = statistics.median(costs), costs[len(costs) * 95 // 100], costs[len(costs) * 99 // 100]
    print(
        f"scrape of {NUMBERS} numbers, {text.count(10)} lines, {len(text) / 1024:.0f} KiB: "
        f"CPU median {p50:.1f} ms, 95 % {p95:.1f} ms, 99 % {p99:.1f} ms"
    )
    figures: dict[str, object] = {
        "cpu_ms_p50": p50,
        "cpu_ms_p95": p95,
        "cpu_ms_p99": p99,
        "lines": text.count(10),
    }
    return Findings((Bar(f"a scrape of {NUMBERS} numbers, 95 %, CPU ms", p95, BAR_MS),), figures=figures)
