"""What a member of groups is doing, in one word, and since when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.strategy import away_at
from routing.tables import PersonRow, Tables
from telephony.call.call import Call, LegState
from telephony.call.duty import RestKind
from telephony.call.house import House


class State(StrEnum):
    """What a member is doing. Of several that are true the first counts."""

    IN_CALL = "in_call"
    RINGING = "ringing"
    ABSENT = "absent"  # the plan says so
    LOGGED_OUT = "logged_out"  # of all their groups
    PAUSED = "paused"
    UNREACHABLE = "unreachable"  # no phone of theirs is registered and answers, and they have no mobile
    WRAP_UP = "wrap_up"  # they write down what a call was about
    RESTING = "resting"  # they did not take an offer, and are left alone for a moment
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of groups at this moment. `since` is when this state began (UTC), null when no fact tells;
    `until` when it will end by itself (wrap_up, resting), else null. `reason` is that of a pause, or "";
    of who is rung or talks that of the one that comes after.
    `logged_out_of` are those of `groups` in which they take no part, whatever the state."""

    person: str
    name: str
    state: State
    since: datetime | None
    until: datetime | None
    reason: str
    groups: tuple[str, ...]
    logged_out_of: tuple[str, ...]


def members_of(tables: Tables) -> Mapping[str, PersonRow]:
    """Everybody who is in a group, by key, in order."""
    return {key: tables.people[key] for key in sorted(tables.memberships)}


def member_of(
    house: House, calls: Mapping[str, Call], tables: Tables, person: PersonRow, now: datetime
) -> Member:
    """What this member is doing at `now`, which is aware."""
    groups = tuple(sorted(tables.memberships.get(person.key, ())))
    out = {group: house.duty.logged_out_since(person.key, group) for group in groups}
    left = {group: since for group, since in out.items() if since is not None}
    state, since, until, reason = _state(house, calls, person, now, left, everywhere=len(left) == len(groups))
    return Member(person.key, person.name, state, since, until, reason, groups, tuple(left))


def _state(
    house: House,
    calls: Mapping[str, Call],
    person: PersonRow,
    now: datetime,
    left: Mapping[str, datetime],
    *,
    everywhere: bool,
) -> tuple[State, datetime | None, datetime | None, str]:
    """The state, since when, until when and why."""
    changed = house.moments.of_member(person.key)
    if legs := house.legs_of(person.key):
        is_rung = all(is_offered(calls, leg) for leg in legs)
        then = house.duty.pause(person.key)
        return (State.RINGING if is_rung else State.IN_CALL), changed, None, then.reason if then else ""
    if (away := away_at(person, now)) is not None:
        return State.ABSENT, away.start, None, ""
    if left and everywhere:
        return State.LOGGED_OUT, max(left.values()), None, ""
    if (pause := house.duty.pause(person.key)) is not None:
        return State.PAUSED, pause.since, None, pause.reason
    phones = [target.phone for target in person.targets]
    there = [phone for phone in phones if house.is_registered(phone)]
    if not there and not person.mobile:
        return State.UNREACHABLE, _latest(map(house.moments.of_phone, phones)), None, ""
    if (rest := house.duty.rest(person.key)) is not None:
        is_wrap_up = rest.kind is RestKind.WRAP_UP
        return (State.WRAP_UP if is_wrap_up else State.RESTING), rest.since, rest.until, ""
    back = [absence.end for absence in person.absences if absence.end <= now]
    reached = min(filter(None, map(house.moments.of_phone, there)), default=None)
    return State.AVAILABLE, _latest([changed, reached, *back]), None, ""


def _latest(times: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, times), default=None)


def is_offered(calls: Mapping[str, Call], leg_id: str) -> bool:
    """Whether this leg of a member's rings, or is about to; else the member talks, or calls somebody."""
    call = calls.get(leg_id.rpartition(".")[0])
    leg = call.legs.get(leg_id) if call else None
    if call is None or leg is None or leg.state is LegState.ANSWERED:
        return False
    return leg.target is not None or bool(call.arrived.calls_back)  # the first leg of which is a member's
