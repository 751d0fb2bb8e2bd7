"""`vaxeln prompt list|put|get|remove`: what callers hear, and recordings in its place. `prompt list --json`
prints `prompts`, objects as `telephony.admin.values.PromptState`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from telephony.admin.client import Client, Reply
from telephony.admin.values import PromptSource, PromptState
from telephony.admin.wire import WAV
from telephony.cli_options import Commands, add_command, add_json, add_service, place_of
from telephony.cli_remote import Place, ask, listed, segment
from telephony.cli_text import UsageError, print_json, print_lines
from telephony.cli_time import clock

_STATE, _STATES = TypeAdapter(PromptState), TypeAdapter(list[PromptState])


def add_commands(commands: Commands) -> None:
    """`vaxeln prompt`."""
    prompt = commands.add_parser("prompt", help="work with prompts", allow_abbrev=False)
    actions = prompt.add_subparsers(required=True, metavar="ACTION")
    shown = add_command(
        actions,
        "list",
        "list the prompts: what they say, and which are recordings",
        lambda o: show_prompts(place_of(o), o.all, o.json),
    )
    shown.add_argument("--all", action="store_true", help="those too that are only parts of sentences")
    add_json(shown)
    put = add_command(
        actions,
        "put",
        "put a recording in place of a prompt, or add a new one",
        lambda o: put_recording(place_of(o), o.name, o.file),
    )
    get = add_command(
        actions,
        "get",
        "write what callers hear into a WAV file",
        lambda o: get_prompt(place_of(o), o.name, o.file),
    )
    remove = add_command(
        actions,
        "remove",
        "remove a recording: what it stood before is heard again",
        lambda o: remove_recording(place_of(o), o.name),
    )
    for command in (put, get, remove):
        command.add_argument("name", metavar="NAME", help="the prompt's name")
    put.add_argument("file", type=Path, metavar="FILE", help="the recording, as WAV")
    get.add_argument("file", type=Path, metavar="FILE", help="where to write it")
    for command in (shown, put, get, remove):
        add_service(command)


def show_prompts(place: Place, everything: bool, as_json: bool) -> int:
    """Print each prompt: where it comes from, how long it is, and what it says."""

    async def question(client: Client) -> list[PromptState]:
        return _STATES.validate_python(await listed(client, "/prompts"))

    states = [state for state in ask(place, question) if everything or not state.fragment]
    if as_json:
        print_json({"prompts": _STATES.dump_python(states, mode="json")})
    else:
        print_lines(_lines(states))
    return 0


def put_recording(place: Place, name: str, file: Path) -> int:
    """Have callers hear this file."""
    try:
        octets = file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error

    async def question(client: Client) -> Reply:
        headers = {"Content-Type": WAV}
        return await client.ask("PUT", f"/prompts/{segment(name)}", body=octets, headers=headers)

    state = _STATE.validate_python(ask(place, question).value)
    print(f"Callers hear the recording as {state.name} from now on: {state.seconds:.1f} s.")
    return 0


def get_prompt(place: Place, name: str, file: Path) -> int:
    """Write what callers hear into a file."""

    async def question(client: Client) -> Reply:
        return await client.ask("GET", f"/prompts/{segment(name)}", headers={"Accept": WAV})

    octets = ask(place, question).value
    try:
        file.write_bytes(octets)
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}") from error
    print(f"{file}: {name}, {len(octets)} octets")
    return 0


def remove_recording(place: Place, name: str) -> int:
    """Have what it stood before heard again."""

    async def question(client: Client) -> Reply:
        return await client.ask("DELETE", f"/prompts/{segment(name)}")

    ask(place, question)
    print(f"The recording of {name} is removed.")
    return 0


def _lines(states: Sequence[PromptState]) -> Iterator[str]:
    width = max((len(state.name) for state in states), default=0)
    for state in states:
        source = state.source.value.replace("_", "-")
        said = state.text
        if state.source is PromptSource.RECORDED and state.recorded_at is not None:
            said = f"{clock(state.recorded_at)} by {state.recorded_by}"
        yield f"{state.name:{width}}  {source:8}  {state.seconds:6.1f} s  {said}".rstrip()
