"""An administration of a service without sound: a real switchboard, plan keeper and database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from routing.override import Override
from telephony.administration.live import LiveAdministration
from telephony.archive.archive import Archive
from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.call import facts as f
from telephony.call.registry import FACTS
from telephony.dsn import Dsn
from telephony.floor import Floor
from telephony.health import ServiceHealth
from telephony.media.prompts import Prompts
from telephony.node_plan import NodePlan
from telephony.plan_keeper import PlanKeeper
from telephony.prompt_keeper import PromptKeeper
from telephony.secrets import PhoneSecrets
from telephony.simulator import Simulator
from telephony.switchboard import Switchboard
from tests.support.calls import NOON
from tests.support.plans import in_force
from tests.support.timers import Timers

T = TypeVar("T")
NODE = "01a2140d-a05b-7d74-a4cd-a6c4351f5e5a"
OWN_NUMBER = "+46701740605"
PEOPLE = f"""
[people]
amina = {{ name = "Amina Berg", phones = ["kc1"], number = "{OWN_NUMBER}" }}
bengt = {{ name = "Bengt Lund", phones = ["kc2"] }}
david = {{ name = "David Holm", phones = ["bygg1", "bygg1m"], ring_seconds = 25 }}
elif = {{ name = "Elif Yilmaz", phones = ["bygg2"], absences = [{{ from = 2030-01-07, to = 2030-01-08 }}] }}
"""


class Office:
    """An administration whose service carries no sound. It begins with its plan as version 1."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.now = NOON
        self.dsn = dsn
        self.journal: Journal[f.Fact] = Journal.open(
            folder / "journal", Codec(FACTS), report=lambda finding: None
        )
        plan = in_force(0, people=PEOPLE)
        self.switchboard = Switchboard(self.journal, plan.tables, talk_limit=0.0)
        self.archive = Archive(
            folder, Dsn.parse(dsn), self.journal, now=lambda: self.now, first_needed=lambda: 1
        )
        self.secrets = PhoneSecrets(folder / "secrets")
        self.timers = Timers()
        node = NodePlan(
            plan,
            None,
            folder / "plan",
            take=lambda tables: self.switchboard.load(tables, self.now),
            record=self._record,
            now=lambda: self.now,
            later=self.timers.later,
        )
        self.prompts = PromptKeeper(folder, Prompts.load(), None, self._record, lambda: self.now)
        keeper = PlanKeeper(node, self.archive.plans, self.prompts.names, lambda: self.now)
        health = ServiceHealth(
            self.journal, self.switchboard, self.archive.status, lambda: True, lambda: False, lambda: b""
        )
        self.desk = LiveAdministration(
            keeper=keeper,
            switchboard=self.switchboard,
            archive=self.archive,
            secrets=self.secrets,
            health=health,
            realm="realm",
            record=self._record,
            now=lambda: self.now,
            simulator=Simulator(folder / "journal", Prompts.load().names, 14400.0),
            floor=Floor(self.switchboard, plan.tables, lambda: self.now, dict),
            recordings=self.prompts,
        )

    def _record(self, fact: f.Fact) -> None:
        self.switchboard.receive(fact, self.now)

    def see(self, *facts: f.Fact) -> None:
        """Let these happen."""
        for fact in facts:
            self.switchboard.receive(fact, self.now)

    def go_to(self, at: datetime) -> None:
        """Let time pass until then."""
        self.timers.run(at - self.now, self._pass)

    def _pass(self, time: timedelta) -> None:
        self.now += time

    def facts(self, kind: type[T]) -> list[T]:
        """The journal's facts of this kind."""
        return [fact for _, fact in self.journal.read() if isinstance(fact, kind)]

    def run(self, use: Callable[[LiveAdministration], Awaitable[T]]) -> T:
        """Ask with the database connected and the plan numbered there."""

        async def main() -> T:
            await self.archive._database.open()
            try:
                await self.desk.keeper.reconcile()
                return await use(self.desk)
            finally:
                await self.archive._database.close()

        return asyncio.run(main())

    def ask(self, question: Awaitable[T]) -> T:
        """Ask what needs no database."""

        async def main() -> T:
            return await question

        return asyncio.run(main())


def closed(minutes: int = 60) -> Override:
    """Closed from noon on, for so long."""
    return Override(open=False, until=NOON + timedelta(minutes=minutes), reason="Brandövning", owner="Anna")
