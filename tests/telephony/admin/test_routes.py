"""The table is the API: nothing is served beside it, nobody gets in without a role, and its examples work."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from telephony.admin.operation import Operation
from telephony.admin.parameters import Parameters
from telephony.admin.routes import OPERATIONS
from telephony.admin.wire import BASE
from telephony.tokens import Role
from tests.support.api import Desk, request_of
from tests.telephony.admin.answer_examples import example_town

CHANGES = {
    "applyPlan",
    "withdrawPendingPlan",
    "rollBackPlan",
    "putDeviations",
    "setOverride",
    "endOverride",
    "setPassword",
    "putRecording",
    "removeRecording",
    "setMemberState",
}
PUBLIC = {"/healthz", "/readyz", "/metrics", f"{BASE}/openapi.json", f"{BASE}/docs"}


def test_only_what_holds_nothing_of_the_service_is_open(tmp_path: Path) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in Desk(tmp_path).server.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }

    in_table = {(operation.method, BASE + operation.path) for operation in OPERATIONS}
    assert served == in_table | {("GET", path) for path in PUBLIC}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_operation_has_a_role_and_changes_need_more_than_reading(operation: Operation) -> None:
    assert isinstance(operation.role, Role)
    changes = operation.method != "GET"
    assert operation.role is not Role.READER or not changes
    assert set(_path_names(operation)) <= set(_names(operation.parameters))


def test_operations_are_told_apart() -> None:
    assert len({operation.id for operation in OPERATIONS}) == len(OPERATIONS)
    assert len({(operation.method, operation.path) for operation in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_the_example_works_and_a_change_is_journalled_with_who(operation: Operation, tmp_path: Path) -> None:
    town = example_town(operation)
    before = len(town.journalled)

    async def ask(desk: Desk) -> None:
        reply = await desk.ask(*request_of(operation), role=operation.role)

        assert reply.status == (204 if operation.answer is None else 200), reply.octets
        if operation.answer is not None:
            TypeAdapter(operation.answer).validate_json(reply.octets)

    Desk(tmp_path, town).run(ask)

    by = {entry[1] for entry in town.journalled[before:]}
    assert by == ({operation.role.value} if operation.id in CHANGES else set())


def _path_names(operation: Operation) -> list[str]:
    return [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]


def _names(model: type[Parameters]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
