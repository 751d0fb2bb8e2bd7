import math

import pytest

from telephony.media.resample import resample
from tests.support.tones import share_of_tone


def tone(hertz: float, rate: int, seconds: float = 0.5) -> list[float]:
    return [0.5 * math.sin(2 * math.pi * hertz * at / rate) for at in range(round(rate * seconds))]


def loudness(samples: list[float]) -> float:
    middle = samples[400:-400]  # without the edges, where there is silence on one side
    return math.sqrt(sum(sample * sample for sample in middle) / len(middle))


@pytest.mark.parametrize("rate", [8000, 11025, 12345, 16000, 22050, 44100, 48000, 96000])
def test_a_tone_stays_the_tone_that_it_was(rate: int) -> None:
    made = list(resample(tone(1000, rate), rate))

    assert len(made) == pytest.approx(4000, abs=1)
    assert share_of_tone([round(10000 * sample) for sample in made[400:-400]], 1000, 8000) > 0.999
    assert loudness(made) == pytest.approx(0.5 / math.sqrt(2), rel=0.01)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
@pytest.mark.parametrize("hertz", [4500, 7000])
def test_what_the_telephone_cannot_carry_does_not_come_back_as_another_tone(rate: int, hertz: int) -> None:
    assert loudness(list(resample(tone(hertz, rate), rate))) < 0.5 / 300  # 50 dB down


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 48000])
def test_so_it_does_at_the_rate_of_g722(rate: int) -> None:
    made = list(resample(tone(1000, rate), rate, 16000))

    assert len(made) == pytest.approx(8000, abs=1)
    assert share_of_tone([round(10000 * sample) for sample in made[400:-400]], 1000, 16000) > 0.999
    assert loudness(made) == pytest.approx(0.5 / math.sqrt(2), rel=0.01)


def test_the_rate_of_g722_carries_what_the_telephone_cannot() -> None:
    assert loudness(list(resample(tone(6500, 48000), 48000, 16000))) == pytest.approx(0.354, rel=0.01)


def test_nothing_is_nothing() -> None:
    assert list(resample([], 44100)) == []
