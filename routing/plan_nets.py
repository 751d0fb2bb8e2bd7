"""`[nets.NAME]` of a plan: the networks that sound may go to, and what is spoken there."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from routing.nets import read_prefix
from routing.plan_part import Flag, Part

PrefixText = Annotated[str, AfterValidator(lambda text: str(read_prefix(text)))]
# A token of SDP (RFC 8866 9), of which the longest that is registered has 22
CodecName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]{1,64}$")]


class Net(Part):
    """A network: the most specific prefix that holds an address tells which net it is in.

    prefixes: its addresses. codecs: what is offered and agreed to with peers there, by the names of SDP, the
    best first; keys (telephone-event) always are. direct: whether two peers there may send each other their
    sound without us.
    """

    prefixes: Annotated[tuple[PrefixText, ...], Field(min_length=1)]
    codecs: Annotated[tuple[CodecName, ...], Field(min_length=1)] | None = None
    direct: Flag = False
