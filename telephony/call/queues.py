"""Who waits in which queue, in which order, and how fast it goes. It is folded by the house, and for it."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from telephony.call.callback_facts import Callback

SAMPLES = 10
"""From how many of the last callers the wait is worked out: it follows when somebody goes to lunch."""

FEWEST = 3
"""With fewer there is no telling."""


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A place in a queue: these are in the order of their turns. Of who came in the same moment the older
    call is the first, for ids are in order of time."""

    priority: int
    since: datetime
    call: str


@dataclass(slots=True)
class Tried:
    """A callback that is being tried, in a call of `member`, who has `wrap_up_seconds` after it; `is_taken`:
    they have answered."""

    callback: str
    queue: str
    member: str
    wrap_up_seconds: float
    is_taken: bool = False


class _Queue:
    """One queue: who waits, and how much time went by between those who were answered in it."""

    __slots__ = ("answered_at", "between", "places")

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.answered_at: datetime | None = None  # the last one, if others have waited ever since
        self.between: deque[float] = deque(maxlen=SAMPLES)

    def answered(self, at: datetime) -> None:
        if self.answered_at is not None:
            self.between.append((at - self.answered_at).total_seconds())
        self.answered_at = at


class Queues:
    """The fold. There are as many entries as live calls that wait, and a few numbers for each queue."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}
        self._of: dict[str, tuple[str, Place]] = {}  # by call
        self._turns: set[str] = set()  # calls whose turn it is
        self._rung: dict[str, tuple[str, ...]] = {}  # by call
        self._callbacks: dict[str, Callback] = {}  # by the call that asked: its place is kept under that id
        self._tried: dict[str, Tried] = {}  # by the call that is made
        self._asking: set[str] = set()  # callbacks whose caller still hears that they will be called
        self._stirred: set[str] = set()  # queues of callbacks that may be tried from now on

    def __bool__(self) -> bool:
        """Whether anybody waits."""
        return bool(self._of)

    def waiting(self, queue: str) -> int:
        """How many wait there, those whose turn it is among them."""
        found = self._queues.get(queue)
        return len(found.places) if found else 0

    def longest(self) -> Mapping[str, datetime]:
        """Since when the one waits who has waited longest, by queue; only those where somebody waits."""
        return {
            name: min(place.since for place in queue.places)
            for name, queue in self._queues.items()
            if queue.places
        }

    def names(self) -> list[str]:
        """The queues in which somebody waits."""
        return [name for name, queue in self._queues.items() if queue.places]

    def places(self, queue: str) -> Sequence[Place]:
        """All places there, in order."""
        found = self._queues.get(queue)
        return tuple(found.places) if found else ()

    def in_turn(self, queue: str) -> Iterator[Place]:
        """Who waits there for their turn, in order; not whose turn it is."""
        found = self._queues.get(queue)
        places = found.places if found else ()
        return (place for place in places if place.call not in self._turns)

    def place(self, call: str) -> tuple[str, Place] | None:
        """The queue in which the call waits, and its place there."""
        return self._of.get(call)

    def rung(self, call: str) -> Sequence[str]:
        """The members that the call was offered to in its queue, each once, the latest last."""
        return self._rung.get(call, ())

    def position(self, call: str) -> int:
        """The caller's position, 1 for who is the next; 0 when the call waits nowhere."""
        if call not in self._of:
            return 0
        queue, place = self._of[call]
        return bisect_left(self._queues[queue].places, place) + 1

    def seconds_ahead(self, call: str) -> float | None:
        """How long the caller will wait as it goes now; None when there is no telling."""
        if call not in self._of:
            return None
        between = self._queues[self._of[call][0]].between
        if len(between) < FEWEST:
            return None
        return self.position(call) * sum(between) / len(between)

    # ---- callbacks

    def callbacks(self) -> Mapping[str, Callback]:
        """Who is to be called back, by the call that asked."""
        return self._callbacks

    def callback(self, callback: str) -> Callback:
        """What that is."""
        return self._callbacks[callback]

    @property
    def is_calling(self) -> bool:
        """Whether anybody is being called back at this moment."""
        return bool(self._tried)

    def tried_in(self, call: str) -> Tried | None:
        """The callback that this call was made for, if it is not settled."""
        return self._tried.get(call)

    def is_tried(self, callback: str) -> bool:
        """Whether somebody is about to call."""
        return callback in self._turns

    def where(self, call: str) -> tuple[str, Place]:
        """The queue in which a call or a callback waits, and its place there. KeyError when it does not."""
        return self._of[call]

    def may_be_tried(self, callback: str) -> bool:
        """Whether the caller's line is free as far as we know: they have left the call in which they asked,
        and are not being called back at this moment."""
        number = self._callbacks[callback].number
        is_called = any(self._callbacks[tried.callback].number == number for tried in self._tried.values())
        return not is_called and callback not in self._asking

    @property
    def is_stirred(self) -> bool:
        """Whether there is any of what `take_stirred` would give."""
        return bool(self._stirred)

    def take_stirred(self) -> set[str]:
        """The queues of callbacks that may be tried again, since this was asked last."""
        stirred = self._stirred
        if stirred:
            self._stirred = set()
        return stirred

    def calls(self) -> Iterator[str]:
        """The calls of which it has something: who waits, who still hears of a callback, and those that are
        made for one."""
        yield from (call for call in self._of if call not in self._callbacks)
        yield from self._asking
        yield from self._tried

    def lose(self, call: str) -> None:
        """There is no such call."""
        if call in self._tried:
            self.pass_callback(self._tried[call].callback, call)
        elif call in self._callbacks:
            self.asked(call)
        else:
            self._leave(call)

    def carry(self) -> dict[str, dict[str, Callback]]:
        """All that is to be called back, by queue and callback."""
        found: dict[str, dict[str, Callback]] = {}
        for callback, what in self._callbacks.items():
            found.setdefault(self._of[callback][0], {})[callback] = what
        return found

    def carried(self, waiting: Mapping[str, Mapping[str, Callback]]) -> None:
        """It is these, and no others."""
        kept = {callback for callbacks in waiting.values() for callback in callbacks}
        for callback in [callback for callback in self._callbacks if callback not in kept]:
            self.end_callback(callback)
        for queue, callbacks in waiting.items():
            for callback, what in callbacks.items():
                if callback not in self._callbacks:
                    self.promise(callback, queue, what)

    def promise(self, callback: str, queue: str, what: Callback) -> None:
        """A callback has this place. Said twice where a journal segment begins with the fact of it."""
        if callback in self._callbacks:
            return
        self._callbacks[callback] = what
        self.join(callback, queue, what.priority, what.since)

    def ask(self, callback: str) -> None:
        """The caller is told so."""
        self._asking.add(callback)

    def asked(self, callback: str) -> None:
        """The call in which it was asked for is over."""
        self._asking.discard(callback)
        self._stirred.add(self._of[callback][0])

    def try_callback(self, call: str, tried: Tried) -> None:
        """It is being tried, in this call."""
        self.begin_turn(tried.callback, [tried.member])
        self._tried[call] = tried

    def take_callback(self, call: str) -> None:
        """The member has answered, and the caller is called."""
        if call in self._tried:  # or the journal has lost how it began
            self._tried[call].is_taken = True

    def pass_callback(self, callback: str, call: str) -> None:
        """The member has not: it waits on."""
        self._tried.pop(call, None)
        self.end_turn(callback)
        self._stir(self._callbacks.get(callback))

    def end_callback(self, callback: str) -> None:
        """It is done, or somebody's duty."""
        self._tried = {call: tried for call, tried in self._tried.items() if tried.callback != callback}
        what = self._callbacks.pop(callback, None)
        self._asking.discard(callback)
        self._leave(callback)
        self._stir(what)

    def _stir(self, what: Callback | None) -> None:
        """Its number is being called no more. None where the journal has lost what it was."""
        if what is not None:
            same = [other for other, it in self._callbacks.items() if it.number == what.number]
            self._stirred |= {self._of[other][0] for other in same}

    # ---- the fold

    def join(self, call: str, queue: str, priority: int, since: datetime) -> None:
        """The call waits there."""
        place = Place(priority, since, call)
        insort(self._queues.setdefault(queue, _Queue()).places, place)
        self._of[call] = queue, place

    def begin_turn(self, call: str, members: Iterable[str] = ()) -> None:
        """It is the call's turn: these are rung."""
        self._turns.add(call)
        chosen = tuple(dict.fromkeys(members))
        earlier = [member for member in self.rung(call) if member not in chosen]
        self._rung[call] = (*earlier, *chosen)

    def end_turn(self, call: str) -> None:
        """Nobody took it."""
        self._turns.discard(call)

    def leave(self, call: str, at: datetime, *, answered: bool) -> None:
        """The call waits no more."""
        queue = self._leave(call)
        if queue is not None and answered and queue.places:
            queue.answered(at)

    def _leave(self, call: str) -> _Queue | None:
        """Give up the place; the queue where that was."""
        self._turns.discard(call)
        self._rung.pop(call, None)
        if call not in self._of:
            return None
        name, place = self._of.pop(call)
        queue = self._queues[name]
        del queue.places[bisect_left(queue.places, place)]
        if not queue.places:
            queue.answered_at = None  # whoever comes next has not waited behind anybody
        return queue

    def shift(self, step: timedelta) -> None:
        """The machine's clock was set."""
        for queue in self._queues.values():
            queue.places = [Place(place.priority, place.since + step, place.call) for place in queue.places]
            queue.answered_at = queue.answered_at and queue.answered_at + step
        self._of = {
            call: (name, Place(place.priority, place.since + step, place.call))
            for call, (name, place) in self._of.items()
        }
        self._callbacks = {
            callback: replace(what, since=what.since + step, until=what.until + step)
            for callback, what in self._callbacks.items()
        }
