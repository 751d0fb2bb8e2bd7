"""Whose a certificate is: the names and addresses that it is for (RFC 5922 7, RFC 3261 26.3.1)."""

from ipaddress import ip_address
from typing import Any

from telephony.sip.errors import ParseError
from telephony.sip.uri import SipUri, Uri

MOST_NAMES = 100
"""Names of one certificate that are looked at: a large provider's has some dozens."""


def identities(certificate: dict[str, Any] | None) -> tuple[str, ...]:
    """Names in lower case and addresses, in order, as `ssl` gives a certificate that it has verified.

    Subject alternative names alone: host names, SIP URIs without a user, and addresses. No wildcard means
    anybody (RFC 5922 7.2), and a common name is none (RFC 6125 6.4.4).
    """
    given = (certificate or {}).get("subjectAltName", ())
    return tuple(dict.fromkeys(name for kind, text in given[:MOST_NAMES] if (name := _identity(kind, text))))


def _identity(kind: str, text: str) -> str:
    match kind:
        case "DNS":
            return "" if "*" in text else text.lower().removesuffix(".")
        case "URI":
            return _domain(text)
        case "IP Address":
            return _address(text)
        case _:
            return ""


def _domain(text: str) -> str:
    try:
        uri = Uri.parse(text)
    except ParseError:
        return ""
    is_domain = isinstance(uri, SipUri) and uri.scheme == "sip" and not uri.user
    return uri.host.lower() if is_domain and isinstance(uri, SipUri) else ""


def _address(text: str) -> str:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return ""
