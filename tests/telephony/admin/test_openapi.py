import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from telephony.admin.openapi import document
from telephony.admin.operation import Operation
from telephony.admin.routes import OPERATIONS
from telephony.admin.wire import BASE, JSON
from tests.telephony.admin.answer_examples import answer_of

DOCUMENT = document(OPERATIONS, "0.1.0")


def references(value: Any) -> Iterator[str]:
    """Every reference in a part of the document."""
    if isinstance(value, dict):
        yield from (inner for key, inner in value.items() if key == "$ref")
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_it_is_openapi_3_1_and_json() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def test_every_reference_leads_somewhere() -> None:
    names = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}

    assert set(references(DOCUMENT)) <= names
    assert "#/components/schemas/NumberStatePage" in names


def test_every_operation_tells_its_role_and_what_it_may_answer() -> None:
    operations = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]

    assert {operation["operationId"] for operation in operations} == {row.id for row in OPERATIONS}
    for operation in operations:
        assert operation["x-role"] in ("reader", "supervisor", "operator", "admin")
        assert {"401", "403", "422", "429", "503"} <= set(operation["responses"])


@pytest.mark.parametrize(
    ("path", "method", "needed"),
    [("/plan", "put", {"reason", "If-Match"}), ("/calls", "get", set()), ("/explain", "get", {"number"})],
)
def test_what_must_be_given_is_said(path: str, method: str, needed: set[str]) -> None:
    parameters = DOCUMENT["paths"][BASE + path][method]["parameters"]

    assert {parameter["name"] for parameter in parameters if parameter["required"]} == needed


def test_a_parameter_that_may_be_left_out_is_not_null() -> None:
    parameters = DOCUMENT["paths"][f"{BASE}/calls"]["get"]["parameters"]
    schemas = {parameter["name"]: parameter["schema"] for parameter in parameters}

    assert schemas["from"] == {"type": "string", "format": "date-time"}
    assert schemas["outcome"] == {"$ref": "#/components/schemas/Outcome"}
    assert schemas["limit"]["default"] == 50


def test_kinds_of_the_same_status_stand_together() -> None:
    told = DOCUMENT["paths"][f"{BASE}/plan"]["put"]["responses"]["422"]["description"]

    assert all(slug in told for slug in ("`invalid`", "`plan-invalid`", "`plan-refused`"))


def test_a_password_is_never_read() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    assert schemas["PasswordWanted"]["properties"]["password"]["writeOnly"]
    assert "password" not in schemas["PhoneState"]["properties"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_operation_shows_an_answer_that_it_gives(operation: Operation) -> None:
    responses = DOCUMENT["paths"][BASE + operation.path][operation.method.lower()]["responses"]
    if operation.answer is None:
        assert set(responses["204"]) == {"description"}
        return

    shown = responses["200"]["content"][JSON]["example"]

    assert shown == answer_of(operation), "make them anew: python -m tests.telephony.admin.answer_examples"
    TypeAdapter(operation.answer).validate_python(shown, strict=False)


def test_every_problem_has_an_example_of_its_kind() -> None:
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if "x-problems" in answer:
                    examples = answer["content"]["application/problem+json"]["examples"]
                    assert list(examples) == answer["x-problems"]
                    assert {str(example["value"]["status"]) for example in examples.values()} == {status}
