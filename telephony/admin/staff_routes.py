"""The operations on groups and phones, and on the service itself."""

from telephony.admin import parameters as p
from telephony.admin import staff_handlers
from telephony.admin.bodies import JsonBody, PasswordWanted
from telephony.admin.errors import Kind
from telephony.admin.operation import Example, Operation, Page
from telephony.admin.values import GroupState, PhoneState, Registration, ServiceStatus
from telephony.tokens import Role

STAFF_ROUTES: tuple[Operation, ...] = (
    Operation(
        id="listGroups",
        method="GET",
        path="/groups",
        summary="List the groups with the state of their members",
        role=Role.READER,
        handler=staff_handlers.groups,
        answer=Page[GroupState],
        parameters=p.ListParameters,
    ),
    Operation(
        id="readGroup",
        method="GET",
        path="/groups/{group}",
        summary="See who of a group is there, in a call, or being rung",
        role=Role.READER,
        handler=staff_handlers.group,
        answer=GroupState,
        parameters=p.GroupParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({"group": "kontaktcenter"}),
    ),
    Operation(
        id="listPhones",
        method="GET",
        path="/phones",
        summary="List the phone accounts",
        role=Role.READER,
        handler=staff_handlers.phones,
        answer=Page[PhoneState],
        parameters=p.ListParameters,
    ),
    Operation(
        id="setPassword",
        method="PUT",
        path="/phones/{account}/password",
        summary="Set a phone's password",
        about="It is kept as hashes and can never be read.",
        role=Role.ADMIN,
        handler=staff_handlers.set_password,
        parameters=p.PhoneParameters,
        body=JsonBody(PasswordWanted),
        problems=(Kind.NOT_FOUND,),
        example=Example({"account": "kc1"}, {"password": "korrekt häst batteri"}),
    ),
    Operation(
        id="listRegistrations",
        method="GET",
        path="/registrations",
        summary="List where phones can be reached now",
        role=Role.OPERATOR,
        handler=staff_handlers.registrations,
        answer=Page[Registration],
        parameters=p.ListParameters,
    ),
    Operation(
        id="readStatus",
        method="GET",
        path="/status",
        summary="See how the service, its journal and its database do",
        role=Role.READER,
        handler=staff_handlers.status,
        answer=ServiceStatus,
    ),
)
