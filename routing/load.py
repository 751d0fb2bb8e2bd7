"""A TOML or JSON text read into a plan, or every fault in it at once."""

import json
import re
import tomllib
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from routing import load_words
from routing.errors import Fault, PlanInvalid
from routing.plan import Plan
from routing.plan_flow import CASES, ONE
from routing.plan_part import Part

# A plan of 10,000 people is 2.8 MB as JSON; what is larger is no plan, and is not read at all.
MAX_CHARACTERS = 4_000_000

# tomllib takes the square of a key's dots. A list of thirty addresses in one line is far from this.
MAX_DOTS = 300

# It also goes down from the top for each line below a heading. The deepest key of a plan has three dots.
MAX_KEY_DOTS = 16
_DEEP_KEY = re.compile(rf"""(?:(?:[\w-]+|"(?:\\.|[^"\\])*"|'[^']*')[ \t]*\.[ \t]*){{{MAX_KEY_DOTS + 1}}}""")

# Python takes the square of a number's digits, and shows none of more than 4300. No word is so long.
MAX_RUN = 1000
_LONG_RUN = re.compile(rf"""(?<![^\s"'\[\](){{}},=])[^\s"'\[\](){{}},=]{{{MAX_RUN + 1}}}""")

_LINE = re.compile(r"[^\n]+")

# Steps of pydantic's that are none of the document
_NO_PLACES = ("[key]", ONE, CASES)

# Values are shown so that they are recognised, not in full.
_MAX_SHOWN = 80


def load_plan(text: str) -> Plan:
    """The plan in a TOML text. Raises PlanInvalid with every fault: path, value and what is allowed."""
    _refuse_long(text)
    _refuse_slow(text)
    try:
        document = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and what int() says of a number of thousands of digits
        raise PlanInvalid([Fault("plan", "", f"must be TOML: {error}")]) from error
    except RecursionError as error:
        raise PlanInvalid([Fault("plan", "", "must be TOML that is not nested so deeply")]) from error
    try:
        return Plan.model_validate(document)
    except ValidationError as error:
        raise PlanInvalid([_fault(detail) for detail in error.errors()]) from error


def load_plan_json(text: str) -> Plan:
    """The plan in a JSON text, which has the keys of the TOML document. Raises PlanInvalid likewise."""
    _refuse_long(text)
    try:
        json.loads(text, object_pairs_hook=_refuse_twice, parse_constant=_refuse_constant)
    except ValueError as error:
        raise PlanInvalid([Fault("plan", "", f"must be JSON: {error}")]) from error
    except RecursionError as error:
        raise PlanInvalid([Fault("plan", "", "must be JSON that is not nested so deeply")]) from error
    try:
        # From the text, not from what `json` made of it: dates are text in JSON, and nowhere else.
        return Plan.model_validate_json(text)
    except ValidationError as error:
        raise PlanInvalid([_fault(detail) for detail in error.errors()]) from error


def _refuse_long(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise PlanInvalid([Fault("plan", f"{len(text)} characters", f"at most {MAX_CHARACTERS} characters")])


def _refuse_slow(text: str) -> None:
    """Refuse before it is read what tomllib reads in more than a time that grows with the length."""
    for found in _LINE.finditer(text):
        line = found.group()
        dots, allowed = line.count("."), ""
        if dots > MAX_DOTS:
            allowed = f"at most {MAX_DOTS} dots in one line"
        elif dots > MAX_KEY_DOTS and _DEEP_KEY.match(line.lstrip(" \t[")):
            allowed = f"at most {MAX_KEY_DOTS} dots in a key"
        elif len(line) > MAX_RUN and _LONG_RUN.search(line):
            allowed = f"at most {MAX_RUN} characters without a blank, quotation mark, bracket, comma or ="
        if allowed:
            number = text.count("\n", 0, found.start()) + 1
            raise PlanInvalid([Fault(f"line {number}", "", allowed)])


def _refuse_twice(pairs: list[tuple[str, object]]) -> None:
    """Of two entries of one name one would be lost silently (RFC 8259 section 4); TOML refuses them too."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise ValueError(f"{_shown(key)} stands there twice")
        seen.add(key)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _fault(detail: ErrorDetails) -> Fault:
    location = tuple(step for step in detail["loc"] if step not in _NO_PLACES)
    if detail["type"] == "extra_forbidden":
        # Its value is not shown: it may be a secret that somebody put where none belongs.
        fields = _model_at(location[:-1]).model_fields
        allowed = ", ".join(field.alias or name for name, field in fields.items())
        return Fault(_path(location), "", f"unknown key; allowed here: {allowed}")
    if detail["type"] == "missing":
        return Fault(_path(location), "", "must be given")
    # Of a whole table nothing is shown: the message names what in it is meant
    value = "" if isinstance(detail["input"], dict) else _shown(detail["input"])
    return Fault(_path(location), value, load_words.allowed(detail))


def _model_at(location: Sequence[int | str]) -> type[Part]:
    """The model at a place of the plan, one step a time: a model's field, or an entry of a table or list."""
    at: Any = Plan
    for step in location:
        at = next(_inner(form, step) for form in _forms(at) if _has(form, step))
    model: type[Part] = next(form for form in _forms(at) if _is_part(form))
    return model


def _forms(thing: Any) -> list[Any]:
    """What may stand at a place: `Flow | None` is a destination, or a list of cases."""
    if get_origin(thing) is Annotated:
        return _forms(get_args(thing)[0])
    if isinstance(thing, UnionType) or get_origin(thing) is Union:
        return [form for each in get_args(thing) for form in _forms(each)]
    return [thing]


def _has(form: Any, step: int | str) -> bool:
    if _is_part(form):
        return step in form.model_fields
    return get_origin(form) is (tuple if isinstance(step, int) else dict)


def _inner(form: Any, step: int | str) -> Any:
    if _is_part(form):
        return form.model_fields[step].annotation
    return get_args(form)[0 if isinstance(step, int) else 1]


def _is_part(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, Part)


def _path(location: Sequence[int | str]) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return path.removeprefix(".") or "plan"


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # a number of more digits than Python shows, perhaps deep inside
        return "a number that is too long"
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."
