"""Which dialled strings are an emergency call. This is asked before every other rule, and never refuses."""

EMERGENCY_NUMBER = "112"

# What people and equipment make of 112: as dialled, with the country code, with a zero or two for an outside
# line.
_SPELLINGS = frozenset({"112", "+46112", "0046112", "0112", "00112"})

_SOS = "urn:service:sos"

# RFC 3966 section 3 visual separators, and blanks, which mean nothing in a number.
_SEPARATORS = str.maketrans("", "", " -.()")

# A longer string cannot be one of the spellings, and is not worth reading.
_LONGEST = 200


def is_emergency(dialled: str) -> bool:
    """Whether a Request-URI's user, a tel URI or a service URN asks for emergency help.

    Knows 112 in its spellings, and `urn:service:sos` with all its sub-services such as `sos.fire` (RFC 5031
    section 4.2). `urn:service:test.sos` (RFC 6881) is a test and is not one.
    """
    if len(dialled) > _LONGEST:
        return False
    text = dialled.strip().lower()
    if text.startswith("urn:"):
        return text == _SOS or text.startswith(_SOS + ".")
    number = text.removeprefix("tel:").partition(";")[0]
    return number.translate(_SEPARATORS) in _SPELLINGS
