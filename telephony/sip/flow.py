"""Where messages come from and go to."""

from dataclasses import dataclass, field

_WILDCARDS = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a message came from or goes to, and by which of our sockets. Addresses are (IP address, port).

    `transport` is written as in Via: "UDP", "TCP", "TLS". With the latter two `local` is where we listen,
    whoever
    opened the connection, and `reopen` is where to connect when there is no connection with `remote`; None
    stands for `remote` itself.
    """

    transport: str
    local: tuple[str, int]
    remote: tuple[str, int]
    reopen: tuple[str, int] | None = field(default=None, compare=False)

    def own_host(self, host: str) -> str:
        """What we call ourselves here: `host`, but our address itself where that is of the other family, as
        whoever is there may not reach the one."""
        ours = self.local[0]
        is_other = (":" in ours) != (":" in host)
        return ours if is_other and ours not in _WILDCARDS else host
