"""The running service as the HTTP side sees it."""

from typing import Protocol


class Health(Protocol):
    """Whether the service does its work."""

    def health(self) -> dict[str, object]:
        """The object of /healthz: `status` is `ok`, `draining` or `failing`, and what it is made of."""

    def metrics_text(self) -> bytes:
        """The figures in Prometheus' text format."""
