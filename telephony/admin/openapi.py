"""The OpenAPI 3.1 document, made from the table of routes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter

from telephony.admin.bodies import PlanBody
from telephony.admin.errors import Kind
from telephony.admin.operation import Body, Operation
from telephony.admin.problems import MEDIA_TYPE, ProblemDocument, example_of
from telephony.admin.wire import BASE, JSON, TOML

ANSWERS_FILE = Path(__file__).with_name("answers.json")
"""An answer of each operation that has one, by its id, as a town in memory gave it to the example request."""

ALWAYS = (Kind.NO_TOKEN, Kind.FORBIDDEN, Kind.INVALID, Kind.TOO_OFTEN, Kind.BUSY)
"""What every operation may answer."""

WITH_BODY = (Kind.MALFORMED, Kind.SLOW, Kind.TOO_LARGE, Kind.MEDIA_TYPE)

_PROBLEM = TypeAdapter(ProblemDocument)
_REF = "#/components/schemas/{model}"
_HEADERS = {
    Kind.NO_TOKEN: ("WWW-Authenticate", "How to show who you are."),
    Kind.TOO_OFTEN: ("Retry-After", "Seconds until you may ask again."),
    Kind.BUSY: ("Retry-After", "Seconds until you may ask again."),
    Kind.LOST_RACE: ("ETag", "The version in force."),
}
_INTRODUCTION = """
Reads and changes a running Växeln. Make a token with `vaxeln token create NAME --role ROLE` and send it as
`Authorization: Bearer TOKEN`; each operation says which role it needs (`x-role`), and each role may what the
former may: reader, supervisor, operator, admin. Times are UTC when answered; where one is sent without an
offset it is local time in Sweden. Lists come in pages: send `next` of one as `cursor` to have the next. Every
refusal is a problem document (RFC 9457) that names the values that are not allowed.
"""


def document(operations: Sequence[Operation], release: str) -> dict[str, Any]:
    """The whole document. `release` is the program's version."""
    schemas, answers = _Schemas(), json.loads(ANSWERS_FILE.read_text("utf-8"))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = paths.setdefault(BASE + operation.path, {})
        path[operation.method.lower()] = _operation(operation, schemas, answers)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Växeln, admin API",
            "version": release,
            "description": " ".join(_INTRODUCTION.split()),
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.found,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Schemas:
    """Schemas with the definitions that they refer to, each kept once."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def kept(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema; what it defines goes to the components."""
        self.found |= schema.pop("$defs", {})
        return schema

    def named(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A reference to it, by its title."""
        self.found[schema["title"]] = self.kept(schema)
        return {"$ref": _REF.format(model=schema["title"])}

    def answer(self, model: Any) -> dict[str, Any]:
        """A reference to the schema of a value that is answered."""
        # A page is named by its items
        name = next((f"{item.__name__}Page" for item in get_args(model)), model.__name__)
        if name not in self.found:
            schema = TypeAdapter(model).json_schema(mode="serialization", ref_template=_REF)
            self.found[name] = self.kept(schema)
        return {"$ref": _REF.format(model=name)}


def _operation(operation: Operation, schemas: _Schemas, answers: Mapping[str, object]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.about or operation.summary,
        "tags": [operation.path.split("/")[1]],
        "x-role": operation.role.value,
        "parameters": _parameters(operation, schemas),
        "responses": _responses(operation, schemas, answers.get(operation.id)),
    }
    if operation.body is not None:
        made["requestBody"] = {"required": True, "content": _body(operation, operation.body, schemas)}
    return made


def _body(operation: Operation, body: Body, schemas: _Schemas) -> dict[str, Any]:
    schema, example = body.schema(_REF), operation.example.body
    if JSON not in body.media_types:
        return {media_type: {"schema": schema, "example": example} for media_type in body.media_types}
    content: dict[str, Any] = {JSON: {"schema": schemas.named(schema), "example": example}}
    if TOML in body.media_types:
        content[TOML] = {"schema": {"type": "string", "description": "The same document as TOML."}}
    return content


def _parameters(operation: Operation, schemas: _Schemas) -> list[dict[str, Any]]:
    model = schemas.kept(operation.parameters.model_json_schema(ref_template=_REF))
    made = []
    for name, schema in model.get("properties", {}).items():
        in_path = f"{{{name}}}" in operation.path
        parameter = {
            "name": name,
            "in": "path" if in_path else "query",
            "required": name in model.get("required", ()),
            "description": schema.pop("description", ""),
            "schema": _given(schema),
        }
        if name in operation.example.parameters:
            parameter["example"] = _typed(operation.example.parameters[name], parameter["schema"])
        made.append(parameter)
    if operation.needs_version:
        made.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "The ETag of the plan that was read.",
                "schema": {"type": "string", "pattern": '^"[!#-~]*"$'},
                "example": operation.example.if_match,
            }
        )
    return made


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that is there: what is left out is not null."""
    if "anyOf" in schema:
        schema |= next(part for part in schema.pop("anyOf") if part.get("type") != "null")
    if schema.get("default", "") in (None, ""):
        schema.pop("default", None)
    schema.pop("title", None)
    return schema


def _typed(text: str, schema: Mapping[str, Any]) -> object:
    return int(text) if schema.get("type") == "integer" else text


def _responses(operation: Operation, schemas: _Schemas, answer: object) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if operation.answer is None:
        made["204"] = {"description": "Done."}
    else:
        content: dict[str, Any] = {JSON: {"schema": _answer(operation, schemas), "example": answer}}
        content |= {media_type: {"schema": {"type": "string"}} for media_type in operation.also}
        made["200"] = {"description": "Done.", "content": content}
        if TOML in operation.also or operation.needs_version:
            made["200"]["headers"] = {"ETag": _header("The version of the plan.")}
        if operation.id == "readPlan":
            made["304"] = {"description": "The plan is the one of If-None-Match."}
    for kind in _kinds(operation):
        made[str(kind.status)] = _problem(kind, made.get(str(kind.status)), schemas)
    return made


def _answer(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    if TOML in operation.also:  # a plan as it is kept
        return schemas.named(PlanBody().schema(_REF))
    return schemas.answer(operation.answer)


def _kinds(operation: Operation) -> list[Kind]:
    kinds = {*ALWAYS, *operation.problems}
    if operation.body is not None:
        kinds |= set(WITH_BODY)
    if operation.needs_version:
        kinds |= {Kind.NO_VERSION, Kind.LOST_RACE}
    return [kind for kind in Kind if kind in kinds]


def _problem(kind: Kind, before: dict[str, Any] | None, schemas: _Schemas) -> dict[str, Any]:
    example = {"value": _PROBLEM.dump_python(example_of(kind), mode="json")}
    if before is not None:
        before["content"][MEDIA_TYPE]["examples"][kind.slug] = example
        description = f"{before['description']} Or: {kind.title} (`{kind.slug}`)."
        return {**before, "description": description, "x-problems": [*before["x-problems"], kind.slug]}
    made: dict[str, Any] = {
        "description": f"{kind.title} (`{kind.slug}`).",
        "x-problems": [kind.slug],
        "content": {
            MEDIA_TYPE: {"schema": schemas.answer(ProblemDocument), "examples": {kind.slug: example}}
        },
    }
    if kind in _HEADERS:
        name, words = _HEADERS[kind]
        made["headers"] = {name: _header(words)}
    return made


def _header(words: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}}
