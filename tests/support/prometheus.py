"""Runs a Prometheus that scrapes one service, and asks it as a dashboard would."""

import json
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType

from tests.support.eventually import eventually
from tests.support.peers import require_peer

START_SECONDS = 20.0
ANSWER_SECONDS = 10.0

_CONFIG = """
global:
  scrape_interval: 200ms
  scrape_timeout: 200ms
scrape_configs:
  - job_name: vaxeln
    static_configs:
      - targets: ["{target}"]
"""

Sample = tuple[str, ...]


class Prometheus:
    """One Prometheus that listens at `host` and scrapes `target` (HOST:PORT). As a context it runs within."""

    def __init__(self, folder: Path, host: str, target: str) -> None:
        program = require_peer("prometheus")
        folder.mkdir(parents=True)
        (folder / "prometheus.yml").write_text(_CONFIG.format(target=target), "utf-8")
        self._log = folder / "prometheus.log"
        with socket.socket() as probe:
            probe.bind((host, 0))
            self._address = f"{host}:{probe.getsockname()[1]}"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program,
                    f"--config.file={folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={folder / 'data'}",
                    f"--web.listen-address={self._address}",
                    "--log.level=warn",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )

    def __enter__(self) -> "Prometheus":
        eventually(self._is_up, "Prometheus has scraped the service", START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        sys.stderr.write(f"Prometheus' log:\n{self._log.read_text('utf-8', 'replace')}\n")

    def query(self, expression: str, *labels: str) -> dict[Sample, float]:
        """What the expression gives now, by the values of these labels."""
        where = f"http://{self._address}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
        with urllib.request.urlopen(where, timeout=ANSWER_SECONDS) as answer:
            result = json.load(answer)["data"]["result"]
        return {
            tuple(sample["metric"].get(label, "") for label in labels): float(sample["value"][1])
            for sample in result
        }

    def value(self, expression: str) -> float:
        """The only number that the expression gives; 0 when it gives none, as a sum over no series."""
        return self.query(expression).get((), 0.0)

    def _is_up(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError(f"Prometheus ended: {self._log.read_text('utf-8', 'replace')}")
        try:
            return self.value("sum(up)") == 1.0
        except OSError:
            return False


def exposition(target: str) -> bytes:
    """What the service at HOST:PORT shows."""
    with urllib.request.urlopen(f"http://{target}/metrics", timeout=ANSWER_SECONDS) as answer:
        body: bytes = answer.read()
    return body


def complaints(text: bytes) -> str:
    """What `promtool check metrics` finds wrong with an exposition; "" for nothing."""
    program = require_peer("promtool")
    done = subprocess.run(
        [program, "check", "metrics"], input=text, capture_output=True, timeout=ANSWER_SECONDS
    )
    return (done.stdout + done.stderr).decode("utf-8", "replace").strip()
