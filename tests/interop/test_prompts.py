"""What callers hear, changed by an admin while the service runs: heard with baresip, by its tone."""

import math
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from telephony.call.facts import AnnouncementStarted, Outcome
from telephony.call.prompt_facts import PromptRecorded, RecordingRemoved
from telephony.media.wav import Coding, Wav
from tests.support.baresip import Baresip
from tests.support.live_town import CLOSED, Town, town
from tests.support.peers import require_peer
from tests.support.postgres import open_folder

RECORDED = 620
"""Hz of the tone that is recorded; baresip sends another one."""


def recording(folder: Path, seconds: float = 3.0) -> Path:
    """A tone as a studio would send it: 44.1 kHz, stereo, 24 bit, quiet."""
    step = 2 * math.pi * RECORDED / 44100
    samples = [round(300_000 * math.sin(step * at)) for at in range(round(44100 * seconds))]
    data = b"".join(struct.pack("<i", sample)[:3] * 2 for sample in samples)
    file = folder / "ton.wav"
    file.write_bytes(bytes(Wav(Coding.PCM, 44100, 2, 24, data)))
    return file


@pytest.fixture(scope="module")
def built() -> Iterator[Town]:
    require_peer("baresip")
    with open_folder() as folder, town(folder) as built:
        yield built


def test_a_recording_is_heard_in_the_next_call_and_after_a_restart(built: Town, tmp_path: Path) -> None:
    service = built.service
    said = service.run("prompt", "put", "closed", str(recording(tmp_path)))
    assert said == "Callers hear the recording as closed from now on: 3.0 s.\n"

    assert_is_heard(built, tmp_path / "first")
    service.stop()
    service.start()
    assert_is_heard(built, tmp_path / "second")
    assert_is_heard(built, tmp_path / "wide", "G722/16000/1")

    (fact,) = service.facts_of(PromptRecorded)
    assert (fact.name, fact.seconds) == ("closed", 3.0)
    assert service.run("prompt", "remove", "closed") == "The recording of closed is removed.\n"
    assert len(service.facts_of(RecordingRemoved)) == 1
    service.run("prompt", "get", "closed", str(tmp_path / "closed.wav"))
    assert Wav.parse((tmp_path / "closed.wav").read_bytes()).seconds > 14


def assert_is_heard(built: Town, folder: Path, codec: str = "PCMA/8000/1") -> None:
    """A citizen hears the tone at the number that is closed."""
    with ExitStack() as stack:
        account = f"<sip:+46701740605@{built.service.host}>;regint=0;answermode=auto"
        citizen = stack.enter_context(Baresip(folder, built.operator, account, tone=440, codec=codec))
        citizen.command("dial", f"sip:{CLOSED}@{built.service.host}")
        citizen.await_tone(RECORDED)
        citizen.command("hangup")
    built.service.await_idle()
    assert built.service.records()[-1].outcome is Outcome.CLOSED
    assert built.service.facts_of(AnnouncementStarted)[-1].prompt == "closed"
