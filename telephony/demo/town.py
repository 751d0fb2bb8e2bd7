"""The town of the demonstration: its plan, its service, its phones."""

import secrets
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from routing.compile import compile_plan
from routing.load import load_plan
from routing.tables import Tables
from telephony.demo.judging import Evidence, PhoneSide
from telephony.demo.phones import ANSWER_LAG, Dialled, Phone, heard
from telephony.demo.ports import PortBlock, reserved_ports
from telephony.demo.running import RunningService, running_service
from telephony.demo.scenarios import Run, Scenario

PLAN = Path(__file__).with_name("botkyrka-demo.toml")

CALLER = "medborgare"
"""The account that calls: it stands for the telephone network."""

_FIRST_HERTZ, _HERTZ_STEP = 440.0, 130.0
"""Each phone has a tone of its own, none a multiple of another."""

_CLOSING_SECONDS = 3.0


@dataclass(slots=True)
class Town:
    """A service that runs, and the phones that are registered at it, by account."""

    tables: Tables
    service: RunningService
    phones: Mapping[str, Phone]
    passwords: Mapping[str, str]

    def play(self, scenario: Scenario, run: Run) -> Evidence:
        """Make one call and gather what is known of it; `run` does what an admin does. Raises PhoneFailed."""
        people = {
            row.person: self.phones[account]
            for account, row in self.tables.phones.items()
            if account != CALLER
        }
        caller = self.phones[CALLER]
        dialled = scenario.play(caller, people, run)
        return self._evidence(caller, dialled, people)

    def _evidence(self, caller: Phone, dialled: Dialled, people: Mapping[str, Phone]) -> Evidence:
        facts = self.service.facts_of(dialled.call_id)  # first: it waits until the call is over
        return Evidence(
            facts=facts,
            responses=dialled.responses,
            caller_hertz=caller.hertz,
            heard=dialled.heard(),
            phones={person: _side(phone) for person, phone in people.items()},
            names={key: row.name for key, row in self.tables.people.items()},
        )

    def close_phones(self) -> None:
        """Unregister all phones, at the same time, as far as they can."""
        wait([phone.begin_closing() for phone in self.phones.values()], timeout=_CLOSING_SECONDS)


@contextmanager
def open_town() -> Iterator[Town]:
    """Start the service, register the phones; leave nothing behind.

    Raises NoPortsFree, ServiceFailed, PhoneFailed.
    """
    tables = compile_plan(load_plan(PLAN.read_text("utf-8")))
    passwords = {account: secrets.token_hex(5) for account in tables.phones}
    with reserved_ports() as ports, running_service(PLAN, ports, passwords) as service:
        town = Town(tables, service, _phones(service, ports, passwords), passwords)
        try:
            for phone in town.phones.values():
                phone.register()
            time.sleep(ANSWER_LAG)  # pyVoIP begins to listen so long after it has registered
            yield town
        finally:
            town.close_phones()


def _phones(service: RunningService, ports: PortBlock, passwords: Mapping[str, str]) -> dict[str, Phone]:
    return {
        user: Phone(user, password, service.address, ports, index, _FIRST_HERTZ + index * _HERTZ_STEP)
        for index, (user, password) in enumerate(passwords.items())
    }


def _side(phone: Phone) -> PhoneSide:
    ring = phone.take_rung()
    if ring is None:
        return PhoneSide(phone.hertz)
    return PhoneSide(phone.hertz, True, ring.cancelled.is_set(), ring.answered.is_set(), heard(ring.call))
