import pytest

from telephony.media.make_tones import TONE_HZ, TONE_PEAK, make_tone
from telephony.media.prompts import DIAL, TONES, Prompts
from telephony.sdp.codec import G722, PCMA
from tests.support.g722 import decode_g722
from tests.support.tones import share_of_tone


def test_the_tones_are_those_of_the_script() -> None:
    prompts = Prompts({})
    for name in TONES:
        tone = make_tone(name)
        assert (prompts.get(name).sounds[PCMA], prompts.get(name).sounds[G722]) == (tone.data, tone.wide)


def test_the_tones_are_as_high_and_as_loud_in_g722() -> None:
    heard = decode_g722(Prompts({}).get(DIAL).sounds[G722] * 2)[16000 - 800 :]  # over its seam

    assert share_of_tone(heard, TONE_HZ, 16000) > 0.99
    assert max(heard) == pytest.approx(TONE_PEAK, rel=0.1)
