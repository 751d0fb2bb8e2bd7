"""A small town with queues: at the main number, where one member is rung after the other, and at Bygglov."""

from collections.abc import Sequence

from routing.tables import Tables
from telephony.call.actions import Action, Dial, KeepWaiting
from telephony.call.facts import LegEnded, LegHungUp, MemberAlerted, MemberAnswered
from tests.support.plans import BYGGLOV, MAIN, tables_of
from tests.support.small_town import Town

URGENT = "+46853061050"

TRUNKS = """
[trunks.operator]
peers = ["192.0.2.10"]
emergency = true
outside = true
numbers = ["+4685306"]
"""

NUMBERS = f"""
[numbers."{MAIN}"]
function = "Kontaktcenter"
calendar = "alltid"
destination = {{ group = "kc" }}
[numbers."{URGENT}"]
function = "Kontaktcenter, akut"
calendar = "alltid"
destination = {{ group = "kc" }}
priority = 1
[numbers."{BYGGLOV}"]
function = "Bygglov"
calendar = "kontorstid"
destination = {{ group = "bygglov" }}
no_answer = {{ voicemail = "bygglov" }}
busy = {{ voicemail = "bygglov" }}
nobody_there = {{ voicemail = "bygglov" }}
error = {{ voicemail = "bygglov" }}
full = {{ announcement = "busy" }}
closed = {{ announcement = "closed" }}
[voicemails.bygglov]
function = "Bygglov"
greeting = "voicemail"
text = "Bygglov, eller Kontaktcenter 08-530 610 00"
"""


def queue_tables(
    kc: str = "", bygglov: str = "", *, strategy: str = "linear", members: str = '"amina", "bengt"'
) -> Tables:
    """The tables, with these lines in the queues of Kontaktcenter and of Bygglov."""
    groups = f"""
[groups.kc]
name = "Kontaktcenter"
members = [{members}]
strategy = "{strategy}"
ring_seconds = 15
[groups.kc.queue]
{kc}
[groups.bygglov]
name = "Bygglov"
members = ["david", "amina"]
strategy = "linear"
ring_seconds = 15
[groups.bygglov.queue]
{bygglov}
"""
    return tables_of(groups=groups, numbers=NUMBERS, trunks=TRUNKS)


class QueueTown(Town):
    """What callers and members of it do, in a few words."""

    def calls(self, name: str, dialled: str = MAIN) -> list[Action]:
        """Somebody calls."""
        return self.arrives(dialled, name)

    def rings(self, actions: Sequence[Action]) -> list[str]:
        """Who is rung by these, and shows it: the legs."""
        legs = [action.leg for action in actions if isinstance(action, Dial)]
        for leg in legs:
            self.note_dialog(leg)
            self.see(MemberAlerted, leg)
        return legs

    def answers(self, leg: str) -> list[Action]:
        """The member of this leg takes the call."""
        return self.see(MemberAnswered, leg)

    def hangs_up(self, leg: str) -> list[Action]:
        """Whoever is on this leg leaves; what else there is of the call is over too."""
        call = leg.partition(".")[0]
        actions = self.see(LegHungUp, leg) + self.see(LegEnded, leg)
        live = self.switchboard.calls.get(call)
        for other in [*live.open_legs()] if live else []:
            actions += self.see(LegEnded, other.id)
        return actions

    def taken_back(self, leg: str) -> list[Action]:
        """The network has confirmed that the offer on this leg is over."""
        return self.see(LegEnded, leg)

    def heard(self, actions: Sequence[Action]) -> list[str]:
        """What callers are told by these."""
        return [action.prompt for action in actions if isinstance(action, KeepWaiting)]
