"""What goes on among those who answer and those who wait, as a whole and as changes for those who listen."""

from collections.abc import Callable, Mapping
from dataclasses import astuple
from datetime import datetime

from pydantic import TypeAdapter

from metrics.day_counts import DayCount
from routing.tables import Tables
from telephony.admin.values import Live, LiveChange, LiveEvent, NumberToday, QueueNow, WaitingCaller
from telephony.call.queues import Place
from telephony.desk.member_state import State
from telephony.live_feed import Listener, LiveFeed
from telephony.roster import Roster
from telephony.switchboard import Switchboard

_WHOLE, _CHANGE = TypeAdapter(Live), TypeAdapter(LiveChange)


class Floor:
    """`look` about once a second. `now` gives aware UTC, `today` what was
    counted of each number."""

    def __init__(
        self,
        switchboard: Switchboard,
        tables: Tables,
        now: Callable[[], datetime],
        today: Callable[[], Mapping[str, DayCount]],
    ) -> None:
        self._switchboard = switchboard
        self._now = now
        self._today = today
        self._roster = Roster(switchboard, tables)
        self._feed = LiveFeed(self.look, self._first)
        self._queues: tuple[QueueNow, ...] = ()
        self._counted: Mapping[str, DayCount] = {}

    def load(self, tables: Tables) -> None:
        """Follow this plan from now on."""
        self._roster.load(tables)

    def look(self) -> None:
        """See what has changed, and tell it."""
        now = self._now()
        changed, gone = self._roster.look(now)
        if not self._feed.has_listeners:
            return
        before, self._queues = self._queues, self._waiting()
        queues = self._queues if self._queues != before else None
        counted, self._counted = self._counted, self._today()
        today = [_number(*each) for each in self._counted.items() if counted.get(each[0]) != each[1]]
        if changed or gone or today or queues is not None:
            change = LiveChange(now, tuple(changed), tuple(gone), queues, tuple(today))
            self._feed.tell(LiveEvent("change", _CHANGE.dump_json(change).decode()))

    def live(self) -> Live:
        """How everything is."""
        today = tuple([_number(*each) for each in self._today().items()])
        return Live(self._now(), tuple(self._roster.members.values()), self._waiting(), today)

    def listen(self) -> Listener:
        """Hear of it from now on, the whole first. Raises Busy."""
        return self._feed.listen()

    def end(self) -> None:
        """Nobody hears of it any more: the service stops."""
        self._feed.end()

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many members of each group (first) are doing what."""
        counts: Mapping[tuple[str, State], int] = self._roster.counts
        return {(group, state.value): count for (group, state), count in counts.items()}

    def _first(self) -> LiveEvent:
        whole = self.live()
        self._queues, self._counted = whole.queues, self._today()
        return LiveEvent("whole", _WHOLE.dump_json(whole).decode())

    def _waiting(self) -> tuple[QueueNow, ...]:
        """Who waits where. Whoever calls is not told: numbers may be protected."""
        queues = self._switchboard.house.queues
        return tuple(
            [QueueNow(name, tuple(map(_caller, queues.places(name)))) for name in sorted(queues.names())]
        )


def _number(number: str, count: DayCount) -> NumberToday:
    return NumberToday(number, *astuple(count))


def _caller(place: Place) -> WaitingCaller:
    return WaitingCaller(place.call, place.since, place.priority)
