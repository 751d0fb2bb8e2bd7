"""`vaxeln status`: how the running service does. `--json` prints `telephony.admin.values.ServiceStatus`."""

from collections.abc import Iterator

from pydantic import TypeAdapter

from telephony.admin.values import ServiceStatus
from telephony.archive.status import ArchiveStatus
from telephony.cli_options import Commands, add_command, add_json, add_service, place_of
from telephony.cli_pending import told
from telephony.cli_remote import Place, ask
from telephony.cli_text import print_json, print_lines
from telephony.cli_time import clock

_STATUS = TypeAdapter(ServiceStatus)


def add_commands(commands: Commands) -> None:
    """`vaxeln status`."""
    shown = add_command(
        commands, "status", "show how the service does", lambda o: show_status(place_of(o), o.json)
    )
    add_service(shown)
    add_json(shown)


def show_status(place: Place, as_json: bool) -> int:
    """Print it."""
    reply = ask(place, lambda client: client.ask("GET", "/status"))
    if as_json:
        print_json(reply.value)
    else:
        print_lines(_lines(_STATUS.validate_python(reply.value)))
    return 0


def _lines(status: ServiceStatus) -> Iterator[str]:
    plan, journal = status.plan, status.journal
    yield f"Växeln {status.release}: {status.status}, calls in progress: {status.calls}"
    yield f"plan: version {plan.version} by {plan.author} at {clock(plan.made_at)}: {plan.reason}"
    if status.pending is not None:
        waits = status.pending
        yield f"pending: {told(waits)}, by {waits.author}: {waits.reason}"
    yield f"journal: fact {journal.position}{', which cannot be written now' if journal.failing else ''}"
    yield f"database: {_database(status.archive)}"
    for trunk, registrar in status.registrations.items():
        yield f"trunk {trunk}: {f'registered at {registrar}' if registrar else 'not registered'}"


def _database(archive: ArchiveStatus) -> str:
    if not archive.is_on:
        return "none"
    lag = "it has not said what it has" if archive.lag_facts is None else f"{archive.lag_facts} facts behind"
    parts = ["up" if archive.is_up else "away", lag]
    parts += [f"{archive.dead_letters} facts refused"] if archive.dead_letters else []
    parts += [archive.problem] if archive.problem and not archive.is_up else []
    return ", ".join(parts)
