"""Where messages come from and go to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a message came from or goes to, and by which of our sockets. Addresses are (IP address, port).

    `transport` is written as in Via: "UDP".
    """

    transport: str
    local: tuple[str, int]
    remote: tuple[str, int]
