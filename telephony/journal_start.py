"""The journal as a start finds it: where replay begins, so that a restart reads the newest segment and not
years of it, and what is said of what cannot be read there."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from telephony.archive.codec import Codec, UnknownFact
from telephony.archive.findings import Damage, Finding, TornTail, describe
from telephony.archive.journal import Journal
from telephony.archive.store import Disk
from telephony.archive.upcasts import UPCASTS
from telephony.call.callback_facts import CallbacksCarried
from telephony.call.duty_facts import DutiesCarried
from telephony.call.errors import IllegalTransition
from telephony.call.facts import Fact
from telephony.call.house_facts import (
    HuntsCarried,
    JournalCut,
    OverridesCarried,
    PlanLoaded,
    RegistrationsCarried,
)
from telephony.call.moments import MomentsCarried
from telephony.call.registry import FACTS
from telephony.switchboard import Switchboard

FINDINGS_LOGGED = 20
"""Lines about one journal: after a return to an older release every fact of the newer one is a finding."""

log = structlog.get_logger("vaxeln")


async def open_journal(
    data: Path, report: Callable[[Finding], None], opening: Callable[[], Sequence[Fact]], disk: Disk
) -> Journal[Fact]:
    """Open the journal of a data folder, off the loop; `opening` tells what a new segment begins with.

    Raises ArchiveError.
    """
    return await asyncio.to_thread(
        Journal.open,
        data / "journal",
        Codec(FACTS, UPCASTS),
        report=report,
        opening_facts=opening,
        disk=disk,
    )


def opening_facts(switchboard: Switchboard, now: datetime) -> Sequence[Fact]:
    """What a new segment begins with: all that replay would otherwise have to look for further back."""
    house = switchboard.house
    carried = RegistrationsCarried(
        at=now,
        contacts=dict(house.registrations()),
        calls_since=min(switchboard.first_positions.values(), default=0),
    )
    overrides = OverridesCarried(at=now, overrides=dict(house.overrides()))
    hunts = HuntsCarried(at=now, turns=house.hunts.carry(now))
    duties = DutiesCarried(at=now, duties=house.duty.carry())
    members, phones = house.moments.carry()
    moments = MomentsCarried(at=now, members=dict(members), phones=dict(phones))
    callbacks = CallbacksCarried(at=now, waiting=house.queues.carry())
    opening = (carried, overrides, hunts, duties, moments, callbacks)
    if not house.plan_version:  # the very first segment
        return opening
    return *opening, PlanLoaded(at=now, version=house.plan_version, digest=house.plan_digest)


def first_needed(journal: Journal[Fact]) -> int:
    """The position that replay has to begin at: the newest segment, or the oldest call that was live when it
    began."""
    for segment in reversed(journal.segments()):
        first = next(journal.read(segment.first), None)
        if first is None:
            continue
        position, fact = first
        if isinstance(fact, RegistrationsCarried):
            return min(position, fact.calls_since or position)
    return 1


def facts_to_replay(journal: Journal[Fact]) -> Iterator[tuple[int, Fact]]:
    """What is folded at a start, with its positions. What this program does not know is left out."""
    for position, fact in journal.read(first_needed(journal)):
        if not isinstance(fact, UnknownFact):
            yield position, fact


def report_fault(call: str, fault: IllegalTransition) -> None:
    """Log a fault of ours that ended a call."""
    log.critical("call_ended_by_a_fault", call=call, problem=str(fault))


def cuts(met: Sequence[Finding], now: datetime) -> Sequence[Fact]:
    """Log what was wrong with the journal, each thing once; give the facts of what is lost of it."""
    findings = list(dict.fromkeys(met))  # two reads may meet the same damage
    for finding in findings[:FINDINGS_LOGGED]:
        # A torn end is an entry that was being written when the machine or the process died
        write = log.warning if isinstance(finding, TornTail) else log.error
        write("journal_finding", kind=type(finding).__name__, **describe(finding))
    if len(findings) > FINDINGS_LOGGED:
        log.error("journal_findings_not_shown", count=len(findings) - FINDINGS_LOGGED)
    lost = [finding for finding in findings if isinstance(finding, TornTail | Damage)]
    return [JournalCut(at=now, segment=part.path.name, octets=part.octets) for part in lost]
