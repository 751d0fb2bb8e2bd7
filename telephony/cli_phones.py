"""`vaxeln phones`: the phone accounts of the plan, and where each is registered. `--json` prints
`phones`, objects as `telephony.admin.values.PhoneState`.
"""

from collections.abc import Iterator, Sequence

from pydantic import TypeAdapter

from telephony.admin.client import Client
from telephony.admin.values import Contact, PhoneState
from telephony.cli_options import Commands, add_command, add_json, add_service, place_of
from telephony.cli_remote import Place, ask, listed
from telephony.cli_text import print_json, print_lines
from telephony.cli_time import clock

_STATES = TypeAdapter(list[PhoneState])


def add_commands(commands: Commands) -> None:
    """`vaxeln phones`."""
    shown = add_command(
        commands,
        "phones",
        "show the phone accounts and where each is registered",
        lambda o: show_phones(place_of(o), o.json),
    )
    add_service(shown)
    add_json(shown)


def show_phones(place: Place, as_json: bool) -> int:
    """Print each account: whose it is, whether it can be reached, and where. Only a running service knows."""

    async def question(client: Client) -> list[PhoneState]:
        return _STATES.validate_python(await listed(client, "/phones"))

    states = ask(place, question)
    if as_json:
        print_json({"phones": _STATES.dump_python(states, mode="json")})
    else:
        print_lines(_lines(states))
    return 0


def _lines(states: Sequence[PhoneState]) -> Iterator[str]:
    account = max((len(state.account) for state in states), default=0)
    person = max((len(state.person) for state in states), default=0)
    for state in states:
        places = "; ".join(map(_place, state.contacts))
        row = f"{state.account:{account}}  {state.person:{person}}  {_condition(state):15}  {places}"
        yield row.rstrip()


def _condition(state: PhoneState) -> str:
    if state.lost:
        return "does not answer"
    if state.registered:
        return "registered"
    return "away" if state.has_password else "no password"


def _place(contact: Contact) -> str:
    program = f" ({contact.user_agent})" if contact.user_agent else ""
    return f"{contact.transport} {contact.address} until {clock(contact.expires_at)}{program}"
