"""`[edges.NAME]`: a proxy or session border controller in front of the service."""

from typing import Annotated

from pydantic import AfterValidator, Field

from routing.peers import Peer
from routing.plan_part import Part


class Edge(Part):
    """What stands between the service and those who call it.

    addresses: from where its requests come. Who sends them is told by what the edge has written: `received`
    and `rport` in the Via below its own (RFC 3261 18.2.1, RFC 3581), and Path of a registration (RFC 3327).
    """

    addresses: Annotated[
        tuple[Annotated[str, AfterValidator(lambda text: str(Peer.parse(text)))], ...], Field(min_length=1)
    ]
