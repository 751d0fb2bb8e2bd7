"""Who of some people can be rung now."""

from collections.abc import Sequence
from datetime import datetime

from routing.decision import Branch, Reason, Target
from routing.situation import Situation
from routing.tables import AbsenceRow, PersonRow


def choose(
    members: Sequence[PersonRow],
    situation: Situation,
    now: datetime,
    caller: str = "",
    reasons: list[Reason] | None = None,
    group: str = "",
) -> tuple[Target, ...] | Branch:
    """The registered phones of every free member, in the order of the plan, which is also the order of a
    linear hunt.

    Without any: BUSY when somebody is there but nobody is free, NOBODY_THERE when no phone is registered or
    all are away. `now` is aware; whoever is away then is passed over, which is added to `reasons`. `caller`
    is who calls, or "": one's own phone is not rung. `group` is for whom they are rung: whoever is left alone
    for a moment is busy for it.
    """
    targets: list[Target] = []
    somebody_there = False
    for person in members:
        if person.absences and (away := away_at(person, now)) is not None:
            if reasons is not None:
                reasons.append(away.reason)
            continue
        phones = [target for target in person.targets if situation.is_registered(target.phone)]
        if not phones or person.key == caller:
            continue
        somebody_there = True
        if situation.is_free(person.key) and (not group or situation.on_duty(person.key, group)):
            targets += phones
    if targets:
        return tuple(targets)
    return Branch.BUSY if somebody_there else Branch.NOBODY_THERE


def away_at(person: PersonRow, now: datetime) -> AbsenceRow | None:
    """The absence that somebody has at an aware time."""
    return next((absence for absence in person.absences if absence.start <= now < absence.end), None)
