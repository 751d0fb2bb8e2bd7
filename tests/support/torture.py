"""The torture messages of RFC 4475 and RFC 5118, byte for byte, and a node to send them to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from telephony.sip.flow import Flow
from telephony.sip.framing import parse_datagram
from telephony.sip.message import Request, Response
from tests.support.stage import DIRECT, Stage
from tests.support.switchboard import ADDRESS

FOLDERS = ("rfc4475", "rfc5118")


@dataclass(frozen=True)
class Torture:
    """One message. `answers` are the status codes that are right, None stands for silence."""

    name: str
    data: bytes
    answers: tuple[int | None, ...]

    def __str__(self) -> str:
        return self.name


def torture_messages(*folders: str) -> Iterator[Torture]:
    """All messages of these RFCs."""
    for folder in folders or FOLDERS:
        place = Path(__file__).parents[1] / folder
        for entry in json.loads((place / "expect.json").read_text()):
            data = (place / entry["file"]).read_bytes()
            yield Torture(f"{folder}/{entry['file']}", data, tuple(entry["final_codes"]))


def send_raw(stage: Stage, data: bytes, source: tuple[str, int]) -> list[Request | Response]:
    """Let a datagram of anybody come in; what the node sends at once, to whomever. All of it must parse."""
    stage.node.receive(data, Flow("UDP", ADDRESS, source), stage.now)
    return take_all(stage)


def take_all(stage: Stage) -> list[Request | Response]:
    """What the node sends now, to whomever."""
    sent = []
    for octets, _ in stage.node.messages_to_send():
        message = parse_datagram(octets)
        assert message is not None
        if isinstance(message, Request):  # what an answer echoes may be malformed
            message.check()
        sent.append(message)
    return sent


def answers_in(messages: list[Request | Response]) -> list[int]:
    """The status codes among them: the final ones, or if there are none, the provisional ones."""
    statuses = [message.status for message in messages if isinstance(message, Response)]
    return [status for status in statuses if status >= 200] or statuses


def assert_serves(stage: Stage) -> None:
    """OPTIONS is answered, and a call from the operator rings a phone, is answered and ended."""
    options = stage.peer("192.0.2.10").request(
        "OPTIONS",
        "sip:192.0.2.1",
        [
            ("From", "<sip:a@b>;tag=1"),
            ("To", "<sip:c@d>"),
            ("Call-ID", f"o-{stage.now}"),
            ("CSeq", "1 OPTIONS"),
        ],
    )
    assert [r.status for r in stage.operator.responses_to(options, "OPTIONS")] == [200]
    phone = stage.phone("kc1")
    assert phone.register("kc1", call_id=f"afterwards-{stage.now}").status == 200
    phone.requests.clear()
    caller = stage.call(DIRECT, call_id=f"afterwards-call-{stage.now}")
    stage.offered("kc1").accept()
    caller.pick_up()
    assert caller.hang_up().status == 200
    stage.phone("kc1").answer_all("BYE")
