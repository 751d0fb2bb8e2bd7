import json
from typing import Any

import pytest
from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from routing.errors import Fault, PlanInvalid, PlanRefused
from routing.problem import error
from telephony.admin.errors import FieldError, Kind, NotFound, Refusal
from telephony.admin.problems import MAX_ERRORS, field_errors, problem_response, refusal_of, too_often
from telephony.archive.errors import DatabaseAway, DatabaseUnfit, VersionConflict
from telephony.errors import Busy, VaxelnError


def document_of(response: web.Response) -> Any:
    assert isinstance(response.body, bytes)
    return json.loads(response.body)


def test_a_problem_has_the_members_of_rfc_9457() -> None:
    response = problem_response(
        Refusal(Kind.INVALID, "no", [FieldError("/until", "string", "a time")], {"X": "y"})
    )

    assert response.status == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["X"] == "y"
    assert document_of(response) == {
        "type": "/api/v1/docs#invalid",
        "title": "A value is not allowed",
        "status": 422,
        "detail": "no",
        "errors": [{"path": "/until", "value": "string", "allowed": "a time"}],
    }


def test_the_values_that_are_named_are_bounded() -> None:
    many = [FieldError("/a", "string", "none")] * (MAX_ERRORS + 1)

    assert len(document_of(problem_response(Refusal(Kind.INVALID, "no", many)))["errors"]) == MAX_ERRORS


@pytest.mark.parametrize(
    ("raised", "kind", "headers"),
    [
        (NotFound("there is no number 1"), Kind.NOT_FOUND, {}),
        (DatabaseAway("refused"), Kind.DATABASE_AWAY, {"Retry-After": "5"}),
        (DatabaseUnfit("refused"), Kind.DATABASE_AWAY, {"Retry-After": "5"}),
        (Busy("others are worked on"), Kind.BUSY, {"Retry-After": "5"}),
        (TimeoutError(), Kind.BUSY, {"Retry-After": "5"}),
        (VersionConflict(7), Kind.LOST_RACE, {"ETag": '"7"'}),
        (web.HTTPNotFound(), Kind.NOT_FOUND, {}),
        (web.HTTPMethodNotAllowed("PUT", ["GET", "DELETE"]), Kind.METHOD, {"Allow": "DELETE, GET"}),
    ],
)
def test_what_errors_mean_to_who_asked(raised: Any, kind: Kind, headers: dict[str, str]) -> None:
    refusal = refusal_of(raised)

    assert (refusal.kind, refusal.headers) == (kind, headers)
    assert "refused" not in str(refusal)


def test_the_faults_of_a_plan_are_named_by_their_place() -> None:
    refusal = refusal_of(PlanInvalid([Fault("groups.kc.members", "5", "must be a list")]))

    assert refusal.kind is Kind.PLAN_INVALID
    assert refusal.errors == (FieldError("groups.kc.members", "5", "must be a list"),)
    assert str(refusal) == "1 error"


def test_the_errors_of_a_plan_come_with_advice() -> None:
    refusal = refusal_of(PlanRefused([error("numbers.1", "loops", "break it"), error("phones", "x", "y")]))

    assert refusal.kind is Kind.PLAN_REFUSED
    assert refusal.errors[0] == FieldError("numbers.1", "loops", "break it")
    assert str(refusal) == "2 errors"


def test_what_nobody_foresaw_is_raised_again() -> None:
    class Odd(VaxelnError):
        pass

    with pytest.raises(Odd):
        refusal_of(Odd())


@pytest.mark.parametrize(("seconds", "told"), [(0.01, "1"), (1.2, "2"), (59.0, "60")])
def test_who_asks_too_often_is_told_whole_seconds_that_are_enough(seconds: float, told: str) -> None:
    assert too_often(seconds).headers["Retry-After"] == told
    assert int(told) >= seconds


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    odd_name: int


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    inner: dict[str, Inner]
    flag: bool = True


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, FieldError("/inner", "nothing", "Field required")),
        ({"inner": {"a/b~c": {"odd_name": "secret"}}}, "/inner/a~1b~0c/odd_name string"),
        ({"inner": {}, "flag": None}, "/flag null"),
        ({"inner": [1]}, "/inner array"),
        ({"inner": {"a": True}}, "/inner/a boolean"),
        ({"inner": {"a": 1.5}}, "/inner/a number"),
        ({"inner": {}, "token": "secret"}, FieldError("/token", "string", "unknown here; known are a, b")),
    ],
)
def test_a_value_is_named_by_its_place_and_kind_alone(given: Any, found: FieldError | str) -> None:
    with pytest.raises(ValidationError) as refused:
        Outer.model_validate(given)

    (named,) = field_errors(refused.value, ["a", "b"], of_body=True)

    assert found in (named, f"{named.path} {named.value}")
    assert "secret" not in str(named)


def test_a_parameter_is_named_as_it_stands_in_the_query() -> None:
    with pytest.raises(ValidationError) as refused:
        Outer.model_validate({"inner": {}, "flag": 5})

    assert field_errors(refused.value, [], of_body=False)[0].path == "?flag"
