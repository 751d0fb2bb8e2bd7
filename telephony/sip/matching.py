"""Which transaction a message belongs to: RFC 3261 sections 8.2.2.2, 17.1.3 and 17.2.3."""

from telephony.sip.message import Request, Response
from telephony.sip.via import MAGIC_COOKIE

ClientKey = tuple[str | None, str]
"""Branch of the top Via and method of CSeq."""

MergeKey = tuple[str, str | None, int, str]
"""Call-ID, From-tag, CSeq."""

AckKey = tuple[str, str | None, int]
"""Call-ID, From-tag, CSeq number."""


def client_key(response: Response) -> ClientKey:
    """The key of the client transaction that a response answers (section 17.1.3)."""
    return response.via.branch, response.cseq.method


def server_id(request: Request) -> str:
    """The id of the server transaction of a request; for ACK and CANCEL, that of the INVITE (17.2.3).

    It is made of the request alone, so that it is the same after a restart. CSeq number and Call-ID are
    part of it, beyond section 17.2.3, because pyVoIP uses a branch again for another INVITE; in what a peer
    repeats they are the same anyway.
    """
    method = "INVITE" if request.method in ("ACK", "CANCEL") else request.method
    via = request.via
    branch = via.branch or ""
    sent_by = f"{via.host.lower()}:{via.port or ''}"
    parts = [method, branch, sent_by, request.call_id, str(request.cseq.number)]
    if not branch.startswith(MAGIC_COOKIE):
        # An element of RFC 2543, whose branch is nothing to rely on. To-tags are left out for INVITE
        # because the ACK has one where the INVITE had none.
        to_tag = "" if method == "INVITE" else request.to.tag or ""
        parts += [via.transport, request.uri, request.from_.tag or "", to_tag]
    # No header value holds a line break, so that parts cannot run into each other.
    return "\n".join(parts)


def merge_key(request: Request) -> MergeKey | None:
    """What two copies of a request have in common that came by different paths (section 8.2.2.2).

    None for a request within a dialog, which has one path only.
    """
    if request.to.tag is not None:
        return None
    return request.call_id, request.from_.tag, request.cseq.number, request.method


def ack_key(request: Request) -> AckKey:
    """What an INVITE and the ACK of its 2xx have in common (sections 13.2.2.4 and 17.1.1.3).

    The To-tag is left out because pyVoIP sends a random one.
    """
    return request.call_id, request.from_.tag, request.cseq.number
