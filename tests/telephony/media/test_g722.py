import hashlib
from array import array
from math import pi, sin

import pytest

from telephony.media.g722 import encode_g722
from tests.support.g722 import decode_g722
from tests.support.tones import share_of_tone


def tone(hertz: float, peak: int = 9000, samples: int = 8000) -> "array[int]":
    return array("h", [round(peak * sin(2 * pi * hertz * at / 16000)) for at in range(samples)])


def every_kind_of_sound() -> "array[int]":
    """A rising tone, noise, steps from one end of the scale to the other, and silence."""
    sound = array("h", [round(12000 * sin(2 * pi * (100 + 0.9 * at) * at / 16000)) for at in range(4000)])
    state = 1
    for _ in range(4000):
        state = (state * 1103515245 + 12345) % 2**31
        sound.append((state >> 15) - 32768)
    sound.extend([32767 if at // 25 % 2 else -32768 for at in range(2000)])
    sound.extend([0] * 2000)
    return sound


def test_the_octets_are_those_of_another_encoder() -> None:
    """libg722 1.2.8 (G722(16000, 64000) of the package G722) makes these."""
    octets = encode_g722(every_kind_of_sound().tobytes())

    assert octets[:16].hex(" ") == "fa de 34 ba 28 93 a0 a0 a0 e0 e0 e5 e8 e8 ea eb"
    assert len(octets) == 6000
    digest = hashlib.sha256(octets).hexdigest()
    assert digest == "d7de462df375ec6b58fa8bb75524a4baae4666d7c6033c5d6577e1dd823d2c58"


def test_the_tests_decoder_hears_what_another_hears() -> None:
    heard = decode_g722(encode_g722(every_kind_of_sound().tobytes()))

    digest = hashlib.sha256(heard.tobytes()).hexdigest()
    assert digest == "6804185d9af7cea4a51a909c25fe82f102b48b41fd4578eae7d01ed29278886d"


@pytest.mark.parametrize("hertz", [425, 1000, 3400, 6000])
def test_a_tone_is_heard_as_high_and_as_loud_as_it_was(hertz: int) -> None:
    heard = decode_g722(encode_g722(tone(hertz).tobytes()))[400:]

    assert share_of_tone(heard, hertz, 16000) > 0.99
    assert max(heard) == pytest.approx(9000, rel=0.08)


def test_half_a_pair_is_filled_up() -> None:
    assert len(encode_g722(bytes(2 * 3))) == 2
    assert encode_g722(b"") == b""
