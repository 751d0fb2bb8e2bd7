"""Those who wait get whoever becomes free: the part of the switchboard that looks who that is after each
input.

Callers who hold the line and those who are to be called back stand in one order.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from routing.decision import Branch
from routing.mobiles import Mobiles
from routing.strategy import choose
from routing.tables import Tables
from telephony.agenda import Agenda
from telephony.call import calling_back, queueing
from telephony.call.call import Call
from telephony.call.callback_facts import CallbackOwed, CallbackTurnCame
from telephony.call.duty_facts import MISSED
from telephony.call.ending import Reaction
from telephony.call.house import House
from telephony.call.queue_facts import TurnCame, WaitExpired
from telephony.desk.turns import Turn, next_turn

AGAIN = timedelta(minutes=1)
"""How much later a callback that is tried at the end of its time is looked at again."""


TOGETHER = 20
"""How many leave a queue in one step: each costs about half a millisecond, which calls wait for."""

PAUSE = timedelta(milliseconds=50)
"""How long after it the next step is."""


class WaitingRoom:
    """`commit` carries a reaction of a call through, `draw` is random in [0, 1), `call_of` gives a live call,
    `new_call` the id of a new one (UUIDv7), or is None: then nobody is called back."""

    def __init__(
        self,
        house: House,
        agenda: Agenda[datetime],
        commit: Callable[[str, Reaction, datetime], None],
        draw: Callable[[], float],
        call_of: Callable[[str], Call],
        new_call: Callable[[], str] | None,
    ) -> None:
        self._house = house
        self._agenda = agenda
        self._commit = commit
        self._draw = draw
        self._call_of = call_of
        self._new_call = new_call
        self._armed: set[str] = set()  # members of whom the agenda has something

    def follow_changes(self, tables: Tables, now: datetime) -> None:
        """Give turns to those who wait for whoever may have become free, and let those go on for whom the
        last member has gone."""
        if not self._house.is_stirred:
            return  # as nearly always
        members, phones = self._house.take_stirred()
        if (freed := self._house.take_freed()) and self._house.queues and _counts(tables, freed):
            self.give_turns(tables, self._house.queues.names(), now)  # to who is reached outside
        if tried := self._house.queues.take_stirred():
            self.give_turns(tables, [*tried], now)
        for member in members:
            self._arm(member)
        if self._house.queues:
            owners = [tables.single_phones[phone].key for phone in phones if phone in tables.single_phones]
            free = {group for key in (*members, *owners) for group in tables.memberships.get(key, ())}
            queues = [queue for queue in self._house.queues.names() if queue in free]
            self.give_turns(tables, queues, now)
            for queue in queues:
                self.dismiss(tables, queue, now)

    def give_turns(self, tables: Tables, queues: Sequence[str], now: datetime) -> None:
        """One after the other, while somebody is free; each at most once, whatever comes of it."""
        given = set[str]()
        while (turn := self.next_turn(tables, queues, now)) is not None and turn.place.call not in given:
            given.add(turn.place.call)
            if turn.place.call in self._house.queues.callbacks():
                self._call_back(tables, turn, now)
            else:
                call = turn.place.call
                came = TurnCame(at=now, call=call, queue=turn.queue, targets=turn.targets)
                self._commit(call, Reaction([came]), now)

    def dissolve(self, tables: Tables, now: datetime) -> None:
        """Nobody is coming for those who wait for a group that has left the plan: they go on as after a long
        wait, and who is to be called back is somebody's duty."""
        queues = self._house.queues
        gone = [queue for queue in queues.names() if queue not in tables.groups]
        for place in [place for queue in gone for place in queues.places(queue)]:
            if place.call not in queues.callbacks():
                self._commit(place.call, Reaction([WaitExpired(at=now, call=place.call)]), now)
            else:
                self._agenda.set(f"callback/{place.call}", now)
        for queue in queues.names():
            self.dismiss(tables, queue, now)

    def dismiss(self, tables: Tables, queue: str, now: datetime) -> None:
        """Where nobody is there any more those go on who wait; not whose turn it is, until that is over. Of
        many the rest is looked at in a moment."""
        if not self.is_unstaffed(tables, queue, now):
            return
        callbacks = self._house.queues.callbacks()
        waiting = [place.call for place in self._house.queues.in_turn(queue) if place.call not in callbacks]
        for call in waiting[:TOGETHER]:
            self._commit(call, queueing.leave_unstaffed(self._call_of(call), now), now)
        if len(waiting) > TOGETHER:
            self._agenda.set(f"queue/{queue}", now + PAUSE)

    def next_turn(self, tables: Tables, queues: Sequence[str], now: datetime) -> Turn | None:
        """Who is next of those who wait there, if anybody is free for them."""
        if not queues:
            return None
        may = self._may_be_called if self._new_call is not None else lambda callback: False
        return next_turn(tables, self._house, queues, self._caller_of, may, now, self._draw())

    def is_unstaffed(self, tables: Tables, queue: str, now: datetime) -> bool:
        """Whether no member is there any more, in a queue in which nobody is to wait then."""
        row, group = tables.queues.get(queue), tables.groups.get(queue)
        if row is None or group is None or not row.staffed_only:
            return False
        there = (person for person in group.members if self._comes_back(person.key, queue))
        mobiles = Mobiles(tables, self._house, 0.0, together=False)
        chosen = (choose([person], self._house, now, group=queue, mobiles=mobiles) for person in there)
        return all(found is Branch.NOBODY_THERE for found in chosen)  # most often the first one is there

    def _comes_back(self, member: str, queue: str) -> bool:
        """Whether those who wait may hope for the member: also in a pause that they have taken themselves,
        not in one for calls that they missed."""
        duty = self._house.duty
        pause = duty.pause(member)
        return duty.logged_out_since(member, queue) is None and (pause is None or pause.reason != MISSED)

    def schedule(self, callback: str) -> None:
        """Note until when this caller is to have been called back."""
        what = self._house.queues.callbacks().get(callback)
        self._agenda.set(f"callback/{callback}", what.until if what else None)

    def reschedule(self) -> None:
        """Note all times anew."""
        for member in self._house.duty.resting():
            self._arm(member)
        for callback in self._house.queues.callbacks():
            self.schedule(callback)

    def late(self, callback: str, now: datetime) -> CallbackOwed | None:
        """The fact that nobody could call this caller back in time; None while that is being tried: then it
        is asked again."""
        queues = self._house.queues
        if queues.is_tried(callback):
            self._agenda.set(f"callback/{callback}", now + AGAIN)
            return None
        queue, _ = queues.where(callback)
        return calling_back.late(callback, queue, queues.callback(callback), now)

    def _arm(self, member: str) -> None:
        """Note when this member is no more to be left alone."""
        rest = self._house.duty.rest(member)
        if rest is not None:
            self._armed.add(member)
            self._agenda.set(f"member/{member}", rest.until)
        elif member in self._armed:
            self._armed.remove(member)
            self._agenda.set(f"member/{member}", None)

    def _call_back(self, tables: Tables, turn: Turn, now: datetime) -> None:
        assert self._new_call is not None  # or it would have had no turn
        call, callback, target = self._new_call(), turn.place.call, turn.targets[0]
        row = tables.queues.get(turn.queue)  # None of a group that has a queue no more
        came = CallbackTurnCame(
            at=now,
            callback=callback,
            queue=turn.queue,
            call=call,
            member=target.member,
            wrap_up_seconds=row.wait.wrap_up_seconds if row else 0.0,
        )
        contact = self._house.contacts(target.phone)[0] if target.phone else None
        what = self._house.queues.callback(callback)
        self._commit(call, calling_back.begin(what, came, target, contact), now)

    def _may_be_called(self, callback: str) -> bool:
        """Not while the caller's line is taken by us, nor any more when the service drains: it would wait for
        a call that has not begun."""
        return not self._house.draining and self._house.queues.may_be_tried(callback)

    def _caller_of(self, call: str) -> str:
        """Which member or number waits there."""
        callbacks = self._house.queues.callbacks()
        if call in callbacks:
            return callbacks[call].number
        arrived = self._call_of(call).arrived
        return arrived.member or arrived.caller or ""


def _counts(tables: Tables, freed: Collection[str]) -> bool:
    """Whether one of these trunks may have had no channel left for those outside."""
    return any(trunk.channels_out is not None and trunk.name in freed for trunk in tables.outside_trunks)
