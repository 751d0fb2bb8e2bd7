"""The demonstration's end: the call log from the database, the figures, and whether they agree with what the
journal says."""

import re
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from routing.hours import STOCKHOLM
from telephony.admin.errors import ServiceRefused
from telephony.admin.views import CallView
from telephony.call.record import Record
from telephony.cli_calls import DATABASE_AWAY, read_log
from telephony.cli_remote import Place, ask
from telephony.demo.judging import Check
from telephony.demo.running import ServiceFailed

SHIPPING_SECONDS = 20.0
"""How long the log may take to have every call: it has them at once, but the database of a slow machine may
still be starting."""

_SHOWN = (
    "vaxeln_calls_total",
    "vaxeln_turned_away_total",
    "vaxeln_abandoned_total",
    "vaxeln_answer_seconds_count",
    "vaxeln_rtp_packets_total",
    "vaxeln_journal_position",
)
"""The figures that a newcomer is shown; there are many more."""

_MOST = 100  # calls; the demonstration makes six
_LOOK = 0.2  # seconds between two looks at the log
_PATIENCE = 10.0  # seconds for a scrape, which takes milliseconds
_CALLS = re.compile(r'vaxeln_calls_total\{number="([^"]*)",outcome="([^"]*)"\}')

_ROWS = TypeAdapter(list[CallView])

Samples = Mapping[str, float]
"""Values by name and labels, as they stand in Prometheus' text format."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that is another than before."""

    sample: str
    before: float
    after: float

    def __str__(self) -> str:
        return f"{self.sample}  {self.before:g} -> {self.after:g}"


def scrape(url: str) -> Samples:
    """The figures now, as Prometheus would fetch them. Raises ServiceFailed."""
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as response:
            text = response.read().decode("utf-8")
    except OSError as error:
        raise ServiceFailed(f"no figures at {url}: {error}") from error
    return samples(text)


def samples(text: str) -> Samples:
    """What stands in Prometheus' text format."""
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def moved(before: Samples, after: Samples) -> list[Moved]:
    """The figures that a newcomer is shown, where they have moved."""
    return [
        Moved(sample, before.get(sample, 0.0), value)
        for sample, value in after.items()
        if sample.partition("{")[0] in _SHOWN and value != before.get(sample, 0.0)
    ]


def call_log(data: Path, calls: int) -> list[CallView]:
    """The calls in the database, by the API, in the order in which they arrived; when there are so many, or
    else what there is after `SHIPPING_SECONDS`. Raises ServiceAway and ServiceRefused.
    """
    deadline = time.monotonic() + SHIPPING_SECONDS
    while True:
        is_late = time.monotonic() > deadline
        try:
            found = _ROWS.validate_python(
                _ended(ask(Place(data), lambda client: read_log(client, {}, _MOST)))
            )
            if len(found) >= calls or is_late:
                return found
        except ServiceRefused as refused:
            if refused.status != DATABASE_AWAY or is_late:
                raise
        time.sleep(_LOOK)


def row_lines(rows: Iterable[CallView], names: Mapping[str, str]) -> Iterator[str]:
    """One line a call."""
    for row in rows:
        outcome = (row.outcome or "in progress").replace("_", " ")
        who = names.get(row.answered_by, row.answered_by) or "-"
        times = f"waited {_seconds(row.waiting_seconds)}, talked {_seconds(row.talk_seconds)}"
        yield f"{_clock(row.arrived_at)}  {row.caller}  {row.function:14} {outcome:10} {who:12} {times}"


def log_check(rows: Sequence[CallView], records: Sequence[Record]) -> Check:
    """Whether the database tells of the calls what the journal tells."""
    stored = [(row.id, row.outcome, row.answered_by, row.talk_seconds) for row in rows]
    journalled = [(r.id, r.outcome, r.answered_by, r.talk_seconds) for r in records]
    return Check(
        f"the database has the journal's {len(records)} calls, and says the same of them",
        bool(rows) and stored == journalled,
        f"{len(rows)} calls, {len(set(stored) & set(journalled))} of them the same",
    )


def figures_check(rows: Iterable[CallView], before: Samples, after: Samples) -> Check:
    """Whether the figures have counted the calls of the log."""
    logged = Counter((row.number, str(row.outcome)) for row in rows)
    counted = {
        (found[1], found[2]): int(value - before.get(sample, 0.0))
        for sample, value in after.items()
        if (found := _CALLS.fullmatch(sample)) and value != before.get(sample, 0.0)
    }
    return Check(
        "the figures have counted each of them, by number and outcome",
        bool(counted) and counted == logged,
        f"{sum(counted.values())} counted, {logged.total()} in the log",
    )


def _ended(calls: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return [call for call in calls if call["outcome"] is not None]


def _clock(at: datetime) -> str:
    return f"{at.astimezone(STOCKHOLM):%H:%M:%S}"


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f} s"
