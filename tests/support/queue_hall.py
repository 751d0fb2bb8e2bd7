"""A municipality with queues: a running service on loopback addresses, and who calls and answers there."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from telephony.admin.client import SOCKET, Client, Target
from telephony.call.record import Record
from tests.support.eventually import eventually
from tests.support.live_town import BRIEF, PASSWORD
from tests.support.loopback import Loopback
from tests.support.running_service import HTTP_PORT, RunningService
from tests.support.sipp import Sipp, SippRun

KONTAKTCENTER = "+46853061000"  # david, whatever his phone
MENU = "+46853061100"  # 1 is HUNTED; 0 or nothing Kontaktcenter
HUNTED = "+46853061200"  # bertil, cecilia and erik in turn, each for 2 s
CLOSING = "+46853061300"  # closed, but for an override; nobody waits beyond that
ALONE = "+46853061400"  # anna, rung for as long as it takes; who misses a call is left alone for 1 s
CROWDED = "+46853061500"  # ten who have nothing else

CREW = tuple(f"crew{number}" for number in range(10))
PHONES = ("anna", "bertil", "cecilia", "david", "erik", "frida", "gustav", "hanna", *CREW)
OLD_PHONES = ("erik", "frida", "gustav")  # baresip 1.0 and pyVoIP, which know MD5 alone

_SERVICE, _OPERATOR, _FIRST_LINE, _FIRST_PHONE = 1, 2, 3, 21
_LINES = 8

_QUEUE = f'welcome = "{BRIEF}"\ncomfort_seconds = 600\nretry_seconds = 1\nmissed_limit = 0'


class Hall:
    """What a test of queues needs."""

    def __init__(self, network: Loopback, service: RunningService, sipp: Sipp) -> None:
        self.service, self.sipp = service, sipp
        self.operator = network.host(_OPERATOR)
        self.lines = [network.host(_FIRST_LINE + line) for line in range(_LINES)]  # more of the operator's
        self._network = network

    def phone(self, user: str) -> str:
        """The address of somebody's phone."""
        return self._network.host(_FIRST_PHONE + PHONES.index(user))

    def record_of(self, caller: SippRun) -> Record:
        """The call that this run made, when it is over."""
        sip_call_id = caller.call_id
        return eventually(
            lambda: next(
                (r for r in self.service.records() if r.sip_call_id == sip_call_id and r.outcome), None
            ),
            f"the call {sip_call_id} is over",
        )

    def record_to(self, dialled: str) -> Record:
        """The one call to this number, when it is over."""
        return eventually(
            lambda: next((r for r in self.service.records() if r.dialled == dialled and r.outcome), None),
            f"the call to {dialled} is over",
        )

    def open_for(self, number: str, seconds: float) -> datetime:
        """Hold a number open by override that is closed else; until when."""
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        body = {"open": True, "until": until.isoformat(), "reason": "moving house", "owner": "Anna"}

        async def put() -> None:
            async with Client(Target(socket=self.service.data / SOCKET)) as client:
                await client.ask("PUT", f"/overrides/{number}", body=body)

        asyncio.run(put())
        return until

    def figure(self, name: str) -> float:
        """A figure of its `/metrics`, with its labels; 0 when it has none."""
        with urlopen(f"http://{self.service.host}:{HTTP_PORT}/metrics", timeout=5.0) as page:
            text = page.read().decode()
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0


@contextmanager
def hall(folder: Path) -> Iterator[Hall]:
    """A hall whose service runs within."""
    network = Loopback.take()
    service = RunningService(folder, network.host(_SERVICE), _plan(network))
    for user in PHONES:
        service.set_password(user, PASSWORD)
    with service, Sipp(folder, service.address) as sipp:
        yield Hall(network, service, sipp)


def _person(user: str) -> str:
    return f"""
[phones.{user}]
display = "{user.title()}"
legacy_digest = {"true" if user in OLD_PHONES else "false"}
options = false
[people.{user}]
name = "{user.title()}"
phones = ["{user}"]
"""


def _group(name: str, *members: str, ring_seconds: float, queue: str = "") -> str:
    named = ", ".join(f'"{member}"' for member in members)
    return f"""
[groups.{name}]
name = "{name.title()}"
members = [{named}]
strategy = "linear"
ring_seconds = {ring_seconds}
[groups.{name}.queue]
{_QUEUE}
{queue}
"""


def _number(number: str, function: str, destination: str, calendar: str = "always") -> str:
    return f"""
[numbers."{number}"]
function = "{function}"
calendar = "{calendar}"
destination = {{ {destination} }}
"""


def _plan(network: Loopback) -> str:
    operator = [network.host(_OPERATOR), *(network.host(_FIRST_LINE + line) for line in range(_LINES))]
    return f"""
[municipality]
name = "Botkyrka kommun"
main_number = "{KONTAKTCENTER}"
[trunks.operator]
options = false
peers = [{", ".join(f'"{host}"' for host in operator)}]
numbers = ["+4685306"]
[calendars.always]
open = "always"
[calendars.never]
open = "never"
[menus.val]
prompt = "menu"
keys = {{ 1 = {{ number = "{HUNTED}" }} }}
{"".join(map(_person, PHONES))}
{_group("kontaktcenter", "david", ring_seconds=20.0)}
{_group("hunted", "bertil", "cecilia", "erik", ring_seconds=2.0, queue="position = false")}
{_group("closing", "hanna", ring_seconds=20.0, queue='at_closing = "leave"')}
{_group("alone", "anna", ring_seconds=20.0)}
{_group("crowded", *CREW, ring_seconds=20.0, queue="max_waiting = 250")}
{_number(KONTAKTCENTER, "Kontaktcenter", 'group = "kontaktcenter"')}
{_number(MENU, "Växel", 'menu = "val"')}
{_number(HUNTED, "Bygglov", 'group = "hunted"')}
{_number(CLOSING, "Medborgarkontor", 'group = "closing"', "never")}
{_number(ALONE, "Park", 'group = "alone"')}
{_number(CROWDED, "Bibliotek", 'group = "crowded"')}
"""
