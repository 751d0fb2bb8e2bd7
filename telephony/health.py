"""How a service is, for those who watch over it (`admin.ports.Health`)."""

from collections.abc import Callable
from dataclasses import dataclass

from telephony.archive.journal import Journal
from telephony.archive.status import ArchiveStatus
from telephony.call.facts import Fact
from telephony.switchboard import Switchboard


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """Asked of the parts of a service. `takes_calls` from its start on, `is_draining` when it was told to
    stop; `text` gives the figures."""

    journal: Journal[Fact]
    switchboard: Switchboard
    archive: Callable[[], ArchiveStatus]
    takes_calls: Callable[[], bool]
    is_draining: Callable[[], bool]
    text: Callable[[], bytes]

    @property
    def status(self) -> str:
        """`ok`, `draining`, or `failing`: facts do not get on disk."""
        return "failing" if self.journal.failing else "draining" if self.is_draining() else "ok"

    def health(self) -> dict[str, object]:
        """The object of /healthz."""
        house = self.switchboard.house
        return {
            "status": self.status,
            "calls": self.switchboard.live_calls,
            "registered_phones": len(house.registrations()),
            "plan_version": house.plan_version,
            "journal": {"position": self.journal.position, "failing": self.journal.failing},
            "database": self.archive().to_json(),
        }

    def readiness(self) -> dict[str, object]:
        """The object of /readyz. A journal that fails is no reason not to take calls, nor a database that is
        away."""
        return {
            "status": "draining" if self.is_draining() else "ready" if self.takes_calls() else "starting",
            "plan_version": self.switchboard.house.plan_version,
            "database": self.archive().to_json()["state"],
        }

    def metrics_text(self) -> bytes:
        """The figures in Prometheus' text format."""
        return self.text()
