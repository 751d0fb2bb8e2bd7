"""The operations that simulate a plan."""

from collections.abc import Mapping
from typing import Any

from telephony.admin import parameters as p
from telephony.admin import simulation_handlers
from telephony.admin.bodies import LoadBody, PlanBody
from telephony.admin.errors import Kind
from telephony.admin.operation import Example, Operation
from telephony.admin.plan_routes import EXAMPLE_PLAN
from telephony.simulate.result import Simulation
from telephony.tokens import Role

EXAMPLE_LOAD: Mapping[str, Any] = {
    "date": "2026-12-07",
    "calls": {"+46853061000": 60},
    "profile": {"08:00": 2, "08:30": 3, "09:00": 2, "16:30": 1},
    "means": {"talk": 180, "patience": 120, "answer": 8},
}

SIMULATION_ROUTES: tuple[Operation, ...] = (
    Operation(
        id="simulatePlan",
        method="POST",
        path="/plan/simulation",
        summary="See what a plan would have done with the calls of the log",
        about="The calls of a day or month come again, to this plan: what becomes of them beside what "
        "happened. Nothing is changed. One simulation at a time; it ends when whoever asked goes away.",
        role=Role.OPERATOR,
        handler=simulation_handlers.replay,
        answer=Simulation,
        parameters=p.SimulationParameters,
        body=PlanBody(),
        problems=(Kind.PLAN_INVALID, Kind.PLAN_REFUSED, Kind.DATABASE_AWAY, Kind.BUSY),
        example=Example({"day": "2026-12-23", "seed": "1"}, EXAMPLE_PLAN),
        called_off=True,
    ),
    Operation(
        id="simulateLoad",
        method="POST",
        path="/plan/simulation/load",
        summary="See what a plan would do with an invented load",
        about="Calls come by chance, as many as `calls` says of each number and spread as `profile` says.",
        role=Role.OPERATOR,
        handler=simulation_handlers.invent,
        answer=Simulation,
        parameters=p.LoadParameters,
        body=LoadBody(),
        problems=(Kind.PLAN_INVALID, Kind.PLAN_REFUSED, Kind.BUSY),
        example=Example({"seed": "1"}, {"plan": EXAMPLE_PLAN, "load": EXAMPLE_LOAD}),
        called_off=True,
    ),
)
