"""What callers and members do in a simulation: what the log knows of each call, and draws where it cannot.

- a caller who gave up gives up after the same time; one who was answered would have waited for more
- who answered a call answers it as long after its arrival as then, if it rings there by then; who was rung
  and did not answer does not until then
- a call that somebody picked up who had not been rung is answered at that time by whoever is rung
- all else is drawn from the times of all calls of the log, and is counted as assumed
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from telephony.call.facts import Outcome
from telephony.simulate.draws import Draws
from telephony.simulate.spread import Exponential, Seen, Spread
from telephony.simulate.values import SimulatedCall, Then

FEWEST = 10
"""Times of which a distribution is made: of fewer it would be that of a few single calls."""

MEAN_PATIENCE, MEAN_ANSWER, MEAN_TALK = 120.0, 8.0, 180.0
"""Seconds that are invented where nothing is known: orders of magnitude of a municipality's calls."""

_TALK: Mapping[str, Spread] = {"": Exponential(MEAN_TALK)}

PATIENCE = "how long callers would have waited"
ANSWER = "how soon somebody answers who was not rung then, or rang longer"
TALK = "how long calls last that were not answered then"


@dataclass
class Knowledge:
    """The three spreads; `invented` are those of which the log tells too little, in words."""

    draws: Draws
    patience: Spread
    answer: Spread
    talk: Mapping[str, Spread]  # by number dialled, "" is all
    invented: Sequence[str] = ()

    @classmethod
    def of(cls, calls: Sequence[SimulatedCall], draws: Draws) -> "Knowledge":
        """What the calls of a log tell."""
        past = [(call.dialled, call.then) for call in calls if call.then is not None]
        talks: dict[str, list[float]] = {"": []}
        for number, then in past:
            if then.answered:
                talks[""].append(then.talked)
                talks.setdefault(number, []).append(then.talked)
        patience, answer = _patience(then for _, then in past), _answers(then for _, then in past)
        talk = {number: Seen.of(times) for number, times in talks.items() if len(times) >= FEWEST}
        invented = [
            f"{what}: too few calls tell, so times with a mean of {mean:g} s are invented"
            for what, mean, known in (
                (PATIENCE, MEAN_PATIENCE, patience),
                (ANSWER, MEAN_ANSWER, answer),
                (TALK, MEAN_TALK, talk.get("")),
            )
            if known is None
        ]
        return cls(
            draws,
            patience or Exponential(MEAN_PATIENCE),
            answer or Exponential(MEAN_ANSWER),
            talk or _TALK,
            invented,
        )

    def gives_up_after(self, call: SimulatedCall) -> float | None:
        """Seconds after the arrival; None: waits until told something."""
        then = call.then
        if then is not None and then.outcome is Outcome.ABANDONED:
            return then.waited
        known = 0.0 if then is None or not _waited(then) else then.waited
        return self.patience.beyond(known, self.draws("patience", call.id))

    def answers_after(
        self, call: SimulatedCall, member: str, rung_after: float, again: int = 0
    ) -> float | None:
        """Seconds after the arrival at which a member answers who is rung from `rung_after` on; None: never.
        `again`: which time it is that the call rings while it waits, 0 for the first."""
        then = call.then
        known = 0.0
        if then is not None and rung_after <= then.waited:
            picked_up = then.answered and then.answered_by not in then.offered
            if then.answered_by == member or picked_up:
                return then.waited
            if member in then.offered:
                known = then.waited - rung_after
        names = (call.id, member, str(again)) if again else (call.id, member)
        time = self.answer.beyond(known, self.draws("answer", *names))
        return None if time is None else rung_after + time

    def talks_for(self, call: SimulatedCall) -> float:
        """Seconds."""
        if call.then is not None and call.then.answered:
            return call.then.talked
        spread = self.talk.get(call.dialled) or self.talk[""]
        return spread.beyond(0.0, self.draws("talk", call.id)) or 0.0


def _waited(then: Then) -> bool:
    """Whether the caller waited for somebody: it rang, or they were in a queue."""
    return then.queued or bool(then.offered)


def _patience(past: Iterable[Then]) -> Spread | None:
    """Of those who heard it ring or waited in a queue: who gave up, and who was told something before
    that."""
    rang = [then for then in past if _waited(then)]
    ended = [then.waited for then in rang if then.outcome is Outcome.ABANDONED]
    if len(ended) < FEWEST:
        return None
    return Seen.of(ended, [then.waited for then in rang if then.outcome is not Outcome.ABANDONED])


def _answers(past: Iterable[Then]) -> Spread | None:
    """Of everybody who was rung: who answered, and who had not yet when it ceased. Of who waited in a queue
    the log tells when it rang first, and not for how long."""
    ended: list[float] = []
    cut_off: list[float] = []
    for then in past:
        if then.rang is not None and not then.queued:
            for member in then.offered:
                (ended if then.answered and member == then.answered_by else cut_off).append(then.rang)
    return Seen.of(ended, cut_off) if len(ended) >= FEWEST else None
