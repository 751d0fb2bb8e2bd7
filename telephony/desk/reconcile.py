"""Where what the house holds disagrees with the calls and with the network side: the known "stuck in call".

Nothing of this should ever happen: facts and state come from one fold. If it does, a member would never be
offered a call again, or a trunk lose a channel, until a restart; so it is looked for.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from telephony.call import facts as f
from telephony.call.call import Call
from telephony.call.duty_facts import MemberRested
from telephony.call.house import House
from telephony.call.repair_facts import Repair, StateRepaired

GRACE = timedelta(seconds=2)
"""How late the end of a rest may be: the timer that ends it is asked in the next turn of the loop."""

NO_LEG = "no_leg"
"""Why a leg is lost of which the network side knows nothing."""


def disagreements(
    house: House, calls: Mapping[str, Call], knows: Callable[[str], bool], now: datetime
) -> Iterator[StateRepaired]:
    """What is wrong at `now`, each as the fact that it was put right. `knows` tells whether the network side
    has this leg."""
    for leg, holder in house.legs().items():
        call = calls.get(leg.rpartition(".")[0])
        if call is None or leg not in call.legs or not call.legs[leg].is_open:
            kind = Repair.STUCK_IN_CALL if leg in house.legs_of(holder) else Repair.STUCK_CHANNEL
            yield StateRepaired(at=now, kind=kind, member=holder, leg=leg)
    for call in calls.values():
        for open_leg in call.open_legs():
            if not knows(open_leg.id):
                member = open_leg.target.member if open_leg.target else call.arrived.member
                yield StateRepaired(at=now, kind=Repair.LEG_UNKNOWN, member=member, leg=open_leg.id)
    yield from stuck_in_queues(house, calls, now)
    for member, rest in house.duty.resting().items():
        if rest.until + GRACE < now:
            yield StateRepaired(at=now, kind=Repair.REST_OVERDUE, member=member, leg="")


def stuck_in_queues(house: House, calls: Mapping[str, Call], now: datetime) -> Iterator[StateRepaired]:
    """Who would wait for ever, or never be called back: the journal has lost the call that they are of."""
    for call in house.queues.calls():
        if call not in calls:
            yield StateRepaired(at=now, kind=Repair.STUCK_IN_QUEUE, member="", leg=f"{call}.0")


def seen_twice(before: Collection[StateRepaired], found: Iterable[StateRepaired]) -> Iterator[StateRepaired]:
    """Those that were there at the last look too: one that is only on its way is no disagreement."""
    known = {(old.kind, old.member, old.leg) for old in before}
    return (each for each in found if (each.kind, each.member, each.leg) in known)


def follows(repair: StateRepaired, now: datetime) -> Iterator[f.Fact]:
    """The facts that put it right in a call, beside the repair's own."""
    if repair.kind is Repair.LEG_UNKNOWN:
        call = repair.leg.rpartition(".")[0]
        yield f.LegLost(at=now, call=call, leg=repair.leg, why=NO_LEG)
        yield f.LegEnded(at=now, call=call, leg=repair.leg)
    if repair.kind is Repair.REST_OVERDUE:
        yield MemberRested(at=now, member=repair.member, by="")
