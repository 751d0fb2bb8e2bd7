"""Calls to the public network: a pyVoIP phone calls, sipp is the operator, and the service runs between."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyVoIP.VoIP import VoIPCall

from telephony.call.facts import Outcome
from telephony.call.record import Record
from telephony.demo.telephone import Telephone
from tests.support.eventually import eventually
from tests.support.loopback import Loopback
from tests.support.running_service import SIP_PORT, RunningService
from tests.support.sipp import Sipp

PASSWORD = "correct-horse-battery"
MAIN, JOUR, MOBILE = "+46853061000", "+46853061700", "+46701740699"
PLAN = f"""
[municipality]
name = "Botkyrka kommun"
main_number = "{MAIN}"
outside = ["mobile"]
[trunks.net]
peers = ["NET"]
gateways = ["NET", "SPARE"]
numbers = ["+4685306"]
outside = true
options = false
identity = "p-asserted-identity"
number_format_out = "national"
default_number = "{MAIN}"
[trunks.operator]
peers = ["OPERATOR"]
[phones.anna]
display = "Anna"
legacy_digest = true
options = false
[people.anna]
name = "Anna"
phones = ["anna"]
number = "+46853061555"
[groups.kontaktcenter]
name = "Kontaktcenter"
members = ["anna"]
[calendars.always]
open = "always"
[numbers."{MAIN}"]
function = "Kontaktcenter"
calendar = "always"
destination = {{ group = "kontaktcenter" }}
[numbers."{JOUR}"]
function = "Jour"
calendar = "always"
destination = {{ outside = "{MOBILE}" }}
"""


class Heard:
    """What a phone is answered."""

    def __init__(self) -> None:
        self.statuses: list[int] = []

    def responded(self, call_id: str, status: int) -> None:
        """An answer to an INVITE."""
        self.statuses.append(status)

    def cancelled(self, call_id: str) -> None:
        """Nobody calls this phone."""


class Place:
    """A service with a phone, and an operator with two gateways."""

    def __init__(self, folder: Path) -> None:
        network = Loopback.take()
        self.net, self.spare, self.operator = network.host(2), network.host(3), network.host(4)
        plan = PLAN.replace("NET", self.net).replace("SPARE", self.spare)
        self.service = RunningService(folder, network.host(1), plan.replace("OPERATOR", self.operator))
        self.service.set_password("anna", PASSWORD)
        self.phone_host = network.host(11)
        self.sipp = Sipp(folder, self.service.address)

    @contextmanager
    def phone(self) -> Iterator[tuple[Telephone, Heard]]:
        """Anna's phone, registered."""
        heard = Heard()
        server, at = (self.service.host, SIP_PORT), (self.phone_host, SIP_PORT)
        phone = Telephone(server, "anna", PASSWORD, at, range(20_000, 20_010), heard, _nobody_calls)
        phone.start()
        time.sleep(1.3)  # until pyVoIP's loop has begun its socket does not block, and a call fails
        try:
            yield phone, heard
        finally:
            phone.close()

    def record(self) -> Record:
        """The one call, when it is over."""
        return eventually(
            lambda: next((record for record in self.service.records() if record.outcome), None),
            "the call is over",
        )


def _nobody_calls(call: VoIPCall) -> None:
    raise AssertionError("nobody calls this phone")


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    with place.service, place.sipp:
        yield place


def test_a_phone_talks_with_somebody_outside(place: Place) -> None:
    outside = place.sipp.start("member_answers", place.net)
    with place.phone() as (phone, heard):
        call = phone.call("0701740699")
        eventually(lambda: 200 in heard.statuses, "it is answered")
        eventually(lambda: call.state.name == "ANSWERED", "pyVoIP knows it")
        call.hangup()
        (invite,) = outside.wait().received("INVITE")

    record = place.record()
    assert (record.dialled, record.outcome, record.answered_by) == (MOBILE, Outcome.ANSWERED, "trunk/net")
    assert record.number == ""
    assert invite.start_line == f"INVITE sip:0701740699@{place.net}:5060 SIP/2.0"
    assert invite.header("From").startswith(f"<sip:0853061000@{place.service.host}>")
    assert invite.header("P-Asserted-Identity") == f"<sip:0853061000@{place.service.host}>"
    assert "853061555" not in str(invite)


def test_the_other_gateway_takes_a_call_that_the_first_cannot(place: Place) -> None:
    failing = place.sipp.start("member_refuses", place.net, status="503")
    outside = place.sipp.start("member_answers", place.spare)
    with place.phone() as (phone, _):
        call = phone.call("0701740699")
        failing.wait()
        eventually(lambda: call.state.name == "ANSWERED", "it is answered")
        call.hangup()
        outside.wait()

    assert place.record().answered_by == "trunk/net/2"


def test_busy_outside_is_busy(place: Place) -> None:
    busy = place.sipp.start("member_refuses", place.net, status="486")
    with place.phone() as (phone, heard):
        phone.call("0701740699")
        eventually(lambda: 486 in heard.statuses, "the phone is told")
        busy.wait()

    assert place.record().outcome is Outcome.BUSY


def test_a_barred_class_is_403_and_explain_says_why(place: Place) -> None:
    with place.phone() as (phone, heard):
        phone.call("004712345678")
        eventually(lambda: 403 in heard.statuses, "the phone is told")

    said = place.service.run("explain", "+4712345678", "--from-phone", "anna")
    assert "an outside number (abroad); allowed are mobile" in said
    assert "municipality.outside" in said
    assert "by trunk" in place.service.run("explain", "070-1740699", "--from-phone", "anna")


def test_a_number_that_goes_on_outside_says_whose_it_is(place: Place) -> None:
    outside = place.sipp.start("member_answers", place.net)

    place.sipp.play("caller_talks", place.operator, dialled=JOUR)

    (invite,) = outside.wait().received("INVITE")
    assert invite.header("From").startswith("<sip:0701740605@")
    assert invite.header("Diversion") == f"<sip:0853061700@{place.service.host}>;reason=unconditional"
    assert "index=1.1" in invite.header("History-Info")
    assert (place.record().function, place.record().answered_by) == ("Jour", "trunk/net")
