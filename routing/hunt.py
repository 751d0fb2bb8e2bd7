"""In which order the members of a group are rung, one after the other (P3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

from routing.decision import Strategy
from routing.gateways import by_weight
from routing.situation import Situation
from routing.tables import GroupRow, PersonRow

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Chance:
    """A member of a random hunt, to be drawn by weight."""

    person: PersonRow
    weight: int
    priority: int = 1


def in_order(group: GroupRow, situation: Situation, now: datetime, draw: float) -> Sequence[PersonRow]:
    """The members of a group in the order of its strategy: those that are equal stay in the plan's.

    - linear, and all (who are rung together): the plan's order
    - round_robin: after the one whom the last call of this group was offered first
    - longest_idle: who has been out of any call the longest; who has had none in sight is the first
    - fewest_calls: who has answered the fewest calls on this day of local time
    - random: by chance, each in proportion to its weight; `draw` is random in [0, 1)
    - skill: the most skilled first; of the same skill who has been idle the longest
    """
    members = group.members
    match group.strategy:
        case Strategy.ALL | Strategy.LINEAR:
            return members
        case Strategy.ROUND_ROBIN:
            return _after(situation.offered_first(group.key), members)
        case Strategy.LONGEST_IDLE:
            return sorted(members, key=lambda person: _idle_since(person, situation))
        case Strategy.FEWEST_CALLS:
            return sorted(members, key=lambda person: situation.answered_today(person.key, now))
        case Strategy.RANDOM:
            chances = [_Chance(person, group.weights.get(person.key, 1)) for person in members]
            return [chance.person for chance in by_weight(chances, draw)]
        case Strategy.SKILL:
            skills = group.skills
            return sorted(
                members, key=lambda person: (-skills.get(person.key, 1), _idle_since(person, situation))
            )
        case _ as never:
            assert_never(never)


def _after(last: str, members: Sequence[PersonRow]) -> Sequence[PersonRow]:
    """From the one after `last` round to it; from the first when `last` is no member."""
    at = next((index for index, person in enumerate(members, 1) if person.key == last), 0)
    return (*members[at:], *members[:at])


def _idle_since(person: PersonRow, situation: Situation) -> datetime:
    return situation.idle_since(person.key) or _NEVER
