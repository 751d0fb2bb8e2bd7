"""A caller of a queue asks to be called back, and the one member there has nothing but a mobile: it is rung,
somebody presses 1, the caller is called, and both hear each other."""

import time
from pathlib import Path

from telephony.call import callback_facts as b
from telephony.call import facts as f
from telephony.media.prompts import Prompts
from tests.support.crew import Member, Talk, header
from tests.support.ears import Ear, Ears, assert_said, frames
from tests.support.eventually import eventually
from tests.support.loopback import Loopback
from tests.support.running_service import RunningService
from tests.support.sipp import Sipp, audio

MAIN = "+46853061000"
PLAN = """
[municipality]
name = "Botkyrka kommun"
main_number = "+46853061000"
[trunks.operator]
peers = ["{operator}"]
numbers = ["+4685306"]
options = false
[trunks.net]
peers = ["{net}"]
gateways = ["{net}"]
outside = true
options = false
[calendars.always]
open = "always"
[people.amina]
name = "Amina"
mobile = "+46701740699"
[groups.kontaktcenter]
name = "Kontaktcenter"
members = ["amina"]
[groups.kontaktcenter.queue]
callback = true
retry_seconds = 2
wrap_up_seconds = 60
[numbers."+46853061000"]
function = "Kontaktcenter"
calendar = "always"
destination = {{ group = "kontaktcenter" }}
"""
LISTEN_SECONDS = 1.0
HEARD = 40
"""Packets that are heard in that time, at least."""


class Network(Member):
    """The public network: each call is taken at another telephone, the first one of all refused."""

    def __init__(self, ears: Ears, host: str, server: str) -> None:
        super().__init__(ears, host, server, "net", refusals=[486])
        self.telephones: list[Ear] = []

    def _invited(self, text: str) -> None:
        self.ear = self._ears.open(self.ear.host)
        self.telephones.append(self.ear)
        if self._refusals:
            self._answer(text, self._refusals.pop(0))  # without a 180, which the caller would hear of
        else:
            super()._invited(text)

    def press(self, talk: Talk, key: str) -> None:
        """Press a key there (INFO)."""
        host, body = self.ear.host, f"Signal={key}\r\nDuration=160\r\n"
        self._send(
            f"INFO sip:vaxeln@{self._server[0]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {host}:5060;branch=z9hG4bK-i{time.monotonic_ns()}\r\n"
            f"From: {header(talk.invite, 'To')};tag=m\r\nTo: {header(talk.invite, 'From')}\r\n"
            f"Call-ID: {talk.call_id}\r\nCSeq: 1 INFO\r\nMax-Forwards: 70\r\n"
            f"Content-Type: application/dtmf-relay\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )


def test_a_member_with_a_mobile_calls_back(tmp_path: Path) -> None:
    hosts = Loopback.take()
    operator, net = hosts.host(2), hosts.host(3)
    service = RunningService(tmp_path, hosts.host(1), PLAN.format(operator=operator, net=net))
    with service, Sipp(tmp_path, service.address) as sipp, Ears() as ears:
        network = Network(ears, net, service.host)
        caller = ears.open(operator)
        sipp.play("caller_presses_info", operator, offer=audio(port=str(caller.port)), dialled=MAIN, key="1")

        eventually(lambda: network.talks, "the mobile is rung for the callback", 20.0)
        assert "+46701740699@" in network.talks[0].invite.partition(" ")[2]
        time.sleep(LISTEN_SECONDS)
        assert len(network.talks) == 1 and not service.facts_of(b.CallbackTaken)
        network.press(network.talks[0], "1")

        eventually(lambda: len(network.talks) == 2, "the caller is called")
        assert "+46701740605@" in network.talks[1].invite.partition(" ")[2]
        service.await_fact(b.CallbackKept)
        time.sleep(LISTEN_SECONDS)
        _, mobile, citizen = network.telephones
        assert set(mobile.voices()) == {citizen.voice} and set(citizen.voices()) == {mobile.voice}
        assert_said(mobile.service_said()[:HEARD], frames(Prompts.load(), "confirm_callback"))
        network.talks[1].hang_up()

        (kept,) = service.facts_of(b.CallbackKept)
        service.await_idle()
        assert (kept.member, kept.wrap_up_seconds) == ("amina", 60.0)
        assert "wrap up" in service.run("members")
        ended = {fact.call: fact.outcome for fact in service.facts_of(f.CallEnded)}
        assert ended[kept.call] == "answered"
