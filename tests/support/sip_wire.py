"""SIP over one TCP or TLS connection to a running service, written out by the test itself."""

import socket
import ssl
from collections.abc import Callable

from tests.support.certificates import Authority
from tests.support.live_town import Town

SECONDS = 10.0
"""How long an answer may take."""


class Wire:
    """One connection of a client written for this: TCP, or TLS when an authority is given."""

    def __init__(self, town: Town, host: str, authority: Authority | None = None) -> None:
        self.host = host
        port = 5061 if authority else 5060
        plain = socket.create_connection((town.service.host, port), SECONDS, (host, 0))
        if authority is None:
            self.sock = plain
        else:
            context = ssl.create_default_context(cafile=authority.certificate)
            self.sock = context.wrap_socket(plain, server_hostname="vaxeln.example")
        self.via = "SIP/2.0/TLS" if authority else "SIP/2.0/TCP"
        self._octets = b""

    def send(self, start: str, *fields: str, body: str = "") -> None:
        """Send a message, its Content-Length added."""
        lines = [start, *fields, f"Content-Length: {len(body)}", "", body]
        self.sock.sendall("\r\n".join(lines).encode())

    def receive(self) -> tuple[str, dict[str, list[str]], str]:
        """The next message: first line, fields by name, body."""
        head = self._until(lambda: b"\r\n\r\n" in self._octets).partition(b"\r\n\r\n")[0]
        start, *lines = head.decode("utf-8", "replace").split("\r\n")
        fields: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.strip())
        end = len(head) + 4
        whole = end + int(fields["Content-Length"][0])
        octets = self._until(lambda: len(self._octets) >= whole)
        self._octets = octets[whole:]
        return start, fields, octets[end:whole].decode()

    def answer_to(self, start: str, *fields: str, body: str = "") -> tuple[str, dict[str, list[str]], str]:
        """Send a request, and wait for its final answer."""
        self.send(start, *fields, body=body)
        while (answer := self.receive())[0].startswith("SIP/2.0 1"):
            pass
        return answer

    def is_alive(self) -> bool:
        """Whether the service still answers by it."""
        self.sock.sendall(b"\r\n\r\n")
        return self.sock.recv(2) == b"\r\n"

    def rest(self) -> bytes:
        """All that comes until the service closes it."""
        received = b""
        try:
            while octets := self.sock.recv(65_536):
                received += octets
        except ConnectionResetError:
            pass
        return received

    def close(self) -> None:
        """Close it."""
        self.sock.close()

    def _until(self, holds: Callable[[], bool]) -> bytes:
        while not holds():
            octets = self.sock.recv(65_536)
            assert octets, "the service closed the connection"
            self._octets += octets
        return self._octets


def fields(
    wire: Wire, method: str, branch: str, number: int, user: str, dialled: str, tag: str = ""
) -> list[str]:
    """What every request has."""
    return [
        f"Via: {wire.via} {wire.host};branch=z9hG4bK{branch}",
        "Max-Forwards: 70",
        f"From: <sip:{user}@vaxeln>;tag=f{user}",
        f"To: <sip:{dialled}@vaxeln>{tag}",
        f"Call-ID: {branch.rstrip('0123456789')}-{user}",
        f"CSeq: {number} {method}",
        f"Contact: <sip:{user}@{wire.host};transport={wire.via[-3:].lower()}>",
    ]
