"""The table of routes: every operation of the admin API. Handlers, validation, roles, the OpenAPI document
and the page are made from it."""

from telephony.admin.calendar_routes import CALENDAR_ROUTES
from telephony.admin.call_routes import CALL_ROUTES
from telephony.admin.member_routes import MEMBER_ROUTES
from telephony.admin.number_routes import NUMBER_ROUTES
from telephony.admin.operation import Operation
from telephony.admin.plan_routes import PLAN_ROUTES
from telephony.admin.prompt_routes import PROMPT_ROUTES
from telephony.admin.simulation_routes import SIMULATION_ROUTES
from telephony.admin.staff_routes import STAFF_ROUTES

OPERATIONS: tuple[Operation, ...] = (
    *PLAN_ROUTES,
    *SIMULATION_ROUTES,
    *CALENDAR_ROUTES,
    *NUMBER_ROUTES,
    *MEMBER_ROUTES,
    *STAFF_ROUTES,
    *PROMPT_ROUTES,
    *CALL_ROUTES,
)
"""All of them, in the order in which they are shown."""
