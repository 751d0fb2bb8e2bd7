"""A simulation as lines for a terminal, in Swedish time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from routing.hours import STOCKHOLM
from routing.numbers import show
from telephony.call.queue_facts import ANSWERED
from telephony.simulate.counting import COUNTED, PERSONAL, UNKNOWN
from telephony.simulate.result import Different, Fate, Simulation, Tally, Waiting
from telephony.simulate.simulation import STAFFED
from telephony.simulate.values import Staff

MAX_SHOWN_MEMBERS = 20
"""Members told on a terminal: those who were at work most."""

MAX_SHOWN = 10
"""Calls told with their reasons on a terminal: the JSON has more."""

_WORDS = {name: name.replace("_", " ") for name in COUNTED} | {
    "abandoned": "given up",
    "closed": "closed doors",
}
_Row = tuple[str, str, str, str]
_NAMES = {PERSONAL: "people's own numbers", UNKNOWN: "numbers that no plan has"}


def simulation_lines(found: Simulation) -> Iterator[str]:
    """All that it found: figures, by number, what ends otherwise, what is assumed."""
    yield _head(found)
    yield ""
    yield from _figures(found)
    yield ""
    yield from _by_number(found)
    yield from _by_queue(found)
    yield from _by_member(found)
    if found.then is not None:
        yield ""
        yield from _differences(found)
    yield ""
    yield "Assumed, because nobody can know it:"
    for assumption in found.assumed:
        counted = "" if assumption.calls is None else f": counted in {_calls(assumption.calls)}"
        yield f"  {assumption.what}{counted}"
    for why, calls in found.left_out.items():
        yield f"Left out: {why}: {calls}"
    if found.outgoing:
        yield f"Of phones to the public network, which kept their people busy: {_calls(found.outgoing)}"
    if found.overrides:
        yield f"Overrides of then are counted: {found.overrides} times one was set or ended"
    if found.faults:
        yield f"A fault of the program ended {_calls(found.faults)}: please report it"


def _head(found: Simulation) -> str:
    first = found.start.astimezone(STOCKHOLM)
    last = (found.end - timedelta(microseconds=1)).astimezone(STOCKHOLM)
    days = f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    what = "the calls of" if found.then is not None else "invented calls on"
    there = "everybody there"
    if any(one.what == STAFFED for one in found.assumed):
        there += " but for groups that the load has staff for"
    staff = there if found.staff is Staff.EVERYBODY else "phones as they were registered"
    return f"Simulated: {what} {days}, {staff}, seed {found.seed}"


def _figures(found: Simulation) -> Iterator[str]:
    then, now = found.then or found.now, found.now
    rows: list[_Row] = [("", "then", "now", "difference"), _row("calls", then.calls, now.calls)]
    rows += [_row(_WORDS[name], then.outcomes[name], now.outcomes[name]) for name in _met(then, now)]
    rows.append(_row("went on to another number", then.went_on, now.went_on))
    rows += _wait_rows("until answered", then.until_answer, now.until_answer)
    rows += _wait_rows("until given up", then.until_given_up, now.until_given_up)
    rows.append(
        ("answered within 20 s, of offered", _share(then.service_level), _share(now.service_level), "")
    )
    rows += _map_rows("answered by group", then.groups, now.groups)
    rows += _map_rows("heard announcement", then.announcements, now.announcements)
    yield from _table(rows if found.then else [(words, after) for words, _, after, _ in rows])


def _met(then: Tally, now: Tally) -> list[str]:
    """The outcomes that there were: each has a row, or column."""
    return [name for name in COUNTED if then.outcomes[name] or now.outcomes[name]]


def _row(words: str, then: int, now: int) -> _Row:
    return words, str(then), str(now), f"{now - then:+d}" if now != then else ""


def _wait_rows(words: str, then: Waiting, now: Waiting) -> Iterator[_Row]:
    for name in ("mean", "median", "p90", "longest"):
        yield f"{words}, {name}", _seconds(getattr(then, name)), _seconds(getattr(now, name)), ""


def _map_rows(words: str, then: Mapping[str, int], now: Mapping[str, int]) -> Iterator[_Row]:
    for name in sorted({*then, *now}):
        yield _row(f"{words} {name}", then.get(name, 0), now.get(name, 0))


def _by_number(found: Simulation) -> Iterator[str]:
    met = _met(found.then or found.now, found.now)
    rows: list[tuple[str, ...]] = [("number", "calls", *[_WORDS[name] for name in met])]
    for row in found.numbers:
        counts = [_pair(row.then, row.now, name) for name in met]
        rows.append((_named(row.number, row.function), str(row.now.calls), *counts))
    yield "By the number that was dialled" + (", then > now where they differ:" if found.then else ":")
    yield from _table(rows)


def _by_queue(found: Simulation) -> Iterator[str]:
    if not found.queues:
        return
    whys = sorted({why for queue in found.queues for why in queue.left} - {ANSWERED})
    rows: list[tuple[str, ...]] = [
        (
            *("queue", "joined", "answered", *[why.replace("_", " ") for why in whys]),
            *("in 20 s", "mean wait", "p90", "longest", "most at once", "staff busy"),
        )
    ]
    for queue in found.queues:
        waited = queue.until_answer
        counts = [str(queue.left.get(why, 0) or "-") for why in (ANSWERED, *whys)]
        times = [_seconds(seconds) for seconds in (waited.mean, waited.p90, waited.longest)]
        shares = (_share(queue.service_level), *times, str(queue.longest_queue), _share(queue.occupancy))
        rows.append((queue.group, str(queue.joined), *counts, *shares))
    yield ""
    yield "Queues, and how long those waited there who were answered:"
    yield from _table(rows)


def _by_member(found: Simulation) -> Iterator[str]:
    members = sorted(found.members, key=lambda member: (-member.work_seconds, member.member))
    if not members:
        return
    rows: list[tuple[str, ...]] = [("member", "answered", "there", "at work", "share")]
    for one in members[:MAX_SHOWN_MEMBERS]:
        hours = [f"{seconds / 3600:.1f} h" for seconds in (one.there_seconds, one.work_seconds)]
        rows.append((one.member, str(one.answered), *hours, _share(one.occupancy)))
    more = len(members) - MAX_SHOWN_MEMBERS
    yield ""
    yield f"Members{f', the {MAX_SHOWN_MEMBERS} most at work of {len(members)}' if more > 0 else ''}:"
    yield from _table(rows)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _pair(then: Tally | None, now: Tally, name: str) -> str:
    after = now.outcomes[name]
    before = after if then is None else then.outcomes[name]
    return f"{after or '-'}" if before == after else f"{before} > {after}"


def _differences(found: Simulation) -> Iterator[str]:
    if not found.different_count:
        yield "Every call ends as it did."
        return
    functions = {row.number: row.function for row in found.numbers}
    yield f"{_calls(found.different_count)} would have ended otherwise:"
    rows = [
        (str(move.calls), _named(move.number, functions[move.number]), _move(move.then, move.now))
        for move in found.moves
    ]
    yield from (f"  {row[0]:>6}  {row[1]}: {row[2]}" for row in rows)
    shown = found.different[:MAX_SHOWN]
    yield f"The first {len(shown)} of them:" if found.different_count > len(shown) else "They are:"
    for different in shown:
        yield from _different(different)


def _different(different: Different) -> Iterator[str]:
    at = different.arrived_at.astimezone(STOCKHOLM)
    what = f"{_fate(different.then)} -> {_fate(different.now)}"
    yield f"  {at:%Y-%m-%d %H:%M:%S}  {_named(different.number, '')}: {what}  [{different.id}]"
    yield from (f"    because {reason}" for reason in different.reasons)


def _fate(fate: Fate) -> str:
    words = _WORDS[fate.outcome]
    if fate.outcome not in ("answered", "abandoned"):
        return words
    by = f" by {fate.answered_by}" if fate.answered_by else ""
    return f"{words}{by} after {fate.waited_seconds:g} s"


def _move(then: str, now: str) -> str:
    return f"{_WORDS[then]} -> {_WORDS[now]}"


def _named(number: str, function: str) -> str:
    shown = _NAMES.get(number) or show(number)
    return f"{shown} {function}" if function else shown


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f} s"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *others = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(["", first, *others]).rstrip()
