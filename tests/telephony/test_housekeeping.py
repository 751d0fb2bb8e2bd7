import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.archive.store import Disk
from telephony.call.facts import Fact
from telephony.call.house_facts import DrainStarted
from telephony.call.registry import FACTS
from telephony.clock import Clock
from telephony.housekeeping import Housekeeper, Reloadable
from telephony.legs.refusals import NotLetIn, Refusals, Why
from telephony.secrets import PhoneSecrets
from telephony.tokens import Role, Tokens
from tests.support.switchboard import EPOCH


class Machine:
    """A machine whose clock and disk do what the test says."""

    def __init__(self, folder: Path) -> None:
        self.wall = 1000.0
        self.disk_is_full = False
        self.steps: list[float] = []
        self.refusals = Refusals()
        self.secrets = PhoneSecrets(folder / "secrets")
        self.journal: Journal[Fact] = Journal.open(
            folder / "journal", Codec(FACTS), report=lambda finding: None, disk=Disk(write=self._write)
        )
        self._passed = 0.0
        clock = Clock(lambda: self.wall, lambda: self._passed)
        self.tokens = Tokens(folder / "secrets")
        files: dict[str, Reloadable] = {"passwords": self.secrets, "tokens": self.tokens}
        self.holidays_known = {"kontorstid": 400, "alltid": 400}
        self._housekeeper = Housekeeper(
            clock, self.journal, files, self.steps.append, self.refusals, lambda now: self.holidays_known
        )

    def _write(self, fd: int, data: bytes | memoryview) -> int:
        if self.disk_is_full:
            raise OSError(28, "No space left on device")
        return os.write(fd, data)

    def look(self) -> list[str]:
        """What is logged by one look."""
        with capture_logs() as events:
            self._housekeeper.look()
        return [str(event["event"]) for event in events]

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on."""
        self.wall += seconds
        self._passed += seconds

    def look_twice(self) -> None:
        """As the service does, second after second."""
        self._housekeeper.look()
        self._housekeeper.look()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_new_is_nothing_said(machine: Machine) -> None:
    assert machine.look() == []
    assert machine.steps == []
    machine.journal.close()


def test_a_step_of_the_clock_is_told_once(machine: Machine) -> None:
    machine.wall += 3600.0

    machine.look()
    machine.look()

    assert machine.steps == [3600.0]
    machine.journal.close()


def test_a_full_disk_is_told_once_and_its_end_too(machine: Machine) -> None:
    machine.disk_is_full = True
    machine.journal.append([DrainStarted(at=EPOCH)])

    assert machine.look() == ["journal_failing"]
    assert machine.look() == []
    machine.disk_is_full = False
    assert machine.look() == ["journal_works_again"]
    assert [position for position, _ in machine.journal.read()] == [1]
    machine.journal.close()


def test_a_new_password_is_taken_up(machine: Machine, tmp_path: Path) -> None:
    PhoneSecrets(tmp_path / "secrets").set_password("kc1", "vaxeln", "correct horse")

    assert machine.look() == ["passwords_reloaded"]
    assert machine.secrets.ha1("kc1", "MD5") is not None
    machine.journal.close()


def test_a_new_token_is_taken_up(machine: Machine, tmp_path: Path) -> None:
    token = Tokens(tmp_path / "secrets").create("anna", Role.READER, EPOCH)

    assert machine.look() == ["tokens_reloaded"]
    assert machine.tokens.find(token, EPOCH) == ("anna", Role.READER)
    machine.journal.close()


def test_damaged_passwords_are_told_once_and_the_old_ones_stay(machine: Machine, tmp_path: Path) -> None:
    machine.secrets.set_password("kc1", "vaxeln", "correct horse")
    (tmp_path / "secrets" / "phones.json").write_text("{", "utf-8")

    assert machine.look() == ["passwords_unusable"]
    assert machine.look() == []
    assert machine.secrets.ha1("kc1", "MD5") is not None
    machine.journal.close()


def test_who_was_not_let_in_is_told_once_and_a_stranger_who_wants_112_is_critical(machine: Machine) -> None:
    for _ in range(3):
        machine.refusals.note(NotLetIn(Why.CREDENTIALS, "REGISTER", "192.0.2.9", "kc1"))
    machine.refusals.note(NotLetIn(Why.EMERGENCY, "INVITE", "192.0.2.66"))

    with capture_logs() as log:
        machine.look_twice()

    assert [(line["event"], line["log_level"], line["account"], line["times"]) for line in log] == [
        ("not_let_in", "warning", "kc1", 3),
        ("not_let_in", "critical", "", 1),
    ]
    machine.journal.close()


def test_holidays_that_are_soon_unknown_are_told_once_a_day_and_by_name(machine: Machine) -> None:
    machine.holidays_known["kontorstid"] = 90
    assert machine.look() == []

    machine.holidays_known["kontorstid"] = 89
    with capture_logs() as events:
        machine.look_twice()
    (line,) = events
    assert (line["event"], line["log_level"]) == ("holidays_unknown", "critical")
    assert (line["calendars"], line["more"], line["known_days"]) == (["kontorstid"], 0, 89)

    machine.pass_time(24 * 3600)
    assert machine.look() == ["holidays_unknown"]


def test_a_plan_that_loses_more_holidays_is_told_at_once_and_one_that_has_them_not(machine: Machine) -> None:
    machine.holidays_known = {f"calendar{number}": 0 for number in range(25)}
    with capture_logs() as events:
        machine.look_twice()
    (line,) = events
    assert (len(line["calendars"]), line["more"], line["known_days"]) == (20, 5, 0)

    machine.holidays_known = {"alltid": 400}
    assert machine.look() == []
    machine.holidays_known = {"alltid": 1}
    assert machine.look() == ["holidays_unknown"]
