"""Deviations put into a calendar of a plan, and into the plan's text with its comments."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable

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
    """The TOML of the plan with these deviations, in the order of `merge`, in a calendar of it; everything
    else stays as it was.

    Raises PlanInvalid, KeyError for an unknown calendar, NotEditable.
    """
    wanted = put_into(load_plan(text), name, deviations)
    try:
        edited = _edited(text, name, {deviation.date: deviation for deviation in deviations})
        is_wanted = load_plan(edited) == wanted
    except (TOMLKitError, PlanInvalid, ValueError, TypeError, AttributeError, IndexError) as error:
        raise _not_editable(name) from error
    if not is_wanted:  # whatever was made of it is thrown away
        raise _not_editable(name)
    return edited


def _not_editable(name: str) -> NotEditable:
    return NotEditable(f"the text of calendars.{name} cannot be edited: {_BY_HAND}")


def _edited(text: str, name: str, new: dict[date, Deviation]) -> str:
    """Entries changed where they stand, those that are not wanted dropped, the rest added at the end."""
    document = tomlkit.parse(text)
    entries = _entries(document, name)
    if isinstance(entries, AoT) and (unwanted := _unwanted(entries, new)):
        for place in unwanted:
            text = _without(text, name, place)
        document = tomlkit.parse(text)
        entries = _entries(document, name)
    if entries is None:
        if not new:
            return text
        calendar: Any = document["calendars"][name]
        calendar.append("deviations", tomlkit.array() if isinstance(calendar, InlineTable) else tomlkit.aot())
        entries = calendar["deviations"]
    for place in _unwanted(entries, new):
        del entries[place]
    for entry in entries:
        _change(entry, new.pop(entry["date"]))
    is_table = isinstance(entries, AoT)
    for deviation in new.values():
        entry = tomlkit.table() if is_table else tomlkit.inline_table()
        entry["date"] = deviation.date
        _change(entry, deviation)
        entries.append(entry)
    return _settled(tomlkit.dumps(document), name, len(new) if is_table else 0)


def _entries(document: Any, name: str) -> Any:
    return document["calendars"][name].get("deviations")


def _blocks(lines: Sequence[str], name: str) -> list[tuple[int, int]]:
    """From which line to before which each table of the calendar's deviations goes, without the comment of
    what follows."""
    header = re.compile(rf"""\[\[\s*calendars\s*\.\s*["']?{re.escape(name)}["']?\s*\.\s*deviations\s*\]\]""")
    blocks = []
    for begin, line in enumerate(lines):
        if header.match(line):
            end = begin + 1
            while end < len(lines) and not lines[end].startswith("["):
                end += 1
            while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
                end -= 1
            blocks.append((begin, end))
    return blocks


def _without(text: str, name: str, place: int) -> str:
    """The text without one table of deviations, and the blank line before it."""
    lines = text.splitlines(keepends=True)
    begin, end = _blocks(lines, name)[place]
    if begin and not lines[begin - 1].strip():
        begin -= 1
    return "".join([*lines[:begin], *lines[end:]])


def _settled(text: str, name: str, added: int) -> str:
    """The text with the tables that were added after a blank line, and before the comment of what follows."""
    if not added:
        return text
    lines = text.splitlines(keepends=True)
    begin, end = _blocks(lines, name)[-added][0], _blocks(lines, name)[-1][1]
    block, head, rest = lines[begin:end], lines[:begin], lines[end:]
    comments: list[str] = []
    while head and head[-1].startswith("#"):
        comments.insert(0, head.pop())
    before = "".join(head).rstrip("\n")
    following = "".join([*comments, *rest]).lstrip("\n")
    parts = [before, "".join(block).strip("\n"), following.rstrip("\n")]
    return "\n\n".join(part for part in parts if part) + "\n"


def _unwanted(entries: Sequence[Any], new: Mapping[date, Deviation]) -> list[int]:
    """Places of entries to be dropped, the last first; of two of one day the first stays."""
    seen: set[date] = set()
    unwanted = []
    for place, entry in enumerate(entries):
        if entry["date"] in seen or entry["date"] not in new:
            unwanted.append(place)
        seen.add(entry["date"])
    return unwanted[::-1]


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
