"""The heart of a node: legs and switchboard joined. Synchronous, with time and randomness given in.

Each input runs until nothing more follows: facts up to the switchboard, which journals them, actions down to
the legs, whose new facts go up again. Only then are messages handed out: a fact is in the journal before its
datagram leaves.
"""

from collections.abc import Callable
from datetime import datetime

from routing.tables import Tables
from telephony.agenda import earlier
from telephony.call import facts as f
from telephony.legs.legs import Legs
from telephony.sip.flow import Flow
from telephony.switchboard import Switchboard


class Node:
    """Feed it datagrams, playback ends and time; after each send `messages_to_send` and look at `get_timer`.

    `utc` turns monotonic seconds into aware UTC and `monotonic` back.
    """

    def __init__(
        self,
        legs: Legs,
        switchboard: Switchboard,
        utc: Callable[[float], datetime],
        monotonic: Callable[[datetime], float],
    ) -> None:
        self.legs = legs
        self.switchboard = switchboard
        self._utc = utc
        self._monotonic = monotonic

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        """Take one datagram."""
        self.legs.receive(data, flow, now)
        self._run(now)

    def transport_failed(self, flow: Flow, now: float) -> None:
        """Nothing can be sent on this flow."""
        self.legs.transport_failed(flow, now)
        self._run(now)

    def playback_ended(self, leg: str, now: float) -> None:
        """A prompt was played to its end."""
        self.legs.playback_ended(leg, now)
        self._run(now)

    def key_pressed(self, leg: str, signal: str, now: float) -> None:
        """A key was pressed in the sound of a leg (RFC 4733)."""
        self.legs.key_pressed(leg, signal, now)
        self._run(now)

    def recover(self, now: float) -> list[str]:
        """After replay: end what an earlier life left open. Gives the legs that could not be brought back."""
        lost = []
        for call in self.switchboard.calls.values():
            for leg in call.open_legs():
                if leg.dialog is not None and not self.legs.restore(call.id, leg.id, dict(leg.dialog), now):
                    lost.append(leg.id)
        self.switchboard.interrupt(self._utc(now), lost)
        self._run(now)
        return lost

    def end_all(self, now: float, reason: str, *, emergency: bool = False) -> None:
        """End every live call; one to 112 only when `emergency` says so."""
        self.switchboard.end_all(self._utc(now), reason, emergency=emergency)
        self._run(now)

    def load(self, tables: Tables, now: float) -> None:
        """Decide by these tables from now on, watch over their gateways and phones, register with their
        trunks."""
        self.switchboard.load(tables, self._utc(now))
        self.legs.watch.begin(now)
        self.legs.subscriptions.load(now)
        self.legs.registrations.begin(now)
        self._run(now)

    def leave(self, now: float) -> None:
        """Take back what we have registered elsewhere: the service stops."""
        self.legs.registrations.end(now)
        self._run(now)

    @property
    def is_leaving(self) -> bool:
        """Whether some registrar has not answered that."""
        return self.legs.registrations.is_leaving

    def names_changed(self, now: float) -> None:
        """Host names of gateways mean something else: watch over them there, and register there."""
        self.legs.watch.look_up_gateways(now)
        self.legs.registrations.begin(now)
        self._run(now)

    def record(self, fact: f.Fact, now: float) -> None:
        """Take a fact of the service itself."""
        self.switchboard.receive(fact, self._utc(now))
        self._run(now)

    def get_timer(self) -> float | None:
        """When `handle_timer` is next due, in monotonic seconds."""
        deadline = self.switchboard.get_timer()
        return earlier(self.legs.get_timer(), None if deadline is None else self._monotonic(deadline))

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self.legs.handle_timer(now)
        self._run(now)
        self.switchboard.handle_timer(self._due_at(now))
        self._run(now)

    def _due_at(self, now: float) -> datetime:
        """The UTC of `now`, and not a rounding error before a deadline that `get_timer` gave as `now`."""
        at, deadline = self._utc(now), self.switchboard.get_timer()
        return max(at, deadline) if deadline is not None and self._monotonic(deadline) <= now else at

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        """What is to be sent now: everything it stands for is in the journal."""
        return self.legs.messages_to_send()

    @property
    def has_calls(self) -> bool:
        """Some call has no outcome yet."""
        return self.switchboard.live_calls > 0

    @property
    def is_idle(self) -> bool:
        """No call is live and no leg is left."""
        return not self.switchboard.calls and not self.legs.open_legs

    def _run(self, now: float) -> None:
        """Carry facts up and actions down until nothing follows."""
        busy = True
        while busy:
            busy = False
            if facts := list(self.legs.facts()):
                self.switchboard.receive_all(facts, self._utc(now))
                busy = True
            for action in self.switchboard.actions():
                self.legs.perform(action, now)
                busy = True
