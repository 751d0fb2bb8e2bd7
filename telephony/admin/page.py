"""The page about the API, made from its OpenAPI document: one file without scripts, read without network."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from shlex import quote
from typing import Any
from urllib.parse import urlencode

from telephony.admin.errors import Kind
from telephony.admin.wire import ICAL, JSON, TOML, WAV

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.4 ui-monospace, monospace; background: #f3f3f0; }
pre { padding: .6rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
td, th { border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; }
h3 { margin-top: 2.5rem; border-top: 2px solid #333; padding-top: .6rem; }
.role { float: right; font-weight: normal; }
@media (prefers-color-scheme: dark) {
  body { background: #181818; color: #ddd; } code, pre { background: #262626; } a { color: #8bf; }
}
"""

POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: its own style and nothing else."""

_PREFIX = "#/components/schemas/"
_BOUNDS = {
    "minimum": "from {}",
    "maximum": "to {}",
    "minLength": "at least {} long",
    "maxLength": "at most {} long",
    "default": "{} when left out",
}
_BEGIN = """export VAXELN_URL=http://127.0.0.1:8080    # where this page is, without its path
export VAXELN_TOKEN=vaxeln_...              # from: vaxeln token create NAME --role ROLE"""


def page(document: Mapping[str, Any]) -> str:
    """The page in HTML."""
    info = document["info"]
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(info['title'])}</h1>",
            f"<p>{_text(info['description'])}</p>",
            '<p>For programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>',
            f"<pre>{escape(_BEGIN)}</pre>",
            "<h2>Operations</h2>",
            *_contents(operations),
            *(line for operation in operations for line in _operation(*operation)),
            "<h2>Schemas</h2>",
            *(
                line
                for name, schema in document["components"]["schemas"].items()
                for line in _schema(name, schema)
            ),
            "<h2>Problems</h2>",
            *_problems(),
            "</body></html>",
        ]
    )


def _contents(operations: list[tuple[str, str, Mapping[str, Any]]]) -> Iterator[str]:
    yield "<table>"
    for method, path, operation in operations:
        name = escape(operation["operationId"])
        yield (
            f'<tr><td>{method}</td><td><a href="#{name}">{escape(path)}</a></td>'
            f"<td>{escape(operation['summary'])}</td><td>{escape(operation['x-role'])}</td></tr>"
        )
    yield "</table>"


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    name, role = escape(operation["operationId"]), escape(operation["x-role"])
    yield f'<h3 id="{name}">{escape(operation["summary"])} <span class="role">{role}</span></h3>'
    yield f"<p><code>{method} {escape(path)}</code></p>"
    if operation["description"] != operation["summary"]:
        yield f"<p>{_text(operation['description'])}</p>"
    yield from _parameters(operation["parameters"])
    if "requestBody" in operation:
        yield f"<p>Body: {_content(operation['requestBody'])}</p>"
    yield f"<pre>{escape(_curl(method, path, operation))}</pre>"
    yield from _answers(operation["responses"])
    shown = operation["responses"].get("200", {}).get("content", {}).get(JSON, {}).get("example")
    if shown is not None:
        text = json.dumps(shown, ensure_ascii=False, indent=1)
        yield f"<details><summary>Example of an answer</summary><pre>{escape(text)}</pre></details>"


def _answers(responses: Mapping[str, Any]) -> Iterator[str]:
    """What is answered when it is done in a table, and what else may be in a line."""
    problems = []
    yield "<table><tr><th>Answer</th><th>Meaning</th><th>Content</th></tr>"
    for status, answer in responses.items():
        if "x-problems" in answer:
            problems += [(status, escape(slug)) for slug in answer["x-problems"]]
            continue
        meaning = _text(answer["description"])
        yield f"<tr><td>{status}</td><td>{meaning}</td><td>{_content(answer)}</td></tr>"
    yield "</table>"
    told = ", ".join(f'{status} <a href="#{slug}">{slug}</a>' for status, slug in problems)
    yield f"<p>Problems: {told}.</p>"


def _parameters(parameters: list[Mapping[str, Any]]) -> Iterator[str]:
    if not parameters:
        return
    yield "<table><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr>"
    for parameter in parameters:
        needed = "" if parameter["required"] else " (may be left out)"
        yield (
            f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(parameter['in'])}{needed}</td>"
            f"<td>{_type(parameter['schema'])}</td><td>{_text(parameter['description'])}</td></tr>"
        )
    yield "</table>"


def _curl(method: str, path: str, operation: Mapping[str, Any]) -> str:
    """The example as a command."""
    parts = ["curl", '-H "Authorization: Bearer $VAXELN_TOKEN"']
    query = {}
    for parameter in operation["parameters"]:
        name, value = parameter["name"], str(parameter.get("example", ""))
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", value)
        elif parameter["in"] == "header":
            parts.append(f"-H {quote(f'{name}: {value}')}")
        elif value:
            query[name] = value
    if method != "GET":
        parts.insert(1, f"-X {method}")
    content = operation.get("requestBody", {}).get("content", {})
    if TOML in content:  # a plan, which nobody types
        parts.append(f"-H 'Content-Type: {TOML}' --data-binary @plan.toml")
    elif ICAL in content:
        parts.append(f"-H 'Content-Type: {ICAL}' --data-binary @events.ics")
    elif WAV in content:
        parts.append(f"-H 'Content-Type: {WAV}' --data-binary @recording.wav")
    elif JSON in content:
        example = json.dumps(content[JSON]["example"], ensure_ascii=False)
        parts.append(f"-H 'Content-Type: {JSON}' \\\n  -d {quote(example)}")
    url = f"$VAXELN_URL{path}" + (f"?{urlencode(query)}" if query else "")
    return f'{" ".join(parts)} \\\n  "{url}"'


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f'<h4 id="schema-{escape(name)}">{escape(name)}</h4>'
    if "description" in schema:
        yield f"<p>{_text(schema['description'])}</p>"
    if "properties" not in schema:
        yield f"<p>{_type(schema)}</p>"
        return
    yield "<table>"
    for key, inner in schema["properties"].items():
        needed = "" if key in schema.get("required", ()) else " (may be left out)"
        yield (
            f"<tr><td><code>{escape(key)}</code>{needed}</td><td>{_type(inner)}</td>"
            f"<td>{_text(inner.get('description', ''))}</td></tr>"
        )
    yield "</table>"


def _content(part: Mapping[str, Any]) -> str:
    """What a body or an answer holds."""
    return ", ".join(
        f"{escape(media_type)}: {_type(content['schema'])}"
        for media_type, content in part.get("content", {}).items()
    )


def _type(schema: Mapping[str, Any]) -> str:
    """The type in a few words, linked."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_PREFIX))
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if values:
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    inner = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
    if isinstance(inner[0], dict):
        return f"object, each value: {_type(inner[0])}"
    words = str(schema.get("format") or schema.get("type") or "any value")
    bounds = [phrase.format(schema[key]) for key, phrase in _BOUNDS.items() if key in schema]
    return escape(", ".join([words, *bounds]))


def _problems() -> Iterator[str]:
    yield "<table><tr><th>Type</th><th>Status</th><th>Title</th></tr>"
    for kind in Kind:
        yield f'<tr id="{kind.slug}"><td>{kind.slug}</td><td>{kind.status}</td><td>{kind.title}</td></tr>'
    yield "</table>"


def _text(text: str) -> str:
    """Escaped; `code` between backquotes."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))
