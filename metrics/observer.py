"""Counts facts. It sees each once, in the order of the journal, also those of a replay of live calls."""

from dataclasses import dataclass

from metrics.instruments import Instruments
from telephony.call import facts as f
from telephony.call.call import Call

UNKNOWN = "unknown"
"""The label of calls to numbers that the plan does not have: labels come from the plan, never from a
caller."""


@dataclass(slots=True)
class _Live:
    number: str = UNKNOWN


class Observer:
    """Keeps for each live call only what its last fact will need."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._live: dict[str, _Live] = {}

    def adopt(self, call: Call) -> None:
        """Take over a call that an earlier life of the service left live, so that its end is counted."""
        if call.is_live:
            self._live[call.id] = _Live((call.decision.number if call.decision else "") or UNKNOWN)
            self._instruments.in_progress.inc()

    def observe(self, fact: f.Fact) -> None:
        """Count one fact."""
        match fact:
            case f.CallArrived(call=call):
                self._live[call] = _Live()
                self._instruments.in_progress.inc()
            case f.RouteDecided(call=call, decision=decision) if call in self._live:
                self._live[call].number = decision.number or UNKNOWN
            case f.CallEnded(call=call, outcome=outcome) if call in self._live:
                self._end(call, outcome)
            case f.CallInterrupted(call=call) if call in self._live:
                self._end(call, f.Outcome.INTERRUPTED)
            case _:
                pass

    def _end(self, call: str, outcome: f.Outcome) -> None:
        live = self._live.pop(call)
        self._instruments.calls.labels(number=live.number, outcome=outcome.value).inc()
        self._instruments.in_progress.dec()
