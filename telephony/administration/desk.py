"""What every desk of the admin API reaches of one service, and how it looks things up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from routing.tables import Tables
from telephony.admin.errors import NotFound
from telephony.archive.archive import Archive
from telephony.call.facts import Fact
from telephony.floor import Floor
from telephony.health import ServiceHealth
from telephony.plan_keeper import PlanKeeper
from telephony.prompt_keeper import PromptKeeper
from telephony.secrets import PhoneSecrets
from telephony.simulator import Simulator
from telephony.switchboard import Switchboard

T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """The parts of one service. `realm` is that of the phones' passwords, `record` journals a fact, `now`
    gives aware UTC."""

    keeper: PlanKeeper
    switchboard: Switchboard
    archive: Archive
    secrets: PhoneSecrets
    health: ServiceHealth
    realm: str
    record: Callable[[Fact], None]
    now: Callable[[], datetime]
    simulator: Simulator
    floor: Floor
    recordings: PromptKeeper

    @property
    def tables(self) -> Tables:
        """Those of the plan in force."""
        return self.keeper.in_force.tables


def found(thing: T | None, name: str) -> T:
    """The thing. Raises NotFound when there is none."""
    if thing is None:
        raise NotFound(f"there is no {name}")
    return thing
