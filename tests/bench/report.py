"""What a bench has to say: rows of calls, bars with what was reached, figures of its own; and
build/bench.json, which holds it all."""

import json
import os
import platform
import sysconfig
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = Path("build", "bench.json")


@dataclass(frozen=True, slots=True)
class Row:
    """Calls through one system. None is what was not measured. Times are from INVITE to 180."""

    system: str
    scenario: str
    clean_calls_per_s: float | None = None
    cpu_ms_per_call: float | None = None
    setup_ms_p50: float | None = None
    setup_ms_p95: float | None = None
    setup_ms_p99: float | None = None
    kib_per_held_call: float | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """What was reached, beside what is asked for: at most `limit`, or `at_least`."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def is_reached(self) -> bool:
        """Whether it is good enough."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        verdict = "" if self.is_reached else "MISSED: "
        bound = "at least" if self.at_least else "at most"
        return f"{verdict}{self.name}: {self.value:.4g} (bar: {bound} {self.limit:g})"


@dataclass(frozen=True, slots=True)
class Findings:
    """What one bench found. `figures` are as JSON."""

    bars: tuple[Bar, ...] = ()
    rows: tuple[Row, ...] = ()
    figures: dict[str, object] = field(default_factory=dict)


def table(rows: Iterable[Row]) -> str:
    """The rows for people."""
    lines = [
        f"{'':19} {'':13} {'clean':>7} {'CPU ms':>7} {'setup ms':>9} {'':>7} {'':>7} {'KiB a':>9}",
        f"{'':19} {'':13} {'calls/s':>7} {'a call':>7} {'p50':>9} {'p95':>7} {'p99':>7} {'held call':>9}",
    ]
    for row in rows:
        system, scenario, clean, cpu, p50, p95, p99, held = (_shown(value) for value in asdict(row).values())
        lines.append(f"{system:19} {scenario:13} {clean:>7} {cpu:>7} {p50:>9} {p95:>7} {p99:>7} {held:>9}")
    return "\n".join(lines)


def is_optimised() -> bool:
    """Whether this Python was built with profile-guided optimisation: without it everything takes longer."""
    return "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))


def _shown(value: object) -> str:
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def write(parts: dict[str, Findings], file: Path = FILE) -> None:
    """Keep everything as JSON."""
    document = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "python_is_optimised": is_optimised(),
            "kernel": platform.release(),
        },
        "rows": [asdict(row) for part in parts.values() for row in part.rows],
        "bars": [
            asdict(bar) | {"is_reached": bar.is_reached} for part in parts.values() for bar in part.bars
        ],
        "parts": {name: part.figures for name, part in parts.items()},
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    print(f"written to {file}")
