"""The WWW-Authenticate and Proxy-Authenticate headers (RFC 3261 20.44, RFC 7616 3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from telephony.sip.grammar import format_auth, parse_auth

_BARE = frozenset({"algorithm", "stale", "userhash"})


@dataclass(frozen=True, slots=True)
class Challenge:
    """A demand for credentials: the scheme as it came, parameters by lower-case name, unquoted."""

    scheme: str
    parameters: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse one header line; these headers are not lists. Raises `ParseError`."""
        return cls(*parse_auth(text))

    def __str__(self) -> str:
        return format_auth(self.scheme, self.parameters, _BARE)

    def get(self, name: str) -> str | None:
        """Return the unquoted value of parameter `name` (lower case), or `None`."""
        return self.parameters.get(name)
