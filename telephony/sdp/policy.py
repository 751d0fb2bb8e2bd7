"""What a session may agree on with its peer, whatever is offered: by the net of the plan that it is in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from telephony.sdp.codec import OfferedCodec, has_audio
from telephony.sdp.connection import UNSPECIFIED, Connection
from telephony.sdp.errors import NotAcceptable, Warned


def anywhere(host: str) -> bool:
    """Sound may go to every host."""
    return True


@dataclass(frozen=True, slots=True)
class Policy:
    """`codecs` are names in lower case, the best first; None allows all. `allows`: whether sound may be sent
    to a host (canonical text). `signalled_from` is the host that the peer's SIP comes from, or "". `vital`: a
    call to 112, for which sound without a place to go is sent to who signals, and never refused. `direct`
    names the net of a host in which peers may send each other their sound past us, else ""; None: no net.
    """

    codecs: tuple[str, ...] | None = None
    allows: Callable[[str], bool] = anywhere
    signalled_from: str = ""
    vital: bool = False
    direct: Callable[[str], str] | None = None

    def direct_net(self, host: str) -> str:
        """The net of this host, if sound may go directly between peers there; else ""."""
        return self.direct(host) if self.direct else ""

    def choose(self, codecs: Iterable[OfferedCodec]) -> tuple[OfferedCodec, ...]:
        """Those of the codecs that are allowed, the best first; keys (RFC 4733) always are."""
        if self.codecs is None:
            return tuple(codecs)
        ranks = {name: rank for rank, name in enumerate(self.codecs)}
        allowed = [entry for entry in codecs if entry.codec.is_keys or entry.codec.identity[0] in ranks]
        return tuple(sorted(allowed, key=lambda entry: ranks.get(entry.codec.identity[0], len(ranks))))

    def require(self, codecs: Iterable[OfferedCodec]) -> None:
        """Raise NotAcceptable when none of these that carries speech is allowed."""
        if not has_audio(entry.codec for entry in self.choose(codecs)):
            raise NotAcceptable("no codec that its net allows", warning=Warned.MEDIA_FORMAT)

    def host(self, connection: Connection) -> str:
        """Where sound for this address is sent to; one of `UNSPECIFIED` when nothing is to be sent.

        A private address outside of all nets is one behind a NAT, when the peer signals from within a net:
        nothing can reach it, and all that is known of the NAT is the host that the signalling comes from.
        Raises NotAcceptable for every other address that sound may not go to.
        """
        try:
            host = connection.host()
        except NotAcceptable:
            if self.vital and self.signalled_from:
                return self.signalled_from
            raise
        if host in UNSPECIFIED or self.allows(host):
            return host
        if self.signalled_from and self.allows(self.signalled_from) and not ip_address(host).is_global:
            return self.signalled_from
        raise NotAcceptable("media address is in no net of the plan", warning=Warned.MISCELLANEOUS)


OPEN = Policy()
"""Everything that can be relayed."""
