"""What those who watch over a service are told, in each of its states."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.archive.status import ArchiveStatus
from telephony.archive.store import Disk
from telephony.call.facts import Fact
from telephony.call.house_facts import PlanLoaded
from telephony.call.registry import FACTS
from telephony.health import ServiceHealth
from telephony.switchboard import Switchboard
from tests.support.calls import NOON, arrive, registered
from tests.support.plans import MAIN, tables_of


@dataclass
class Watched:
    """A service that can be put into any state."""

    folder: Path
    disk: Disk = field(default_factory=Disk)
    started: bool = True
    stopping: bool = False
    archive: ArchiveStatus = field(
        default_factory=lambda: ArchiveStatus(True, False, None, None, 3.0, 0, "x")
    )

    def __post_init__(self) -> None:
        self.journal: Journal[Fact] = Journal.open(
            self.folder / "journal", Codec(FACTS), report=lambda _: None, disk=self.disk
        )
        self.switchboard = Switchboard(self.journal, tables_of(4), talk_limit=0.0)
        self.health = ServiceHealth(
            self.journal,
            self.switchboard,
            lambda: self.archive,
            takes_calls=lambda: self.started,
            is_draining=lambda: self.stopping,
            text=lambda: b"figures",
        )


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_a_service_that_works(watched: Watched) -> None:
    watched.switchboard.record([PlanLoaded(at=NOON, version=4, digest="d"), registered("kc1")])
    watched.switchboard.receive(arrive(dialled=MAIN), NOON)

    health = watched.health.health()

    assert health["database"] == watched.archive.to_json()
    assert {name: health[name] for name in ("status", "calls", "registered_phones", "plan_version")} == {
        "status": "ok",
        "calls": 1,
        "registered_phones": 1,
        "plan_version": 4,
    }
    assert watched.health.readiness() == {"status": "ready", "plan_version": 4, "database": "away"}
    assert watched.health.metrics_text() == b"figures"


def test_it_is_ready_from_its_start_until_it_is_told_to_stop(watched: Watched) -> None:
    watched.started = False
    assert watched.health.readiness()["status"] == "starting"
    watched.stopping = True
    assert (watched.health.readiness()["status"], watched.health.status) == ("draining", "draining")


def test_a_disk_that_takes_nothing_is_a_failure_and_no_reason_not_to_take_calls(tmp_path: Path) -> None:
    def refuse(fd: int, octets: bytes | memoryview) -> int:
        raise OSError(28, "No space left on device")

    watched = Watched(tmp_path, Disk(write=refuse))
    watched.switchboard.record([PlanLoaded(at=NOON, version=4, digest="d")])

    assert watched.health.status == "failing"
    assert watched.health.readiness()["status"] == "ready"
