"""The values that stand in several parts of a plan: numbers, series, seconds."""

from typing import Annotated

from pydantic import AfterValidator, Field, Strict, WithJsonSchema

from routing.numbers import MAX_DIGITS, MIN_DIGITS, is_e164

# Three signals are some 15 s; a citizen who hears more than a minute of them has given up.
DEFAULT_RING_SECONDS = 20.0
MAX_RING_SECONDS = 300.0
SHORT_CODE_PATTERN = "^[0-9]{0,6}$"


def _e164(text: str) -> str:
    if not is_e164(text):
        raise ValueError("must be E.164: + and 7 to 15 digits, such as +46853061000")
    return text


def _series(text: str) -> str:
    if not (text.startswith("+") and text[1:].isascii() and text[1:].isdigit() and len(text) <= 16):
        raise ValueError("must be the beginning of E.164 numbers: + and at most 15 digits, such as +4685306")
    return text


def listed(value: object) -> object:
    """A list of something; said in plain words, for a single one is easily written without its brackets."""
    if not isinstance(value, list | tuple):
        raise ValueError("must be a list, in brackets: [...]")
    return value


E164 = Annotated[
    str,
    AfterValidator(_e164),
    WithJsonSchema({"type": "string", "pattern": rf"^\+[1-9][0-9]{{{MIN_DIGITS - 1},{MAX_DIGITS - 1}}}$"}),
]
Series = Annotated[str, AfterValidator(_series)]
RingSeconds = Annotated[float, Strict(), Field(ge=1, le=MAX_RING_SECONDS)]
