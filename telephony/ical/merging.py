"""Deviations put into a calendar of a plan, and into the plan's text with its comments."""

import re
from collections.abc import Iterator, MutableSequence, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable, InlineTable

from routing.errors import PlanInvalid
from routing.load import load_plan
from routing.plan import Plan
from routing.plan_calendar import Calendar, Deviation
from telephony.ical.errors import NotEditable

_BY_HAND = "write the deviations there by hand, or give the calendar a table [calendars.NAME] of its own"


@dataclass(frozen=True, slots=True)
class Merged:
    """All deviations that a calendar then has, and the days of those that were added, replaced, removed, and
    that it had just so."""

    deviations: tuple[Deviation, ...]
    added: tuple[date, ...]
    replaced: tuple[date, ...]
    removed: tuple[date, ...]
    same: tuple[date, ...]


def merge(calendar: Calendar, wanted: Sequence[Deviation], *, remove_others: bool) -> Merged:
    """The wanted deviations take the place of those of their days; those of other days stay, or are
    removed."""
    new = {deviation.date: deviation for deviation in wanted}
    had: dict[date, Deviation] = {}
    for deviation in calendar.deviations:
        had.setdefault(deviation.date, deviation)  # of two of one day the first decides
    kept = [new.get(day, deviation) for day, deviation in had.items() if day in new or not remove_others]
    added = [deviation for day, deviation in new.items() if day not in had]
    return Merged(
        deviations=(*kept, *added),
        added=tuple([deviation.date for deviation in added]),
        replaced=tuple([day for day in new if day in had and had[day] != new[day]]),
        removed=tuple([day for day in had if remove_others and day not in new]),
        same=tuple([day for day in new if had.get(day) == new[day]]),
    )


def put_into(plan: Plan, name: str, deviations: Sequence[Deviation]) -> Plan:
    """The plan, with these deviations in a calendar of it."""
    calendar = plan.calendars[name].model_copy(update={"deviations": tuple(deviations)})
    return plan.model_copy(update={"calendars": {**plan.calendars, name: calendar}})


def put_into_text(text: str, name: str, deviations: Sequence[Deviation]) -> str:
    """The TOML of the plan with these deviations in a calendar of it, and everything else as it was.

    Raises PlanInvalid, KeyError for an unknown calendar, NotEditable.
    """
    wanted = put_into(load_plan(text), name, deviations)
    try:
        document = tomlkit.parse(text)
        calendars: Any = document["calendars"]
        added = _put(calendars[name], deviations)
        edited = _settled(tomlkit.dumps(document), name, added)
        if load_plan(edited) == wanted:
            return edited
    except (TOMLKitError, PlanInvalid, ValueError, TypeError, AttributeError, IndexError):
        pass  # a text that this cannot edit is told, and whatever it made of it is thrown away
    raise NotEditable(f"the text of calendars.{name} cannot be edited: {_BY_HAND}")


def _put(calendar: AbstractTable, deviations: Sequence[Deviation]) -> int:
    """Change entries where they stand, drop those that are not wanted, add the rest at the end: how many
    tables."""
    new = {deviation.date: deviation for deviation in deviations}
    if "deviations" not in calendar:
        if not new:
            return 0
        is_inline = isinstance(calendar, InlineTable)
        calendar.append("deviations", tomlkit.array() if is_inline else tomlkit.aot())
    entries: Any = calendar["deviations"]
    for place in _unwanted(entries, new):
        del entries[place]
    for entry in entries:
        _change(entry, new.pop(entry["date"].unwrap() if hasattr(entry["date"], "unwrap") else entry["date"]))
    is_table = isinstance(entries, tomlkit.items.AoT)
    for deviation in new.values():
        entry = tomlkit.table() if is_table else tomlkit.inline_table()
        entry["date"] = deviation.date
        _change(entry, deviation)
        entries.append(entry)
    return len(new) if is_table else 0


def _settled(text: str, name: str, added: int) -> str:
    """The text with the tables that were added after a blank line, and before the comment of what follows."""
    if not added:
        return text
    lines = text.splitlines(keepends=True)
    header = re.compile(
        rf"""\[\[\s*calendars\s*\.\s*["']?{re.escape(name)}["']?\s*\.\s*deviations\s*\]\]\s*$"""
    )
    begin = [number for number, line in enumerate(lines) if header.match(line)][-added]
    after = [number for number in range(begin, len(lines)) if lines[number].startswith("[")][added:]
    end = after[0] if after else len(lines)
    block = "".join(lines[begin:end]).strip("\n") + "\n"
    head, rest = lines[:begin], lines[end:]
    comments: list[str] = []
    while head and head[-1].startswith("#"):
        comments.insert(0, head.pop())
    while comments and head and not head[-1].strip():
        head.pop()
    before = "".join(head).rstrip("\n") + "\n\n" if head else ""
    following = "".join([*comments, *rest])
    return f"{before}{block}" + (f"\n{following}" if following else "")


def _unwanted(entries: MutableSequence[Any], new: dict[date, Deviation]) -> Iterator[int]:
    """Places of entries to be dropped, the last first; of two of one day the first stays."""
    seen: set[date] = set()
    unwanted = []
    for place, entry in enumerate(entries):
        if entry["date"] in seen or entry["date"] not in new:
            unwanted.append(place)
        seen.add(entry["date"])
    yield from reversed(unwanted)


def _change(entry: Any, deviation: Deviation) -> None:
    intervals = [str(interval) for interval in deviation.intervals]
    wanted = {
        "intervals": intervals if intervals or "intervals" in entry else None,
        "note": deviation.note,
        "announcement": deviation.announcement,
    }
    for key, value in wanted.items():
        if value is None:
            entry.pop(key, None)
        elif entry.get(key) != value:
            entry[key] = value
