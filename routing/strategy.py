"""Who of some people can be rung now."""

from collections.abc import Sequence
from datetime import datetime

from routing.decision import Branch, Reason, Target
from routing.mobiles import Mobiles
from routing.situation import Situation
from routing.tables import AbsenceRow, PersonRow

ALL_OUT = "all are paused or logged out"
"""Why there is nobody to choose from."""


def choose(
    members: Sequence[PersonRow],
    situation: Situation,
    now: datetime,
    caller: str = "",
    reasons: list[Reason] | None = None,
    group: str = "",
    mobiles: Mobiles | None = None,
) -> tuple[Target, ...] | Branch:
    """The registered phones of every free member, in the order of the plan, which is also the order of a
    linear hunt; and the ways to those whom `mobiles` reaches outside.

    Without any: BUSY when somebody is there but nobody is free, FULL when there is only no channel for those
    outside, NOBODY_THERE when nobody can be reached or all are away. `now` is aware; whoever is away then is
    passed over, which is added to `reasons`. `caller` is who calls, by person or number, or "": one's own
    phone is not rung. `group` is for whom they are rung: whoever is left alone for a moment is busy for it.
    """
    targets: list[Target] = []
    somebody_there = False
    for person in members:
        if person.absences and (away := away_at(person, now)) is not None:
            if reasons is not None:
                reasons.append(away.reason)
            continue
        phones = [target for target in person.targets if situation.is_registered(target.phone)]
        is_outside = mobiles is not None and person.mobile not in ("", caller)
        if not (phones or is_outside) or person.key == caller:
            continue
        if not situation.is_free(person.key) or (group and not situation.on_duty(person.key, group)):
            somebody_there = True
            continue
        ways: tuple[Target, ...] = ()
        if mobiles is not None and is_outside:
            ways = mobiles.ways(person, [] if reasons is None else reasons)
            mobiles.take(ways)
        targets += (*phones, *ways)
    if targets:
        return tuple(targets)
    if somebody_there:
        return Branch.BUSY
    return Branch.FULL if mobiles is not None and mobiles.is_full else Branch.NOBODY_THERE


def why_nobody(branch: Branch, members: int, away: int) -> str:
    """Why nobody is rung, in words: by what `choose` gave of so many, of whom some are away."""
    match branch:
        case Branch.BUSY:
            return "all who are there are busy"
        case Branch.FULL:
            return "no channel is free for those who are outside"
        case _ if not members:
            return ALL_OUT
        case _:
            return "nobody is registered" if members > away else "all are away"


def away_at(person: PersonRow, now: datetime) -> AbsenceRow | None:
    """The absence that somebody has at an aware time."""
    return next((absence for absence in person.absences if absence.start <= now < absence.end), None)
