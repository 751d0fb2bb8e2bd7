"""A switchboard with the plan of a small town and no network: the test plays the legs."""

from datetime import timedelta
from itertools import count
from typing import Any

from routing.tables import Tables
from telephony.call import facts as f
from telephony.call.actions import Action, Dial
from telephony.switchboard import Switchboard
from tests.support.calls import NOON, arrive, contact, registered
from tests.support.plans import BYGGLOV, MAIN, NUMBERS, tables_of
from tests.support.switchboard import MemoryJournal

CLOSED = "+46853061900"
MENU = "+46853061950"
BOX = "+46853061960"
EMERGENCY = "112"
PHONES = ("kc1", "kc2", "bygg1", "bygg1m", "bygg2")
MEMBERS = ("amina", "bengt", "david", "elif")

_TRUNKS = """
[trunks.operator]
peers = ["192.0.2.10"]
emergency = true
numbers = ["+4685306"]

[trunks.reserve]
peers = ["192.0.2.11"]
emergency = true
"""

_CLOSED_NUMBER = f"""
[numbers."{CLOSED}"]
function = "Simhall"
calendar = "aldrig"
destination = {{ group = "kc" }}
"""


_KEYS = f"""
[numbers."{MENU}"]
function = "Växel"
calendar = "alltid"
destination = {{ menu = "val" }}
[numbers."{BOX}"]
function = "Kontaktcenter efter stängning"
calendar = "aldrig"
destination = {{ group = "kc" }}
closed = {{ voicemail = "kontaktcenter" }}
[menus.val]
prompt = "menu"
keys = {{ 1 = {{ number = "{BYGGLOV}" }}, 2 = {{ menu = "mer" }}, 3 = {{ number = "{CLOSED}" }} }}
[menus.mer]
prompt = "menu"
keys = {{ 1 = {{ reject = 486 }}, 9 = {{ voicemail = "kontaktcenter" }} }}
no_key = {{ announcement = "busy" }}
[voicemails.kontaktcenter]
function = "Kontaktcenter"
greeting = "voicemail"
text = "Kontaktcenter, 08-530 610 00"
"""


def town_tables(version: int = 1) -> Tables:
    """Main number: amina and bengt together. Bygglov: david (two phones), then elif, then the main number.
    There are a menu with another in it, and a voicemail."""
    return tables_of(version, trunks=_TRUNKS, numbers=NUMBERS + _CLOSED_NUMBER, more=_KEYS)


TABLES = town_tables()


class Town:
    """The switchboard, its journal, and what time it is."""

    def __init__(self, *phones: str, talk_limit: float = 0.0, tables: Tables = TABLES) -> None:
        self.now = NOON
        self.journal = MemoryJournal()
        self.seen: list[f.Fact] = []
        self.tables = tables
        made = count(1)
        self.switchboard = Switchboard(
            self.journal,
            tables,
            talk_limit=talk_limit,
            observe=self.seen.append,
            new_call=lambda: f"made{next(made)}",
        )
        for device, phone in enumerate(phones, 1):
            self.feed(registered(phone, contact(phone, device)))

    def feed(self, fact: f.Fact) -> list[Action]:
        """Something is observed."""
        self.switchboard.receive(fact, self.now)
        return list(self.switchboard.actions())

    def arrives(self, dialled: str = MAIN, call: str = "c1", **fields: Any) -> list[Action]:
        """A call comes, and its leg has a dialog."""
        arrived = arrive(call, at=self.now, dialled=dialled, **fields)
        return self.feed(arrived) + self.note_dialog(arrived.leg)

    def see(self, kind: type[f.LegFact], leg: str, **fields: Any) -> list[Action]:
        """Something is observed of a leg."""
        return self.feed(kind(at=self.now, call=leg.partition(".")[0], leg=leg, **fields))

    def note_dialog(self, leg: str) -> list[Action]:
        """The leg has reached the network."""
        return self.see(f.LegDialogChanged, leg, dialog={"leg": leg})

    def wait(self, seconds: float) -> list[Action]:
        """Time passes, with the timer honoured."""
        until = self.now + timedelta(seconds=seconds)
        while (due := self.switchboard.get_timer()) is not None and due <= until:
            self.now = max(self.now, due)
            self.switchboard.handle_timer(self.now)
        self.now = until
        return list(self.switchboard.actions())

    def reborn(self) -> "Town":
        """A new life that has read the journal of this one."""
        town = Town(tables=self.tables)
        town.now = self.now
        town.journal.facts = list(self.journal.facts)
        town.switchboard.replay(enumerate(self.journal.facts, 1))
        return town


def dialled(actions: list[Action]) -> list[str]:
    """The phones and trunks that are dialled."""
    return [action.target.phone or action.target.trunk for action in actions if isinstance(action, Dial)]
