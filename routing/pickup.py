"""Whose calls somebody may pick up, and whose phones they may watch: those of who is in a group with them."""

from collections.abc import Iterator
from dataclasses import dataclass

from routing.numbers import NumberFormat, normalise
from routing.tables import Tables

MIN_SHORT = 3
"""Digits of a short number: the end of a number of the plan. With fewer of them it says too little."""

_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whose calls are meant: of these people, or to these numbers; or of anybody."""

    people: frozenset[str] = _NOBODY
    numbers: frozenset[str] = _NOBODY
    anybody: bool = False


def share_a_group(tables: Tables, one: str, other: str) -> bool:
    """Whether the two people are in a group together; everybody is with themselves."""
    if one == other:
        return one in tables.people
    memberships = tables.memberships
    return not memberships.get(one, _NOBODY).isdisjoint(memberships.get(other, _NOBODY))


def colleagues(tables: Tables, person: str) -> Iterator[str]:
    """Everybody who is in a group with this person, and the person; each once."""
    groups = [tables.groups[key] for key in tables.memberships.get(person, ())]
    yield from dict.fromkeys([person, *[member.key for group in groups for member in group.members]])


def asked_for(tables: Tables, dialled: str) -> str | None:
    """What follows the pick-up code in what is dialled; None when it does not begin with that."""
    code = tables.pickup_code
    return dialled[len(code) :] if code and dialled.startswith(code) else None


def choose(tables: Tables, text: str) -> Chosen | None:
    """Who is meant by what follows the code: nothing for anybody, a phone account, a person or group by its
    name in the plan, or a number, of which the last digits are enough. None when nobody is."""
    if not text:
        return Chosen(anybody=True)
    if (phone := tables.phones.get(text)) is not None:
        return Chosen(people=frozenset({phone.person}))
    if text in tables.people:
        return Chosen(people=frozenset({text}))
    if (group := tables.groups.get(text)) is not None:
        return Chosen(people=frozenset({member.key for member in group.members}))
    number = normalise(text, NumberFormat.NATIONAL)
    numbers = {number} if number in tables.numbers else set(_short(tables, text))
    people = {person.key for person in tables.people.values() if person.number in numbers}
    return Chosen(people=frozenset(people), numbers=frozenset(numbers)) if numbers else None


def _short(tables: Tables, text: str) -> Iterator[str]:
    if len(text) >= MIN_SHORT and text.isascii() and text.isdigit():
        yield from (number for number in tables.numbers if number.endswith(text))
