"""`vaxeln plan diff [A] B`: what plan B has another than A, or than the plan in force; each is a file, or the
number of a version.

With `--json`: `telephony.admin.views.PlanDiff`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from routing.comparison import Side, compare_plans, side_of
from routing.numbers import show
from telephony.admin.client import Client
from telephony.admin.plan_views import MAX_CHANGES
from telephony.admin.views import PlanDiff
from telephony.admin.wire import JSON, TOML
from telephony.cli_remote import Place, ask
from telephony.cli_text import print_json, print_lines
from telephony.cli_time import clock
from telephony.plan_prepare import read
from telephony.plan_start import naming, read_text

_DIFF = TypeAdapter(PlanDiff)


@dataclass(frozen=True, slots=True)
class Source:
    """A plan as a command names it: a version, or a file with its text and how that is written."""

    name: str
    version: int | None
    text: str = ""
    media_type: str = TOML

    @classmethod
    def of(cls, name: str) -> "Source":
        """Digits are a version, everything else a file. Raises PlanUnreadable and PlanInvalid."""
        if name.isascii() and name.isdigit():
            return cls(f"version {int(name[:10])}", int(name[:10]))
        file = Path(name)
        return cls(name, None, read_text(file), JSON if file.suffix == ".json" else TOML)


def diff_plans(place: Place, names: list[str], as_json: bool) -> int:
    """Print what the last of one or two plans has another than the first, or than the plan in force."""
    sources = [Source.of(name) for name in names]
    before, after = (None, sources[0]) if len(sources) == 1 else (sources[0], sources[1])
    if before is not None and before.version is None:
        found = _DIFF.dump_python(_compared(place, before, after), mode="json")
    else:
        found = ask(place, lambda client: differs(client, before, after))
    if as_json:
        print_json(found)
    else:
        other = before.name if before else "the plan in force"
        print_lines(diff_lines(found) or [f"{after.name} says what {other} says."])
    return 0


async def differs(client: Client, before: Source | None, after: Source) -> Any:
    """What the service says that `after` has another than a version, or than the plan in force."""
    version = before.version if before else None
    if after.version is None:
        headers = {"Content-Type": after.media_type}
        asked = {"against": str(version)} if version is not None else {}
        reply = await client.ask("POST", "/plan/diff", parameters=asked, body=after.text, headers=headers)
        return reply.value
    if version is None:
        version = (await client.ask("GET", "/status")).value["plan"]["version"]
    asked = {"from": str(version), "to": str(after.version)}
    return (await client.ask("GET", "/plan/diff", parameters=asked)).value


def _compared(place: Place, before: Source, after: Source) -> PlanDiff:
    """Compared here: the service need not have a file that nobody wants to apply."""
    if after.version is not None:
        path = f"/plan/versions/{after.version}"
        reply = ask(place, lambda client: client.ask("GET", path, headers={"Accept": JSON}))
        after = Source(after.name, None, json.dumps(reply.value), JSON)
    old, new = _side(before), _side(after)
    return PlanDiff.of(compare_plans(old, new, datetime.now(UTC)), {}, MAX_CHANGES)


def _side(source: Source) -> Side:
    with naming(source.name):
        return side_of(read(source.text, toml=source.media_type == TOML))


def diff_lines(diff: Any) -> list[str]:
    """A `PlanDiff` for a terminal: the places, numbers, groups, then what opens and closes; nothing when the
    plans say the same."""
    if not diff["count"]:
        return []
    lines = [change["words"] for change in diff["changes"]]
    lines += _more(diff["count"] - len(lines), "places")
    if diff["errors"]:
        lines.append("What this means for numbers, groups and hours is not known, for the plan has errors:")
        lines += [
            f"  error: {error['path']}: {error['message']}. {error['advice']}." for error in diff["errors"]
        ]
    meaning = [*_numbers(diff), *_groups(diff)]
    if meaning:
        lines += ["", *meaning]
    if diff["hours"]:
        lines += _hours(diff["hours"])
    lines += [
        f"An override holds {'all numbers' if override['number'] == 'all' else show(override['number'])} "
        f"{'open' if override['open'] else 'closed'} until {_local(override['until'])}, whatever a plan says."
        for override in diff["overrides"]
    ]
    return lines


def _numbers(diff: Any) -> Iterator[str]:
    for number in diff["numbers"]:
        name = f"{show(number['number'])} {number['function']}"
        words = {"added": "is new", "removed": "is gone"}.get(number["kind"])
        if words:
            yield f"{name} {words}"
        if number["kind"] == "changed":
            yield from (f"{name}: {way}" for way in number["words"])
        else:
            yield from (f"  {way}" for way in number["words"])
    yield from _more(diff["number_count"] - len(diff["numbers"]), "numbers")


def _groups(diff: Any) -> Iterator[str]:
    for group in diff["groups"]:
        state = {"added": " is new", "removed": " is gone"}.get(group["kind"], "")
        words = f": {group['words']}" if group["words"] else ""
        yield f"Group {group['name']}{state}{words}"
    yield from _more(diff["group_count"] - len(diff["groups"]), "groups")


def _hours(hours: Any) -> Iterator[str]:
    period = f"from {_local(hours['start'])} to {_local(hours['end'])}"
    yield ""
    if not hours["numbers"]:
        yield f"No number opens or closes at another time {period}."
        return
    count = len(hours["numbers"])
    words = "1 number opens or closes" if count == 1 else f"{count} numbers open or close"
    yield f"{words} at another time, {period}:"
    for told in hours["told"]:
        yield told["who"]
        yield from (f"  {words}" for words in told["words"])
        yield from (f"  {line}" for line in _more(told["more"], "changes"))
    yield from _more(count - sum(len(told["numbers"]) for told in hours["told"]), "numbers")


def _more(count: int, what: str) -> list[str]:
    return [f"and {count} more {what}"] if count > 0 else []


def _local(at: str) -> str:
    return clock(datetime.fromisoformat(at))
