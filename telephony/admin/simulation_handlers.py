"""What a plan would do that is not in force. The service simulates beside itself, and gives the JSON."""

from telephony.admin.operation import Answer, Ask, Text
from telephony.admin.parameters import LoadParameters, SimulationParameters
from telephony.admin.ports import Administration
from telephony.admin.values import Draft
from telephony.admin.wire import JSON


async def replay(service: Administration, ask: Ask[SimulationParameters, Draft]) -> Answer:
    """With the calls of the log."""
    asked = ask.parameters
    return Answer(Text(JSON, await service.simulate_log(ask.body, *asked.days(), asked.staff, asked.seed)))


async def invent(service: Administration, ask: Ask[LoadParameters, Draft]) -> Answer:
    """With an invented load."""
    return Answer(Text(JSON, await service.simulate_load(ask.body.text, ask.parameters.seed)))
