"""What pydantic finds wrong with a value of a plan, in words for who writes plans and no Python."""

from pydantic_core import ErrorDetails

from routing.plan_menu import KEY_PATTERN
from routing.plan_part import NAME_PATTERN, NAME_RULE, VISIBLE
from routing.plan_values import SHORT_CODE_PATTERN

_PATTERNS = {
    NAME_PATTERN: f"a name has {NAME_RULE}",
    KEY_PATTERN: 'must be one key of a phone: 0 to 9, "*" or "#"',
    SHORT_CODE_PATTERN: 'must be up to six digits; "" is none',
    VISIBLE: "has a character that cannot be seen, or that turns the direction of writing",
}
"""Nobody who writes a plan has to read regular expressions."""

_TYPES = {
    "bool_type": "must be true or false, without quotation marks",
    "float_type": "must be a number, without quotation marks",
    "int_type": "must be a whole number, without quotation marks",
    "string_type": "must be a text in quotation marks",
    "model_type": "must be a table, such as { key = value }; in JSON an object",
    "dict_type": "must be a table, such as { key = value }; in JSON an object",
    "tuple_type": "must be a list, in brackets: [...]",
}


def allowed(detail: ErrorDetails) -> str:
    """What is allowed in place of the value that was found."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "string_pattern_mismatch" and context["pattern"] in _PATTERNS:
        return _PATTERNS[context["pattern"]]
    if kind == "too_long" and isinstance(detail["input"], str):
        return f"must be at most {context['max_length']} characters, not {context['actual_length']}"
    if kind in ("too_short", "string_too_short") and context["min_length"] == 1:
        return "must not be empty"
    return _TYPES.get(kind, detail["msg"].removeprefix("Value error, "))
