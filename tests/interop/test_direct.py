"""PJSIP phones whose sound goes past the service: tones prove it, and that it comes back when it has to."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from telephony.call.facts import LegDialogChanged
from telephony.sdp.description import SessionDescription
from tests.interop.test_pjsip_transfers import RINGING, Phones, finished
from tests.support.eventually import eventually
from tests.support.live_town import FASTIGHET, KONTAKTCENTER, Town, town
from tests.support.pjsip import require_pjsip
from tests.support.running_service import HTTP_PORT


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Iterator[Town]:
    require_pjsip()
    with town(tmp_path, direct=True) as built:
        yield built


@pytest.fixture(name="phones")
def _phones(office: Town, tmp_path: Path) -> Iterator[Phones]:
    with ExitStack() as stack:
        yield Phones(office, tmp_path, stack)


def relayed(office: Town) -> int:
    """How many packets of sound have gone through the service."""
    with urlopen(f"http://{office.service.host}:{HTTP_PORT}/metrics", timeout=5.0) as page:
        text = page.read().decode()
    (count,) = re.findall(r'^vaxeln_rtp_packets_total\{kind="sound"\} (\S+)$', text, re.MULTILINE)
    return int(float(count))


def sent_to(office: Town) -> dict[str, str]:
    """Where each leg was told last to send its sound."""
    told = {}
    for fact in office.service.facts():
        if isinstance(fact, LegDialogChanged) and fact.dialog and (local := fact.dialog["session"]["local"]):
            connection = SessionDescription.parse(local.encode()).connection
            told[fact.leg.rpartition(".")[2]] = connection.address if connection else ""
    return told


def test_sound_goes_past_us_and_comes_back_for_hold_and_transfer(office: Town, phones: Phones) -> None:
    bertil, david, anna = (
        phones.person(user, tone) for user, tone in (("bertil", 700), ("david", 900), ("anna", 1200))
    )
    bertil.do("dial", number=FASTIGHET)
    bertil.await_call(0, "CONFIRMED")
    past = {"0": office.phone("david"), "1": office.phone("bertil")}
    eventually(lambda: sent_to(office) == past, "each has the other's address")

    def talk_past_us() -> bool:
        before = relayed(office)
        bertil.await_tone(david.tone)
        david.await_tone(bertil.tone)
        return relayed(office) == before

    eventually(talk_past_us, "no sound goes through the service")  # at the second try, if need be

    anna.do("answers", status=180)
    david.do("transfer", call=0, number=KONTAKTCENTER)
    bertil.await_tone(RINGING)
    assert sent_to(office)["0"] == office.service.host
    anna.do("answer", call=0)

    bertil.await_tone(anna.tone)
    anna.await_tone(bertil.tone)
    eventually(lambda: sent_to(office)["0"] == office.phone("anna"), "the caller has Anna's address")
    bertil.await_tone(anna.tone)
    bertil.do("hangup", call=0)
    (record,) = finished(office)
    assert [talk.member for talk in record.talks] == ["david", "anna"]
