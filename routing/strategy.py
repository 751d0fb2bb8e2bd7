"""Who of some people can be rung now."""

from collections.abc import Sequence

from routing.decision import Branch, Target
from routing.situation import Situation
from routing.tables import PersonRow


def choose(
    members: Sequence[PersonRow], situation: Situation, caller: str = ""
) -> tuple[Target, ...] | Branch:
    """The registered phones of every free member, in the order of the plan, which is also the order of a
    linear hunt.

    Without any: BUSY when somebody is there but nobody is free, NOBODY_THERE when no phone is registered.
    `caller` is the person who calls, or "": one's own phone is not rung.
    """
    targets: list[Target] = []
    somebody_there = False
    for person in members:
        phones = [target for target in person.targets if situation.is_registered(target.phone)]
        if not phones or person.key == caller:
            continue
        somebody_there = True
        if situation.is_free(person.key):
            targets += phones
    if targets:
        return tuple(targets)
    return Branch.BUSY if somebody_there else Branch.NOBODY_THERE
