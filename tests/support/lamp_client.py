"""A phone's lamp key on real sockets, without code of the service: it subscribes to `dialog` and is told."""

import re
import secrets
import socket
import time

from tests.support.dialog_info import Document, read
from tests.support.live_town import digest_answer

SECONDS = 10.0
PORT = 5070
"""Beside the phone of the same address."""


class LampClient:
    """Watches one resource from `host` as `user`, by UDP or over one TCP connection."""

    def __init__(self, host: str, server: str, user: str, password: str, *, tcp: bool = False) -> None:
        self.user, self.host, self._server, self._password = user, host, server, password
        self.documents: list[Document] = []
        self.states: list[str] = []
        self._transport = "TCP" if tcp else "UDP"
        if tcp:
            self._sock = socket.create_connection((server, 5060), SECONDS, (host, 0))
        else:
            self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._sock.bind((host, PORT))
            self._sock.connect((server, 5060))
        self._octets = b""
        self._cseq = 0
        self._own = secrets.token_hex(8)  # another client of this address is another
        self._call_id = f"lamp-{self._own}@{host}"
        self._to_tag = ""

    def close(self) -> None:
        """Be switched off, without a word."""
        self._sock.close()

    def subscribe(self, resource: str, expires: int = 600, event: str = "dialog") -> int:
        """SUBSCRIBE with the password; the status that it comes to."""
        status, answer = self._ask(resource, expires, event, "")
        if status == 401:
            challenges = re.findall(r"^WWW-Authenticate: (.*?)\r$", answer, re.MULTILINE)
            credentials = digest_answer(
                challenges, self.user, self._server, password=self._password, method="SUBSCRIBE"
            )
            status, answer = self._ask(resource, expires, event, f"Authorization: {credentials}\r\n")
        if status == 200:
            (self._to_tag,) = re.findall(r"^To: .*;tag=(\S+)\r$", answer, re.MULTILINE)
        return status

    def await_states(self, *states: str) -> Document:
        """Wait for a document with dialogs in these states, and give it."""
        deadline = time.monotonic() + SECONDS
        while not self.documents or self.documents[-1].states != list(states):
            assert time.monotonic() < deadline, f"{states} not told, but {self.documents}"
            self._take(self._receive())
        return self.documents[-1]

    def await_end(self, why: str) -> None:
        """Wait until the subscription is over for this reason."""
        while not (self.states and self.states[-1].startswith(f"terminated;reason={why}")):
            self._take(self._receive())

    def _ask(self, resource: str, expires: int, event: str, authorization: str) -> tuple[int, str]:
        self._cseq += 1
        tag = f";tag={self._to_tag}" if self._to_tag else ""
        address = f"{self.host}:{self._sock.getsockname()[1]}"
        self._send(
            f"SUBSCRIBE sip:{resource}@{self._server} SIP/2.0\r\n"
            f"Via: SIP/2.0/{self._transport} {address};branch=z9hG4bK{self._own}{self._cseq};rport\r\n"
            f"From: <sip:{self.user}@{self._server}>;tag=lamp\r\n"
            f"To: <sip:{resource}@{self._server}>{tag}\r\n"
            f"Call-ID: {self._call_id}\r\nCSeq: {self._cseq} SUBSCRIBE\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self.user}@{address};transport={self._transport.lower()}>\r\n"
            f"Event: {event}\r\nAccept: application/dialog-info+xml\r\nExpires: {expires}\r\n"
            f"{authorization}Content-Length: 0\r\n\r\n"
        )
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            message = self._receive()
            if message.startswith("SIP/2.0 ") and f"CSeq: {self._cseq} SUBSCRIBE" in message:
                return int(message.split()[1]), message
            self._take(message)
        raise AssertionError("no answer to SUBSCRIBE")

    def _take(self, message: str) -> None:
        """Answer a NOTIFY, and read it."""
        if not message.startswith("NOTIFY "):
            return
        head, _, body = message.partition("\r\n\r\n")
        kept = [
            line
            for line in head.split("\r\n")
            if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq", "Record-Route")
        ]
        self._send("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]))
        document = read(body.encode())
        self.states.append(re.findall(r"^Subscription-State: (.*?)\r?$", head, re.MULTILINE)[0])
        if not self.documents or document.version > self.documents[-1].version:
            self.documents.append(document)

    def _send(self, text: str) -> None:
        self._sock.sendall(text.encode())

    def _receive(self) -> str:
        """The next message."""
        self._sock.settimeout(SECONDS)
        if self._transport == "UDP":
            return self._sock.recv(65535).decode()
        while b"\r\n\r\n" not in self._octets:
            self._read()
        head, _, _ = self._octets.partition(b"\r\n\r\n")
        (length,) = re.findall(rb"^Content-Length: (\d+)", head, re.MULTILINE)
        end = len(head) + 4 + int(length)
        while len(self._octets) < end:
            self._read()
        message, self._octets = self._octets[:end], self._octets[end:]
        return message.decode()

    def _read(self) -> None:
        octets = self._sock.recv(65535)
        assert octets, "the service has closed the connection"
        self._octets += octets
