"""A network of one's own: 254 loopback addresses that no other test uses, so that ports are free."""

import random
import socket
from dataclasses import dataclass

SIP_PORT = 5060


@dataclass(frozen=True, slots=True)
class Loopback:
    """The addresses PREFIX.1 to PREFIX.254."""

    prefix: str

    @classmethod
    def take(cls) -> "Loopback":
        """A network in 127.0.0.0/8 where nobody has bound the first address."""
        while True:
            network = cls(f"127.{random.randint(16, 250)}.{random.randint(0, 255)}")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                try:
                    probe.bind((network.host(1), SIP_PORT))
                except OSError:
                    continue
                return network

    def host(self, number: int) -> str:
        """One of its addresses."""
        return f"{self.prefix}.{number}"
