"""The plan of a town that is only simulated: a main number, and districts that are all alike.

A person, their only phone and its account have the same name.
"""

from collections.abc import Iterator

from routing.compile import compile_plan
from routing.load import load_plan
from routing.tables import Tables

DISTRICTS = 4
"""So many calls go on at once without meeting each other."""

MAIN = "+46853061000"
CLOSED = "+46853061900"
"""Its calendar is `never`: an announcement after a 200."""
CLOSED_EARLY = "+46853061901"
"""The same before any answer: 183, then 480."""

OPERATOR = "10.1.0.0/16"
"""Where trunk callers are: each has an address of its own in it."""
EMERGENCY = {"sos1": "10.9.0.1", "sos2": "10.9.0.2"}
"""The trunks that take 112, in the order in which they are tried."""

NETWORK = {"net1": "10.9.1.1", "net2": "10.9.1.2"}
"""The trunks that take calls to the public network."""
OUTSIDE = "0701740699"
"""Somebody's mobile there."""

AWAY = "ute"
"""Somebody who has a mobile alone, that number."""
MOBILE = "+46853061960"
"""Who is away answers it, else Kontaktcenter."""

MENU = "+46853061950"
"""A menu: 1 is `open_number(0)`'s group, 2 `row_number(0)`'s, 3 is told to be closed, 0 is Kontaktcenter."""

CONTACT_CENTRE = ("k1", "k2", "k3", "k4")
OFFICIALS = tuple([f"c{number}" for number in range(1, 6)])
"""People in no group, whose phones only call."""

OPEN_RING_SECONDS = 45
ROW_RING_SECONDS = 8
ASLEEP_RING_SECONDS = 10


def open_number(district: int) -> str:
    """A number whose group all rings at once."""
    return f"+46853061{100 + district}"


def row_number(district: int) -> str:
    """A number whose group is rung one by one."""
    return f"+46853061{200 + district}"


def asleep_number(district: int) -> str:
    """A number that goes on to the district's relief when nobody answers."""
    return f"+46853061{300 + district}"


def open_members(district: int) -> tuple[str, ...]:
    """Who answers `open_number`."""
    return tuple([f"o{district}{letter}" for letter in "abc"])


def row_members(district: int) -> tuple[str, ...]:
    """Who answers `row_number`, in order."""
    return tuple([f"r{district}{letter}" for letter in "abc"])


def asleep_members(district: int) -> tuple[str, ...]:
    """Who is first asked for `asleep_number`."""
    return tuple([f"s{district}{letter}" for letter in "ab"])


def relief_members(district: int) -> tuple[str, ...]:
    """Who is asked next."""
    return tuple([f"f{district}{letter}" for letter in "ab"])


def members() -> Iterator[str]:
    """Everybody whom a call may reach."""
    yield from CONTACT_CENTRE
    for district in range(DISTRICTS):
        for group in (open_members, row_members, asleep_members, relief_members):
            yield from group(district)


QUEUE = (
    "max_wait_seconds = 90, comfort_seconds = 20, retry_seconds = 3, wrap_up_seconds = 5, missed_limit = 0, "
    "staffed_only = false, callback = true"
)


def tables(*, direct: bool = False, queued: bool = False) -> Tables:
    """The plan, compiled. With `direct` sound goes past the service wherever it may, and nobody hands on by
    keys; `queued`: at Kontaktcenter callers wait."""
    nets = '[nets.all]\nprefixes = ["10.0.0.0/8"]\ndirect = true' if direct else ""
    lines = _lines("" if direct else "**", QUEUE if queued else "")
    return compile_plan(load_plan("\n".join([*lines, nets])))


def _lines(code: str, queue: str) -> Iterator[str]:
    yield '[municipality]\nname = "Simstad"'
    yield f'main_number = "{MAIN}"\ncontact_centre = "kc"'
    yield f'transfer_code = "{code}"' if code else ""
    yield 'outside = ["mobile"]'
    yield '[calendars]\nalltid = { open = "always" }\naldrig = { open = "never" }'
    yield "[trunks]"
    yield f'operator = {{ peers = ["{OPERATOR}"], numbers = ["+4685306"] }}'
    for name, host in NETWORK.items():
        yield (
            f'{name} = {{ peers = ["{host}"], outside = true, identity = "p-asserted-identity", '
            f'number_format_out = "national" }}'
        )
    for name, host in EMERGENCY.items():
        yield f'{name} = {{ peers = ["{host}"], emergency = true }}'
    everybody = [*members(), *OFFICIALS]
    yield "[phones]"
    yield from [f'{name} = {{ display = "Phone {name}" }}' for name in everybody]
    yield "[people]"
    yield from [f'{name} = {{ name = "Person {name}", phones = ["{name}"] }}' for name in everybody]
    yield f'{AWAY} = {{ name = "Person {AWAY}", mobile = "+46701740699" }}'
    yield from _groups(queue)
    yield from _numbers()


def _groups(queue: str) -> Iterator[str]:
    yield "[groups]"
    yield _group("kc", CONTACT_CENTRE, "all", OPEN_RING_SECONDS, queue)
    yield _group("away", (AWAY,), "all", OPEN_RING_SECONDS)
    for district in range(DISTRICTS):
        yield _group(f"open{district}", open_members(district), "all", OPEN_RING_SECONDS)
        yield _group(f"row{district}", row_members(district), "linear", ROW_RING_SECONDS)
        yield _group(f"asleep{district}", asleep_members(district), "all", ASLEEP_RING_SECONDS)
        yield _group(f"relief{district}", relief_members(district), "all", OPEN_RING_SECONDS)


def _group(name: str, people: tuple[str, ...], strategy: str, seconds: int, queue: str = "") -> str:
    named = ", ".join(f'"{person}"' for person in people)
    queued = f", queue = {{ {queue} }}" if queue else ""
    return (
        f'{name} = {{ name = "Group {name}", members = [{named}], '
        f'strategy = "{strategy}", ring_seconds = {seconds}{queued} }}'
    )


def _numbers() -> Iterator[str]:
    yield _number(MAIN, "kc")
    yield _number(MOBILE, "away")
    yield _number(CLOSED, "kc", calendar="aldrig")
    early = '{ announcement = "stangt", early = true }'
    yield _number(CLOSED_EARLY, "kc", calendar="aldrig", closed=early)
    yield f'[numbers."{MENU}"]\nfunction = "Function menu"\ncalendar = "alltid"'
    yield 'destination = { menu = "val" }\n[menus.val]\nprompt = "menu"\nwait_seconds = 5.0\ntries = 2'
    yield 'no_key = { group = "kc" }\n[menus.val.keys]\n0 = { group = "kc" }\n1 = { group = "open0" }'
    yield '2 = { group = "row0" }\n3 = { announcement = "stangt" }'
    for district in range(DISTRICTS):
        yield _number(open_number(district), f"open{district}")
        yield _number(row_number(district), f"row{district}")
        yield _number(
            asleep_number(district), f"asleep{district}", no_answer=f'{{ group = "relief{district}" }}'
        )


def _number(number: str, group: str, calendar: str = "alltid", **branches: str) -> str:
    lines = [f'[numbers."{number}"]', f'function = "Function {group}"', f'calendar = "{calendar}"']
    lines += [f'destination = {{ group = "{group}" }}']
    return "\n".join([*lines, *[f"{branch} = {where}" for branch, where in branches.items()]])
