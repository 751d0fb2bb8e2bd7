"""The instruments, in a registry of their own. Labels come from the plan and are bounded."""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class OpenNumbers(Collector):
    """`open` per number, asked of routing at each scrape: the same function that decides calls."""

    def __init__(self, states: Callable[[], Mapping[str, bool]]) -> None:
        self._states = states

    def collect(self) -> Iterable[Metric]:
        """One gauge, 1 open and 0 closed."""
        family = GaugeMetricFamily(
            "vaxeln_open", "Whether a number is open now (1) or closed (0).", labels=["number"]
        )
        for number, is_open in self._states().items():
            family.add_metric([number], float(is_open))
        yield family


class Instruments:
    """What is counted and shown. `states` gives open or closed for every number of the plan, now."""

    def __init__(self, states: Callable[[], Mapping[str, bool]]) -> None:
        self.registry = CollectorRegistry()
        self.calls = Counter(
            "vaxeln_calls",
            "Calls by number reached and outcome.",
            ["number", "outcome"],
            registry=self.registry,
        )
        self.in_progress = Gauge(
            "vaxeln_calls_in_progress", "Calls that have no outcome yet.", registry=self.registry
        )
        self.registry.register(OpenNumbers(states))

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show something that is no fact: `value` is asked at each scrape."""
        Gauge(name, meaning, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        """The exposition in Prometheus' text format."""
        return generate_latest(self.registry)
