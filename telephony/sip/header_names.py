"""The names of header fields and their compact forms (RFC 3261 7.3.3, the IANA registry)."""

_COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}

_NAMES = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Alert-Info",
    "Allow",
    "Allow-Events",
    "Authorization",
    "CSeq",
    "Call-ID",
    "Call-Info",
    "Contact",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Type",
    "Date",
    "Diversion",
    "Error-Info",
    "Event",
    "Expires",
    "From",
    "Geolocation",
    "History-Info",
    "Identity",
    "In-Reply-To",
    "MIME-Version",
    "Max-Forwards",
    "Min-Expires",
    "Min-SE",
    "Organization",
    "P-Asserted-Identity",
    "P-Called-Party-ID",
    "P-Preferred-Identity",
    "Path",
    "Priority",
    "Privacy",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Require",
    "RAck",
    "RSeq",
    "Reason",
    "Record-Route",
    "Refer-To",
    "Referred-By",
    "Remote-Party-ID",
    "Replaces",
    "Reply-To",
    "Require",
    "Retry-After",
    "Route",
    "Server",
    "Service-Route",
    "Session-Expires",
    "Subject",
    "Subscription-State",
    "Supported",
    "Timestamp",
    "To",
    "Unsupported",
    "User-Agent",
    "Via",
    "WWW-Authenticate",
    "Warning",
)

FieldName = tuple[str, str]
"""(key to look up by, name to write): the key is the long name in lower case."""


def _known_spellings() -> dict[str, FieldName]:
    """Make most fields cost one dictionary access."""
    spellings: dict[str, FieldName] = {}
    for name in _NAMES:
        spellings |= dict.fromkeys((name, name.lower(), name.upper()), (name.lower(), name))
    for letter, name in _COMPACT.items():
        spellings |= dict.fromkeys((letter, letter.upper()), (name.lower(), name))
    return spellings


KNOWN = _known_spellings()
"""The usual spellings of the usual names."""


def field_name(name: str) -> FieldName:
    """Return the key and the canonical name; one we do not know is written as it came."""
    known = KNOWN.get(name)
    if known is None:
        lower = name.lower()
        known = KNOWN.get(lower) or (lower, name)
    return known
