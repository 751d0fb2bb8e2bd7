"""What somebody wants changed in whether a member takes part: by the API, or by a code from their phone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.tables import Tables
from telephony.call.duty import ALL_GROUPS
from telephony.call.duty_facts import (
    MemberFact,
    MemberLoggedIn,
    MemberLoggedOut,
    MemberPaused,
    MemberRested,
    MemberResumed,
)
from telephony.call.house import House


class Wanted(StrEnum):
    """What a member is to be."""

    AVAILABLE = "available"  # no pause, and no time left to be left alone
    PAUSED = "paused"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked for. `group` is to log in to or out of, "" for all; `reason` that of a pause. `by` as in
    `MemberFact`."""

    person: str
    wanted: Wanted
    by: str
    group: str = ALL_GROUPS
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It cannot be: `what` (group, reason) is wrong, and `why` names what is allowed."""

    what: str
    why: str


def change(house: House, tables: Tables, asked: Change, now: datetime) -> tuple[MemberFact, ...] | Refused:
    """The facts that make it so: none when it is so already. The person is a member of some group."""
    match asked.wanted:
        case Wanted.AVAILABLE:
            return _available(house, asked, now)
        case Wanted.PAUSED:
            return _paused(house, tables, asked, now)
        case _:
            groups = tables.memberships[asked.person]
            if asked.group and asked.group not in groups:
                mine = ", ".join(sorted(groups))
                return Refused("group", f"{asked.person} is no member of {asked.group!r}, but of {mine}")
            if asked.wanted is Wanted.LOGGED_IN:
                return _logged_in(house, sorted(groups), asked, now)
            return _logged_out(house, asked, now)


def _available(house: House, asked: Change, now: datetime) -> tuple[MemberFact, ...]:
    facts: list[MemberFact] = []
    if house.duty.pause(asked.person) is not None:
        facts.append(MemberResumed(at=now, member=asked.person, by=asked.by))
    if house.duty.rest(asked.person) is not None:
        facts.append(MemberRested(at=now, member=asked.person, by=asked.by))
    return tuple(facts)


def _paused(house: House, tables: Tables, asked: Change, now: datetime) -> tuple[MemberFact, ...] | Refused:
    allowed = {reason.casefold(): reason for reason in tables.pause_reasons}
    reason = allowed.get(asked.reason.casefold())
    if reason is None:
        return Refused("reason", f"must be one of the plan's: {', '.join(tables.pause_reasons) or 'none'}")
    pause = house.duty.pause(asked.person)
    if pause is not None and pause.reason == reason:
        return ()
    return (MemberPaused(at=now, member=asked.person, by=asked.by, reason=reason),)


def _logged_out(house: House, asked: Change, now: datetime) -> tuple[MemberFact, ...]:
    if house.duty.logged_out_since(asked.person, asked.group) is not None:
        return ()
    return (MemberLoggedOut(at=now, member=asked.person, by=asked.by, group=asked.group),)


def _logged_in(house: House, groups: list[str], asked: Change, now: datetime) -> tuple[MemberFact, ...]:
    duty, person, by = house.duty, asked.person, asked.by
    if asked.group == ALL_GROUPS:
        is_out = any(duty.logged_out_since(person, group) is not None for group in (ALL_GROUPS, *groups))
        return (MemberLoggedIn(at=now, member=person, by=by, group=ALL_GROUPS),) if is_out else ()
    if duty.logged_out_since(person, asked.group) is None:
        return ()
    if duty.logged_out_since(person, ALL_GROUPS) is None:
        return (MemberLoggedIn(at=now, member=person, by=by, group=asked.group),)
    # Of all groups they come back to this one alone
    others = [group for group in groups if group != asked.group]
    return (
        MemberLoggedIn(at=now, member=person, by=by, group=ALL_GROUPS),
        *(MemberLoggedOut(at=now, member=person, by=by, group=group) for group in others),
    )
