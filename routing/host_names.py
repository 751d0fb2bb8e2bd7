"""Host names as the plan may write them (RFC 1123 2.1)."""

import re

# A last label of digits alone would be part of an address. SRV records have underscores, but no host that a
# certificate can name.
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LAST = f"(?=[0-9-]*[a-z]){_LABEL}"
_HOST_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LAST}")
_MAX_LENGTH = 253  # RFC 1035 2.3.4, as text


def host_name(text: str) -> str:
    """A host name in lower case, without the dot of the root. Raises ValueError."""
    name = text.lower().removesuffix(".")
    if len(name) > _MAX_LENGTH or not _HOST_NAME.fullmatch(name):
        raise ValueError("this is neither an address nor a host name")
    return name
