"""The rules that many headers share: token, quoted-string, lists, parameters, numbers (RFC 3261 25.1).

Every pattern here takes linear time. Loops are possessive (`*+`, `++`), and a quoted string or a `<` that
nobody closes counts as closed by the end of the text, so that no scan starts over behind it.
"""

import re
from collections.abc import Mapping

from telephony.sip.errors import ParseError

Parameters = tuple[tuple[str, str | None], ...]
"""Names and values as they came, quotes included; `None` for a name that stands alone."""

LWS = " \t"
"""What is left of linear white space once a message is unfolded."""

REMEMBERED = 1024
"""How many addresses, and Vias, that were read are kept: a call says each some four times within seconds."""

LONGEST_REMEMBERED = 256
"""Characters of the longest that is kept. Real ones have 100; a megabyte is all that they take together."""

TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]++"
HOST = r"\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9\-._]++"
"""A hostname or address. No hostname may hold an underscore, but the names of real machines do."""

QUOTED = r'"(?:[^"\\\r\n]++|\\[^\r\n])*+"'
# Beyond token and host: an address without brackets (`received`), and what tags made by base64 or from
# addresses hold.
_VALUE = r"[A-Za-z0-9\-.!%*_+`'~\[\]:/@=]++"

_TOKEN = re.compile(TOKEN)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r'["\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f]')
_LINE_BREAK = re.compile(r"[\r\n]")
_LIST_PIECE = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|<[^>]*+(?:>|\Z)|,', re.DOTALL)
_PARAMETER = re.compile(rf"[ \t]*+;[ \t]*+({TOKEN})[ \t]*+(?:=[ \t]*+({QUOTED}|{_VALUE})[ \t]*+)?")
_AUTH_SCHEME = re.compile(rf"[ \t]*+({TOKEN})[ \t]++(?=\S)")
_AUTH_PARAMETER = re.compile(rf"[ \t]*+({TOKEN})[ \t]*+=[ \t]*+({QUOTED}|{_VALUE})[ \t]*+(?:,|\Z)")


def is_token(text: str) -> bool:
    """Return whether `text` is a token."""
    return _TOKEN.fullmatch(text) is not None


def quote(text: str) -> str:
    """Return `text` as a quoted-string. Line breaks, which none can hold, become spaces."""
    return '"' + _TO_ESCAPE.sub(r"\\\g<0>", _LINE_BREAK.sub(" ", text)) + '"'


def unquote(text: str) -> str:
    """Return what a quoted-string stands for; any other text is returned as it is."""
    if not text.startswith('"'):
        return text
    inner = text[1:-1]
    return _QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner


def split_list(text: str) -> list[str]:
    """Split at the commas outside quoted strings and angle brackets. Empty elements are left out."""
    if "," not in text:
        pieces = [text]
    elif '"' not in text and "<" not in text:
        pieces = text.split(",")
    else:
        pieces, start = [], 0
        for match in _LIST_PIECE.finditer(text):
            if match[0] == ",":
                pieces.append(text[start : match.start()])
                start = match.end()
        pieces.append(text[start:])
    return [stripped for piece in pieces if (stripped := piece.strip(LWS))]


def parse_parameters(text: str) -> Parameters:
    """Parse `;name=value;name`, white space allowed round `;` and `=`.

    Raises `ParseError` (also for an empty parameter, as in `;;`).
    """
    text = text.rstrip(LWS)
    parameters = []
    at = 0
    while at < len(text):
        match = _PARAMETER.match(text, at)
        if match is None:
            raise ParseError("Malformed header parameter")
        parameters.append((match[1], match[2]))
        at = match.end()
    return tuple(parameters)


def format_parameters(parameters: Parameters) -> str:
    """Write parameters as they came, each with its `;`."""
    return "".join([f";{name}" if value is None else f";{name}={value}" for name, value in parameters])


def find_parameter(parameters: Parameters, name: str) -> str | None:
    """Return the unquoted value of parameter `name` (lower case); "" without one, `None` when absent."""
    for known, value in parameters:
        if known == name or known.lower() == name:
            return unquote(value) if value and value[0] == '"' else value or ""
    return None


def replace_parameter(parameters: Parameters, name: str, value: str | None) -> Parameters:
    """Return `parameters` with `name` (lower case) set to `value`, raw; where it stood, else at the end."""
    for at, (known, _) in enumerate(parameters):
        if known.lower() == name:
            return (*parameters[:at], (name, value), *parameters[at + 1 :])
    return (*parameters, (name, value))


def parse_auth(text: str) -> tuple[str, dict[str, str]]:
    """Parse a challenge or credentials into the scheme and its parameters: lower-case names, unquoted values.

    Raises `ParseError`, also when a name comes twice: readers that took different ones would disagree on who
    it is.
    """
    match = _AUTH_SCHEME.match(text)
    if match is None:
        raise ParseError("Malformed authentication scheme")
    parameters: dict[str, str] = {}
    at = match.end()
    while at < len(text):
        pair = _AUTH_PARAMETER.match(text, at)
        if pair is None or pair[1].lower() in parameters:
            raise ParseError("Malformed authentication parameters")
        parameters[pair[1].lower()] = unquote(pair[2])
        at = pair.end()
    return match[1], parameters


def parse_number(text: str, largest: int) -> int | None:
    """Return the value of 1*DIGIT, or `largest` when it is more. `None` for anything else.

    Leading zeros are allowed. The length is looked at first, because `int` takes quadratic time.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0")
    if len(digits) > len(str(largest)):
        return largest
    return min(int(digits or "0"), largest)


def format_auth(scheme: str, parameters: Mapping[str, str], bare: frozenset[str]) -> str:
    """Write a challenge or credentials, quoting all values but those of `bare` (RFC 7616 3.3, 3.4)."""
    pairs = [
        f"{name}={value if name in bare and is_token(value) else quote(value)}"
        for name, value in parameters.items()
    ]
    return f"{scheme} {', '.join(pairs)}"
