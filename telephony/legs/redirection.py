"""Where a phone says that calls are to go instead of to it (3xx, RFC 3261 8.1.3.4, 21.3)."""

from telephony.legs.directory import Directory
from telephony.legs.identity import MOST_PARTIES, user_of
from telephony.sip.errors import ParseError
from telephony.sip.message import Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import OtherUri, SipUri


def number_of(response: Response, directory: Directory) -> str:
    """The first number, normalised, that its Contacts name at this service, or as a tel URI; "" for none.

    Never an address elsewhere: that would have us call whatever a phone says.
    """
    for element in response.headers.elements("Contact")[:MOST_PARTIES]:
        try:
            uri = NameAddr.parse(element).uri
        except ParseError:
            continue
        is_ours = isinstance(uri, SipUri) and directory.is_ours(uri.host)
        if (is_ours or (isinstance(uri, OtherUri) and uri.scheme == "tel")) and user_of(uri):
            return directory.normalise(user_of(uri), None)
    return ""
