"""`vaxeln members`: what the members of groups are doing; `vaxeln member`: pause them, or log them in or out.

`members --json` prints `members`: objects as `telephony.desk.member_state.Member`.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from pydantic import TypeAdapter

from telephony.admin.client import Client
from telephony.cli_options import Commands, add_choice, add_command, add_json, add_service, place_of
from telephony.cli_remote import Place, ask, listed, segment
from telephony.cli_text import print_json, print_lines
from telephony.cli_time import clock
from telephony.desk.member_change import Wanted
from telephony.desk.member_state import Member, State

_ONE, _ALL = TypeAdapter(Member), TypeAdapter(list[Member])

_ACTIONS = {
    "pause": (Wanted.PAUSED, "no call is offered to them for a while"),
    "resume": (Wanted.AVAILABLE, "end a pause, a wrap-up, or the rest after a missed call"),
    "login": (Wanted.LOGGED_IN, "calls of a group, or of all theirs, are offered to them again"),
    "logout": (Wanted.LOGGED_OUT, "no call of a group, or of any, is offered to them"),
}


def add_commands(commands: Commands) -> None:
    """`vaxeln members` and `vaxeln member`."""
    shown = add_command(
        commands,
        "members",
        "show what the members of groups are doing",
        lambda o: show_members(place_of(o), {"group": o.group, "state": o.state}, o.json),
    )
    shown.add_argument("--group", metavar="GROUP", help="those of this group alone")
    add_choice(shown, "--state", State, "those who are doing this alone")
    add_service(shown)
    add_json(shown)
    member = commands.add_parser("member", help="pause members, or log them in or out", allow_abbrev=False)
    actions = member.add_subparsers(required=True, metavar="ACTION")
    for name, (wanted, about) in _ACTIONS.items():
        command = add_command(actions, name, about, partial(_set_state, wanted))
        command.add_argument("person", help="the person's name in the plan")
        if wanted is Wanted.PAUSED:
            command.add_argument("--reason", required=True, help="one of the plan's pause_reasons")
        elif wanted is not Wanted.AVAILABLE:
            command.add_argument("--group", metavar="GROUP", help="of this group; of all if left out")
        add_service(command)


def show_members(place: Place, only: Mapping[str, str | None], as_json: bool) -> int:
    """Print each: what they are doing, since when, and of which groups. Only a running service knows."""
    parameters = {name: value for name, value in only.items() if value is not None}

    async def question(client: Client) -> list[Member]:
        return _ALL.validate_python(await listed(client, "/members", parameters))

    members = ask(place, question)
    if as_json:
        print_json({"members": _ALL.dump_python(members, mode="json")})
    else:
        print_lines(list(_lines(members)) or ["No member."])
    return 0


def _set_state(wanted: Wanted, options: argparse.Namespace) -> int:
    given = vars(options)
    return set_state(place_of(options), options.person, wanted, given.get("group"), given.get("reason"))


def set_state(place: Place, person: str, wanted: Wanted, group: str | None, reason: str | None) -> int:
    """Make it so, and print what they are doing then."""
    body = {"state": wanted, "group": group, "reason": reason}
    given = {name: value for name, value in body.items() if value is not None}
    path = f"/members/{segment(person)}/state"
    reply = ask(place, lambda client: client.ask("PUT", path, body=given))
    print_lines(list(_lines([_ONE.validate_python(reply.value)])))
    return 0


def _lines(members: Sequence[Member]) -> Iterator[str]:
    person = max((len(member.person) for member in members), default=0)
    doing = max((len(_doing(member)) for member in members), default=0)
    for member in members:
        out = f"; logged out of {', '.join(member.logged_out_of)}" if member.logged_out_of else ""
        yield f"{member.person:{person}}  {_doing(member):{doing}}  {', '.join(member.groups)}{out}"


def _doing(member: Member) -> str:
    words = member.state.replace("_", " ")
    is_later = member.state in (State.RINGING, State.IN_CALL)
    if member.reason and not is_later:
        words += f" ({member.reason})"
    if member.since is not None:
        words += f" since {clock(member.since)}"
    if member.reason and is_later:
        words += f", then paused ({member.reason})"
    return words
