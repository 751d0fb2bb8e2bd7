"""A DNS server on a port of 127.0.0.1, in a thread of its own: real messages, answers as the test says."""

import socket
import threading
from collections import Counter

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class DnsServer:
    """Answers from `records`: lines of a zone by (name, type). As a context it runs within.

    A name without records is NXDOMAIN; one with records of another type has an empty answer. With `rcode` all
    questions get that. `asked` counts them.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = 0
        self.rcode = dns.rcode.NOERROR
        self.asked: Counter[tuple[str, str]] = Counter()
        self._records: dict[tuple[str, str], tuple[int, list[str]]] = {}
        self._sock: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """As the setting `dns.servers` has it."""
        return f"{self.host}:{self.port}"

    def put(self, name: str, kind: str, *values: str, ttl: int = 300) -> None:
        """Have these records, and no others of this name and type."""
        self._records[name, kind] = (ttl, list(values))

    def __enter__(self) -> "DnsServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Answer, on the port of before if there was one."""
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind((self.host, self.port))
        self.port = self._sock.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(self._sock,))
        self._thread.start()

    def stop(self) -> None:
        """Be away."""
        if self._sock is not None and self._thread is not None:
            self._sock.sendto(b"", (self.host, self.port))
            self._thread.join()
            self._sock.close()
            self._sock = None

    def _serve(self, sock: socket.socket) -> None:
        while True:
            data, client = sock.recvfrom(65_535)
            if not data:
                return
            sock.sendto(self._answer(data), client)

    def _answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA | dns.flags.AA
        response.set_rcode(self.rcode)
        if self.rcode == dns.rcode.NOERROR:
            ttl, values = self._records.get((name, kind), (0, []))
            if values:
                response.answer.append(dns.rrset.from_text(question.name, ttl, "IN", kind, *values))
            elif not any(known == name for known, _ in self._records):
                response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()
