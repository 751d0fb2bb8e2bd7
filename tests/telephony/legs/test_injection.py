"""No text of a peer becomes a header line, or a line of SDP, in anything that goes out, on any leg."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.framing import parse_datagram
from telephony.sip.grammar import quote as quoted
from telephony.sip.message import Message
from tests.support.scripted_peer import Outgoing, sdp
from tests.support.stage import DIRECT, Stage

EVIL = "X-Evil"

OUR_LINES = frozenset(
    (
        *("Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards", "Contact", "Allow", "Supported", "Accept"),
        *("Content-Type", "Content-Length", "Record-Route", "Route", "Privacy", "Reason", "Unsupported"),
        *("Accept-Encoding", "Retry-After", "WWW-Authenticate", "Min-Expires", "Path", "Diversion"),
        *("Session-Expires", "Min-SE", "Require", "RSeq", "RAck", "Event", "Subscription-State"),
        *("P-Asserted-Identity", "P-Preferred-Identity"),
    )
)
"""Every header that the service may write."""

ONCE = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Contact", "Content-Type", "Content-Length")

SEPARATORS = (
    "\r\n",
    "\r",
    "\n",
    "\\\r\n",
    "%0D%0A",
    "%0d%0a",
    "\0",
    "\x0b",
    "\x85",
    "\u2028",
    '"\r\n',
    "\r\n ",
)

evil_text = st.builds(
    lambda before, line_break, after: f"{before}{line_break}{EVIL}: 1{line_break}{after}",
    st.text(max_size=10),
    st.sampled_from(SEPARATORS),
    st.text(max_size=10),
)


def lines_of(data: bytes) -> list[bytes]:
    """The header lines as the most credulous peer would see them: split at any line break of any kind."""
    head = data.partition(b"\r\n\r\n")[0]
    return head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


class Censor(Stage):
    """A stage on which every datagram that goes out is looked at."""

    def pump(self) -> None:
        sent = self.node.messages_to_send()
        for data, _ in sent:
            self.inspect(data)
        self.virtual.endpoint._exchange.messages.extend(sent)
        super().pump()

    def inspect(self, data: bytes) -> None:
        message = parse_datagram(data)
        assert isinstance(message, Message)
        names = [name for name, _ in message.headers]
        assert set(names) <= OUR_LINES, names
        assert all(names.count(name) <= 1 for name in ONCE), names
        lines = lines_of(data)
        assert len(lines) == len(names) + 1
        assert not any(line.lstrip().startswith(EVIL.encode()) for line in lines)
        assert EVIL.encode() not in message.body


def evil_call(stage: Stage, text: str) -> Outgoing:
    """A call from a trunk that is believed, with this text wherever text can be."""
    raw = text.replace("\r\n", " ") if "\r\n\r\n" in text else text
    user = quote(text, safe="", errors="surrogatepass")
    name = quoted(raw)
    target = f"sip:{DIRECT}@192.0.2.1"
    caller = Outgoing(
        stage.pbx, "c-1", f"{name} <sip:{user}@192.0.2.20>;tag=caller", f"{name} <{target}>", target
    )
    caller.branch = caller.request(
        "INVITE",
        sdp("192.0.2.20").replace("Annas samtal", quote(text, errors="surrogatepass")),
        ("P-Asserted-Identity", f"{name} <sip:{user}@pbx.example>"),
        ("Subject", raw),
        ("Contact", f"{name} <sip:{user}@192.0.2.20>"),
    )
    return caller


@given(text=evil_text)
def test_what_a_caller_is_called_makes_no_line(text: str) -> None:
    stage = Censor()
    stage.register("kc1")
    caller = evil_call(stage, text)
    if not stage.phone("kc1").has("INVITE"):
        return  # it was refused, and the refusal looked at
    member = stage.offered("kc1")
    member.accept()
    caller.pick_up()
    caller.reinvite(sdp("192.0.2.20", direction="sendonly"))
    member.hang_up()


@given(text=evil_text)
def test_what_a_member_answers_makes_no_line(text: str) -> None:
    stage = Censor()
    stage.register("kc1")
    caller = stage.call(DIRECT)
    invite = stage.phone("kc1").take("INVITE")
    user = quote(text, safe="", errors="surrogatepass")
    evil = f"{quoted(text)} <sip:{user}@192.0.2.101>"
    stage.phone("kc1").send(
        "SIP/2.0 200 OK\r\n"
        f"Via: {invite.via}\r\nFrom: {invite.from_}\r\nTo: {invite.to};tag=peer\r\n"
        f"Call-ID: {invite.call_id}\r\nCSeq: {invite.cseq}\r\nContact: {evil}\r\n"
        f"Reason: SIP;text={quoted(text)}\r\nContent-Type: application/sdp\r\n\r\n{sdp('192.0.2.101')}"
    )
    stage.wait(1.0)
    caller.cancel()
    stage.wait(1.0)


@pytest.mark.parametrize("line_break", SEPARATORS)
def test_each_separator_in_a_name_that_is_passed_on(line_break: str) -> None:
    stage = Censor()
    stage.register("kc1")

    evil_call(stage, f"a{line_break}{EVIL}: 1")
    stage.wait(1.0)

    assert stage.pbx.responses or stage.phone("kc1").requests


def test_headers_in_a_contact_become_none_of_ours() -> None:
    stage = Stage()
    phone = stage.phone("kc1")
    assert (
        phone.register("kc1", contact="<sip:kc1@192.0.2.101;method=BYE?Route=%3Csip:evil%3E>").status == 200
    )
    caller = Outgoing(
        stage.operator, "c-1", "<sip:x@192.0.2.10>;tag=c", f"<sip:{DIRECT}@x>", f"sip:{DIRECT}@192.0.2.1"
    )
    caller.branch = caller.request(
        "INVITE", sdp("192.0.2.10"), ("Contact", "<sip:x@192.0.2.10?Replaces=a%3Bto-tag%3Db>")
    )
    member = stage.offered("kc1")
    assert member.invite.uri == "sip:kc1@192.0.2.101"
    member.accept()
    caller.pick_up()

    member.hang_up()

    assert stage.operator.take("BYE").uri == "sip:x@192.0.2.10"


@pytest.mark.parametrize("status", [401, 407])
def test_a_far_end_that_challenges_our_requests_gets_no_credentials_and_the_call_ends(status: int) -> None:
    stage = Stage()
    caller, member = stage.connected()
    challenge = 'Digest realm="vaxeln.example", nonce="abc", algorithm=MD5, qop="auth"'
    field = "WWW_Authenticate" if status == 401 else "Proxy_Authenticate"

    caller.reinvite(sdp("192.0.2.10", direction="sendonly"))
    reinvite = member.peer.take("INVITE")
    member.peer.answer(reinvite, status, **{field: challenge})
    caller.hang_up()
    bye = member.peer.take("BYE")
    member.peer.answer(bye, status, **{field: challenge})

    for request in (reinvite, bye, *member.peer.requests):
        assert "Authorization" not in request.headers
        assert "Proxy-Authorization" not in request.headers
    assert not member.peer.has("BYE")
    stage.assert_all_over()


@pytest.mark.parametrize("status", [401, 407])
def test_a_member_that_challenges_our_invite_refuses_it(status: int) -> None:
    stage = Stage()
    stage.register("kc1")
    caller = stage.call(DIRECT)
    member = stage.offered("kc1")

    member.peer.answer(member.invite, status, WWW_Authenticate='Digest realm="a", nonce="b"')

    assert not member.peer.has("INVITE")
    caller.assert_refused(480)
