"""What is counted and shown, all in one place. Labels come from the plan and are bounded."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from metrics.exposition import About, Counter, Histogram, Key, Kind, Metric, Shown, Values
from metrics.key_figures import THRESHOLD_SECONDS

M = TypeVar("M", bound=Metric)

WAIT_BOUNDS = (5.0, 10.0, 15.0, THRESHOLD_SECONDS, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds: three signals are 15, the usual service levels speak of 20, and few wait ten minutes."""

TALK_BOUNDS = (30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
"""Seconds: a question to a municipality takes minutes."""

LAG_BOUNDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Seconds: sound comes each 20 ms, and a phone repeats what is not answered within 500 ms."""

JITTER_BOUNDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
"""Seconds: a phone's buffer takes 40 to 60 ms; more than 30 is heard sooner or later."""

LOSS_BOUNDS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1)
"""Share of packets: 1 % is heard in G.711, 5 % is a complaint."""

ROUND_TRIP_BOUNDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.6, 1.0)
"""Seconds: ITU-T G.114 wants 150 ms each way at most."""


class Instruments:
    """The instruments of one service, in a registry of their own."""

    def __init__(self) -> None:
        self._metrics: dict[str, Metric] = {}
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        counter, histogram = self._counter, self._histogram
        self.calls = counter(
            "vaxeln_calls_total", "Calls by number reached and outcome.", "number", "outcome"
        )
        self.turned_away = counter(
            "vaxeln_turned_away_total",
            "Calls that were sent to an announcement or refused, by number where, and why.",
            *("number", "reason"),
        )
        self.abandoned = counter(
            "vaxeln_abandoned_total",
            f"Calls whose caller gave up: short is within {THRESHOLD_SECONDS:g} s, late after.",
            *("number", "when"),
        )
        self.menu_keys = counter(
            "vaxeln_menu_keys_total",
            "How callers left a menu: by which key, by none, or because it could not be played.",
            *("menu", "key"),
        )
        self.queue_left = counter(
            "vaxeln_queue_left_total",
            "Callers who left a queue: answered, pressed (a key that leads out), callback, left (hung up), "
            "too_long, closing, unstaffed (the last member has gone), or ended (by the service).",
            *("group", "why"),
        )
        self.queue_wait = histogram(
            "vaxeln_queue_wait_seconds", "How long callers were in a queue.", WAIT_BOUNDS, "group"
        )
        self.callbacks = counter(
            "vaxeln_callbacks_total",
            "Callers of a queue who were promised to be called back, who were (kept), and those who were not "
            "reached and are somebody's duty (owed).",
            *("group", "what"),
        )
        self.offers_missed = counter(
            "vaxeln_offers_missed_total",
            "Calls of a queue that a member did not take: ring_time, declined, unreachable or forwarded.",
            *("group", "why"),
        )
        self.repairs = counter(
            "vaxeln_state_repairs_total",
            "States put right that disagreed with phones and calls: each is a fault of ours.",
            "kind",
        )
        self.answer = histogram(
            "vaxeln_answer_seconds", "From a call's arrival to a person's answer.", WAIT_BOUNDS, "number"
        )
        self.abandon = histogram(
            "vaxeln_abandon_seconds",
            "From a call's arrival until its caller gave up, but for 112.",
            WAIT_BOUNDS,
        )
        self.ring = histogram(
            "vaxeln_ring_seconds",
            "From the first phone that rang to the answer, or the end without one, but for 112.",
            WAIT_BOUNDS,
        )
        self.talk = histogram(
            "vaxeln_talk_seconds",
            "How long a person and the caller were connected, but for 112.",
            TALK_BOUNDS,
        )
        self.open_time = counter(
            "vaxeln_open_seconds_total", "How long a number that a group answers was open.", "number"
        )
        self.unattended = counter(
            "vaxeln_unattended_seconds_total",
            "How much of this nobody could have answered: all absent, those there busy, or unproven.",
            *("number", "why"),
        )
        self.sound_jitter = histogram(
            "vaxeln_sound_jitter_seconds",
            "Jitter of the sound from a leg, as it came to us, on average until its end.",
            JITTER_BOUNDS,
        )
        self.sound_loss = histogram(
            "vaxeln_sound_lost_ratio", "Share of the packets of a leg that did not come.", LOSS_BOUNDS
        )
        self.sound_round_trip = histogram(
            "vaxeln_sound_round_trip_seconds",
            "To a leg's far end and back, by its RTCP reports, on average until its end.",
            ROUND_TRIP_BOUNDS,
        )
        self.loop_lag = histogram(
            "vaxeln_loop_lag_seconds", "How late the event loop came to what is due each second.", LAG_BOUNDS
        )

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show one number that is no fact: `value` is asked at each scrape. `..._total` is a counter."""
        self._add(Shown(About(name, _kind(name), meaning), lambda: {(): value()}))

    def watch_each(
        self, labels: Values, name: str, meaning: str, values: Callable[[], Mapping[Key, float]]
    ) -> None:
        """Show a number for each value of a label, or of several, which must be a bounded set."""
        self._add(Shown(About(name, _kind(name), meaning, labels), values))

    def text(self) -> bytes:
        """The exposition in Prometheus' text format."""
        parts: list[str] = []
        for metric in self._metrics.values():
            parts.append(metric.about.heading())
            parts += metric.lines()
        return "".join(parts).encode() + generate_latest(self._process)

    def table(self) -> str:
        """Every metric as a Markdown table, for the README."""
        shown = [metric.about for metric in self._metrics.values()]
        for family in self._process.collect():  # which leaves the ending of a counter to its samples
            name = f"{family.name}_total" if family.type == Kind.COUNTER else family.name
            shown.append(About(name, Kind(family.type), family.documentation))
        rows = [("Metric", "Kind", "Labels", "Meaning"), ("---",) * 4]
        rows += [
            (
                f"`{about.name}`",
                about.kind.value,
                ", ".join(f"`{label}`" for label in about.labels),
                about.meaning,
            )
            for about in shown
        ]
        return "".join(f"| {' | '.join(row)} |\n" for row in rows)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return self._add(Counter(name, meaning, *labels))

    def _histogram(self, name: str, meaning: str, bounds: Sequence[float], *labels: str) -> Histogram:
        return self._add(Histogram(name, meaning, bounds, *labels))

    def _add(self, metric: M) -> M:
        if metric.about.name in self._metrics:
            raise ValueError(f"there is a metric {metric.about.name} already")
        self._metrics[metric.about.name] = metric
        return metric


def _kind(name: str) -> Kind:
    return Kind.COUNTER if name.endswith("_total") else Kind.GAUGE
