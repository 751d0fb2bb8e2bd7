"""A gateway written for tests: it takes calls by TLS or TCP, in threads of its own, and remembers what came.

It shares no code with the service."""

import re
import socket
import ssl
import threading
from contextlib import suppress

from tests.support.certificates import Issued


class StreamGateway:
    """Listens at this address by TLS with this certificate, or by TCP without one.

    It answers OPTIONS and BYE with 200, and INVITE with 180 and 200. `requests` are the first lines and the
    header lines of what came. As a context it runs within.
    """

    def __init__(self, host: str, port: int, shown: Issued | None, authority: str = "") -> None:
        self.host, self.port = host, port
        self.requests: list[tuple[str, list[str]]] = []
        self.connections = 0
        self._context: ssl.SSLContext | None = None
        if shown is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(shown.chain, shown.key)
            if authority:
                self._context.load_verify_locations(authority)
                self._context.verify_mode = ssl.CERT_REQUIRED
        self._listener = socket.create_server((host, port))
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> "StreamGateway":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            each.close()
        self._thread.join(5)

    def invites(self) -> list[str]:
        """The Request-URIs of the INVITEs that came."""
        return [start.split()[1] for start, _ in list(self.requests) if start.startswith("INVITE ")]

    def methods(self) -> list[str]:
        """The methods of all that came but OPTIONS."""
        methods = [start.split()[0] for start, _ in list(self.requests)]
        return [method for method in methods if method != "OPTIONS"]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError):  # it trusts us not, or is gone
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
            self._open.append(sock)
            octets = b""
            while more := sock.recv(65_536):
                octets += more
                while b"\r\n\r\n" in octets:
                    head, _, rest = octets.partition(b"\r\n\r\n")
                    length = int(re.search(rb"(?im)^Content-Length:\s*(\d+)", head)[1])  # type: ignore[index]
                    if len(rest) < length:
                        break
                    octets = rest[length:]
                    self._answer(sock, head.decode())

    def _answer(self, sock: socket.socket, head: str) -> None:
        start, *lines = head.split("\r\n")
        self.requests.append((start, lines))
        method = start.split()[0]
        if start.startswith("SIP/2.0") or method == "ACK":
            return
        if method == "INVITE":
            self._respond(sock, lines, "180 Ringing")
            port = self._listener.getsockname()[1]
            sound = (
                f"v=0\r\no=g 1 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {self.host}\r\nt=0 0\r\n"
                "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
            )
            transport = "tls" if self._context else "tcp"
            contact = f"Contact: <sip:gateway@{self.host}:{port};transport={transport}>"
            self._respond(sock, lines, "200 OK", contact, "Content-Type: application/sdp", body=sound)
        else:
            self._respond(sock, lines, "200 OK")

    def _respond(
        self, sock: socket.socket, lines: list[str], status: str, *more: str, body: str = ""
    ) -> None:
        echoed = [line for line in lines if re.match(r"(?i)(Via|From|Call-ID|CSeq):", line)]
        to = next(line for line in lines if line.lower().startswith("to:"))
        tagged = to if ";tag=" in to else f"{to};tag=gateway"
        response = [f"SIP/2.0 {status}", *echoed, tagged, *more, f"Content-Length: {len(body)}", "", body]
        sock.sendall("\r\n".join(response).encode())
