"""Whose turn it is: the first of those who wait for somebody who is free.

Pure: what the house has folded, the plan and the clock come in; the switchboard makes a fact of the answer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.decision import Branch, Strategy, Target
from routing.hunt import in_order
from routing.mobiles import Mobiles
from routing.outside import ways_out, why_no_way
from routing.strategy import choose
from routing.tables import GroupRow, PersonRow, Tables
from telephony.call.house import House
from telephony.call.queues import Place


@dataclass(frozen=True, slots=True)
class Turn:
    """It is this call's turn, at its place in the queue of a group: `targets` are to be rung together."""

    place: Place
    queue: str
    targets: tuple[Target, ...]


def next_turn(
    tables: Tables,
    house: House,
    queues: Iterable[str],
    caller_of: Callable[[str], str],
    may_be_called: Callable[[str], bool],
    now: datetime,
    draw: float,
) -> Turn | None:
    """Who is next of all who wait in these queues, or None while nobody is free for any of them.

    Of the queues that share a member, the first is whoever has the better place: priority, then time.
    `caller_of` tells which member or number makes a call, or "": nobody's own call is offered to them.
    `may_be_called` tells whether a callback can be tried: by one phone, or else one way to a mobile, and
    while there is a channel for the caller too. `draw` is random in [0, 1). A queue whose group has left the
    plan has no turns.
    """
    best: Turn | None = None
    heads = [(next(house.queues.in_turn(queue), None), queue) for queue in queues if queue in tables.groups]
    for place, queue in sorted((place, queue) for place, queue in heads if place is not None):
        if best is not None and best.place < place:
            break  # whoever else waits there is behind, too: whom to ring there need not be looked for
        turn = _first(tables, tables.groups[queue], house, caller_of, may_be_called, now, draw)
        if turn is not None and (best is None or turn.place < best.place):
            best = turn
    return best


def _first(
    tables: Tables,
    group: GroupRow,
    house: House,
    caller_of: Callable[[str], str],
    may_be_called: Callable[[str], bool],
    now: datetime,
    draw: float,
) -> Turn | None:
    """The first who waits there and can be offered to somebody, if there is one."""
    free = {person.key for person in group.members if house.is_free(person.key)}
    if not free:
        return None  # as nearly always when many wait: nothing is put in order for it
    members = [person for person in in_order(group, house, now, draw) if person.key in free]
    together = group.strategy is Strategy.ALL
    for place in house.queues.in_turn(group.key):
        is_callback, caller = place.call in house.queues.callbacks(), caller_of(place.call)
        if is_callback and not may_be_called(place.call):
            continue
        mobiles = Mobiles(tables, house, draw, together=together)
        hunted = _latest_last(members, house.queues.rung(place.call))
        for rung in [members] if together else [[person] for person in hunted]:
            chosen = choose(rung, house, now, caller, group=group.key, mobiles=mobiles)
            if isinstance(chosen, tuple) and is_callback:
                chosen = _to_call(tables, house, chosen, caller, draw)
            if isinstance(chosen, tuple) and chosen:
                return Turn(place, group.key, chosen)
        if not is_callback and not any(caller in (person.key, person.mobile) for person in members if caller):
            break  # nobody can be rung for those behind, either
    return None


def _to_call(
    tables: Tables, house: House, chosen: Sequence[Target], number: str, draw: float
) -> tuple[Target, ...]:
    """Of these the one who is to call this number: at a phone where there is one, for who answers there need
    not say so first. Nobody while no channel would be left for the call to it."""
    target = next((target for target in chosen if target.phone), chosen[0])
    taken = {target.trunk: 1} if target.trunk else {}
    ways, reasons = ways_out(tables, number, draw, house, taken)
    return () if not ways and why_no_way(reasons) is Branch.FULL else (target,)


def _latest_last(members: Sequence[PersonRow], rung: Sequence[str]) -> Sequence[PersonRow]:
    """Whom the call was not offered to yet, and then whose offer is the longest ago. Else two who do not
    answer would be rung over and over, each as soon as they were left alone for a moment, the third never."""
    if not rung:
        return members
    turns = {member: turn for turn, member in enumerate(rung, 1)}
    return sorted(members, key=lambda person: turns.get(person.key, 0))
