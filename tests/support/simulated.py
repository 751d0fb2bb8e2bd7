"""Small builders for simulations: calls as they were, a day of them, tables with more people."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from routing.decision import Origin
from routing.tables import Tables
from telephony.call.facts import Outcome
from telephony.call.record import Record
from telephony.simulate.draws import Draws
from telephony.simulate.driver import Driver
from telephony.simulate.history import call_of, why_left_out
from telephony.simulate.load import Load, calls_of, knowledge_of
from telephony.simulate.result import Simulation
from telephony.simulate.simulation import replay
from telephony.simulate.values import Meanwhile, Options, PhoneChange, SimulatedCall, Then
from tests.support.calls import CALLER, NOON
from tests.support.plans import BYGGLOV, MAIN

DAY = datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 24, 23, tzinfo=UTC)
"""Tuesday 24 November in Sweden."""


def then(outcome: Outcome = Outcome.ANSWERED, waited: float = 5.0, **fields: Any) -> Then:
    """What became of a call to Kontaktcenter: Amina answered, unless `outcome` says otherwise."""
    answered = outcome is Outcome.ANSWERED
    given: dict[str, Any] = {
        "talked": 60.0 if answered else 0.0,
        "rang": waited,
        "number": MAIN,
        "group": "kc",
        "offered": ("amina", "bengt"),
        "answered_by": "amina" if answered else "",
    }
    return Then(outcome=outcome, waited=waited, answered=answered, **(given | fields))


def came(
    call: str = "c1", after: float = 0.0, became: Then | None = None, dialled: str = MAIN, **fields: Any
) -> SimulatedCall:
    """A call from outside that came so long after noon."""
    given: dict[str, Any] = {"origin": Origin.TRUNK, "origin_name": "operator", "caller": CALLER}
    return SimulatedCall(
        id=call,
        arrived_at=NOON + timedelta(seconds=after),
        hidden=False,
        dialled=dialled,
        then=became,
        **(given | fields),
    )


def everybody(tables: Tables) -> Meanwhile:
    """All phones of the plan are there from the beginning of the day."""
    return Meanwhile(tuple([PhoneChange(DAY[0], phone, there=True) for phone in tables.phones]))


def made_day(tables: Tables, calls: float = 300.0, seed: int = 1, **means: float) -> list[Record]:
    """The records of a day that was made: calls come from 8 to 17, as by chance."""
    hours = {f"{hour:02}:{half}": 1.0 for hour in range(8, 17) for half in ("00", "30")}
    load = Load.model_validate(
        {
            "date": "2026-11-24",
            "calls": {MAIN: calls * 0.7, BYGGLOV: calls * 0.3},
            "profile": hours,
            "means": {"patience": 60.0, **means},
        }
    )
    draws = Draws(seed)
    made: list[Record] = []
    driver = Driver(tables, knowledge_of(load, draws), 0.0, lambda call, record: made.append(record))
    driver.run(calls_of(load, draws), everybody(tables))
    return made


def replayed(tables: Tables, records: Sequence[Record], seed: int = 1, **more: Any) -> Simulation:
    """What a plan does with these calls, everybody being there."""
    calls = [call_of(record) for record in records if not why_left_out(record)]
    calls.sort(key=lambda call: (call.arrived_at, call.id))
    return replay(tables, calls, more.pop("meanwhile", Meanwhile()), Options(*DAY, seed=seed, **more), {})
