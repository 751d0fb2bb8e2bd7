"""Text from outside is cleaned at the edge, before the first fact."""

MAX_NAME = 80
"""Characters of a display name that are kept: more than any phone shows."""

MAX_NUMBER = 64
"""Characters of a dialled string or caller that are kept: E.164 has 15 digits, accounts are names."""

MAX_TOKEN = 256
"""Characters of a Call-ID that are kept in the record: real ones have under 100."""


def clean(text: str, limit: int) -> str:
    """`text` as valid Unicode without control characters, blanks folded, at most `limit` characters."""
    if len(text) <= limit and text.isprintable() and "  " not in text:  # as nearly all of it is
        return text.strip()
    valid = text[: limit * 2].encode("utf-8", "replace").decode("utf-8")
    printable = "".join([char if char.isprintable() else " " for char in valid])
    return " ".join(printable.split())[:limit].rstrip()
