"""`vaxeln plan pending` and `vaxeln plan withdraw`: the version of the plan that waits for its time; and how
`plan apply` and `plan rollback` say when, and what becomes of it.

With `--json` `plan pending` prints `telephony.admin.plan_views.PendingPlan`.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from telephony.admin.client import Client, Reply
from telephony.admin.plan_views import AppliedPlan, PendingPlan
from telephony.admin.values import PendingPolicy
from telephony.archive.plan_store import PlanHead
from telephony.cli_options import Commands, add_choice, add_command, add_json, add_service, place_of
from telephony.cli_remote import Place, ask
from telephony.cli_text import print_json, print_lines
from telephony.cli_time import clock, moment_ahead

_PENDING, _APPLIED, _HEAD = TypeAdapter(PendingPlan), TypeAdapter(AppliedPlan), TypeAdapter(PlanHead)


@dataclass(frozen=True, slots=True)
class When:
    """What the options say of when, and of what waits."""

    valid_from: datetime | None
    pending: PendingPolicy | None

    @property
    def is_said(self) -> bool:
        """Whether the plan is to change even if it says what is in force."""
        return self != When(None, None)

    @property
    def parameters(self) -> Mapping[str, str]:
        """The same for the API."""
        said = {"valid_from": self.valid_from and self.valid_from.isoformat(), "pending": self.pending}
        return {key: str(value) for key, value in said.items() if value}


def add_commands(actions: Commands) -> None:
    """`vaxeln plan pending` and `vaxeln plan withdraw`."""
    pending = add_command(
        actions,
        "pending",
        "show the version that waits for its time, and what it will change",
        lambda o: show_pending(place_of(o), o.json),
    )
    add_json(pending)
    withdraw = add_command(
        actions,
        "withdraw",
        "withdraw the version that waits for its time",
        lambda o: withdraw_pending(place_of(o), o.reason),
    )
    withdraw.add_argument("--reason", required=True, help="why, for whoever reads the versions later")
    for command in (pending, withdraw):
        add_service(command)


def add_when(command: argparse.ArgumentParser) -> None:
    """When a plan comes into force, and what becomes of one that waits."""
    command.add_argument(
        "--valid-from",
        metavar="TIME",
        help="when it comes into force, local time such as 2027-01-07T08:00 (default: at once)",
    )
    add_choice(
        command,
        "--pending",
        PendingPolicy,
        "what becomes of a version that waits: it is withdrawn, or made anew on top of this one",
    )


def when_of(options: argparse.Namespace) -> When:
    """What the options say. Raises UsageError."""
    text = options.valid_from
    at = None if text is None else moment_ahead("--valid-from", text, datetime.now(UTC))
    return When(at, options.pending)


def show_pending(place: Place, as_json: bool) -> int:
    """Print it."""
    reply = ask(place, lambda client: client.ask("GET", "/plan/pending"))
    if as_json:
        print_json(reply.value)
        return 0
    waits = _PENDING.validate_python(reply.value)
    print_lines([f"{told(waits)}, made by {waits.author} at {clock(waits.made_at)}: {waits.reason}"])
    if not waits.usable:
        print_lines(
            ["This program finds errors in it, which the log tells: it will not come into force here."]
        )
    print_lines(changes_told(reply.value))
    return 0


def withdraw_pending(place: Place, reason: str) -> int:
    """Withdraw what waits now."""

    async def question(client: Client) -> Reply:
        seen = await client.ask("GET", "/plan/pending")
        return await client.ask(
            "DELETE", "/plan/pending", parameters={"reason": reason}, headers={"If-Match": seen.etag}
        )

    head = _HEAD.validate_python(ask(place, question).value)
    print_lines([f"Version {head.version} is withdrawn."])
    return 0


def outcome(reply: Any) -> Iterator[str]:
    """What a change has made, in lines."""
    made = _APPLIED.validate_python(reply)
    yield f"{told(made)}."
    if made.withdrawn is not None:
        yield f"Version {made.withdrawn.version}, which waited, is withdrawn."
    if made.rebased is not None:
        yield f"In its place {told(made.rebased)[0].lower()}{told(made.rebased)[1:]}, and changes then:"
        yield from changes_told(reply["rebased"]) or ["nothing"]


def changes_told(diff: Any) -> list[str]:
    """The changes in words, and how many more there are."""
    words = [change["words"] for change in diff["changes"]]
    untold = diff["count"] - len(words)
    return [*words, f"and {untold} more"] if untold else words


def told(head: PlanHead) -> str:
    """A version, and when it is in force."""
    if head.valid_from is None:
        return f"Version {head.version} is in force"
    return f"Version {head.version} comes into force at {clock(head.valid_from)}"
