"""The call log as lines for a terminal, in Swedish time. Callers of protected numbers are masked.

A record tells no more than its facts do: of a call that a death of the service cut off nobody knows when it
really ended, and while no service runs a call without an outcome is not in progress.
"""

from collections.abc import Iterator, Sequence

from routing.decision import Origin
from routing.hours import STOCKHOLM
from routing.numbers import show
from telephony.call.facts import Outcome
from telephony.call.record import Record

HEADER = "Times are those of Europe/Stockholm."


def log_lines(records: Sequence[Record], *, is_running: bool) -> Iterator[str]:
    """The calls, in this order, with the time zone first and their count last. `is_running`: see
    `record_lines`."""
    if records:
        yield HEADER
    for record in records:
        yield from record_lines(record, is_running=is_running)
    yield f"{len(records)} call" if len(records) == 1 else f"{len(records)} calls"


def record_lines(record: Record, *, is_running: bool = True) -> list[str]:
    """One call as a few lines. `is_running`: a service runs that the call may still be in progress in."""
    when = record.arrived_at.astimezone(STOCKHOLM)
    lines = [f"{when:%Y-%m-%d %H:%M:%S}  {_caller(record)} called {_dialled(record)}  [{record.id}]"]
    lines += [f"  because {reason}" for reason in record.reasons]
    if record.offered:
        rang = ", ".join(record.rang) or "nobody"
        lines.append(f"  offered to {', '.join(record.offered)}; {rang} rang")
    if record.announcement:
        # It is what a call does until its end, so what cut the call off has cut it off too.
        heard = "began to hear" if record.outcome is Outcome.INTERRUPTED else "heard"
        lines.append(f"  {heard} the announcement {record.announcement}")
    lines += [f"  {line}" for line in _talks(record)]
    lines.append(f"  {_ending(record, is_running)}")
    return lines


def _caller(record: Record) -> str:
    """A phone by its person and account: all of them show the same number, the municipality's (P8)."""
    if record.origin is not Origin.PHONE or record.hidden:
        return record.shown_caller()
    phone, person = record.shown_origin_name(), record.shown_caller_member()
    return f"{person} ({phone})" if person and not record.protected else phone


def _dialled(record: Record) -> str:
    number = show(record.dialled)
    return f"{record.function}, {number}" if record.function not in ("", number) else number


def _talks(record: Record) -> list[str]:
    """Who talked when, of a call that was handed on."""
    if len(record.talks) < 2:
        return []
    lines = []
    for talk in record.talks:
        begun = talk.started_at.astimezone(STOCKHOLM)
        length = f", {(talk.ended_at - talk.started_at).total_seconds():.1f} s" if talk.ended_at else ""
        lines.append(f"{begun:%H:%M:%S} talk with {talk.member}{length}")
    return lines


def _ending(record: Record, is_running: bool) -> str:
    if record.outcome is None:
        return "in progress" if is_running else "in progress when the service died"
    outcome = record.outcome.value.replace("_", " ")
    at_least = "at least " if record.outcome is Outcome.INTERRUPTED else ""
    because = f" ({record.reason})" if record.reason else ""
    if record.answered_by and record.outcome is not Outcome.ANSWERED:
        return (  # it was not who answered that did this
            f"answered by {record.answered_by} after {record.waiting_seconds:.1f} s, "
            f"talked {at_least}{record.talk_seconds:.1f} s; {outcome}{because}"
        )
    text = outcome
    if record.answered_by:
        text += (
            f" by {record.answered_by} after {record.waiting_seconds:.1f} s, {record.talk_seconds:.1f} s talk"
        )
    elif record.waiting_seconds is not None:
        text += f" after {at_least}{record.waiting_seconds:.1f} s"
    by = f", ended by the {record.ended_by.value}" if record.ended_by and not at_least else ""
    return f"{text}{by}{because}"
