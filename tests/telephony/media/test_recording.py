import math
import struct
from array import array
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.media import recording
from telephony.media.errors import UnusableSound
from telephony.media.g711 import decode_a_law, encode_a_law, encode_u_law
from telephony.media.prompts import MAX_SECONDS, PROMPT_FOLDER
from telephony.media.recording import MAX_MUSIC_SECONDS, MUSIC_DB, PEAK_DB, SPEECH_DB, make_prompt
from telephony.media.wav import Coding, Wav
from tests.support.g722 import decode_g722
from tests.support.tones import share_of_tone

TONE = [0.25 * math.sin(2 * math.pi * 620 * at / 16000) for at in range(16000)]
PCM = array("h", [round(32767 * sample) for sample in TONE]).tobytes()

FORMS: dict[str, tuple[Coding, int, Callable[[float], bytes]]] = {
    "PCM 8": (Coding.PCM, 8, lambda x: bytes([128 + round(127 * x)])),
    "PCM 16": (Coding.PCM, 16, lambda x: struct.pack("<h", round(32767 * x))),
    "PCM 24": (Coding.PCM, 24, lambda x: struct.pack("<i", round(8388607 * x))[:3]),
    "PCM 32": (Coding.PCM, 32, lambda x: struct.pack("<i", round(2147483647 * x))),
    "float 32": (Coding.FLOAT, 32, lambda x: struct.pack("<f", x)),
    "float 64": (Coding.FLOAT, 64, lambda x: struct.pack("<d", x)),
}


def wav(samples: list[float], *, rate: int = 16000, channels: int = 1) -> bytes:
    return bytes(Wav(Coding.FLOAT, rate, channels, 32, struct.pack(f"<{len(samples)}f", *samples)))


def heard(octets: bytes, *, music: bool = False) -> "array[int]":
    made = make_prompt(octets, music=music)
    assert (made.coding, made.rate, made.channels) == (Coding.A_LAW, 8000, 1)
    return array("h", decode_a_law(made.data))


def decibels(value: float) -> float:
    return 20 * math.log10(value / 32768)


def loudness(samples: "array[int]") -> float:
    return decibels(math.sqrt(sum(sample * sample for sample in samples) / len(samples)))


def assert_is_the_tone(samples: "array[int]") -> None:
    assert len(samples) == 8000
    assert share_of_tone(samples, 620, 8000) > 0.99
    assert loudness(samples) == pytest.approx(SPEECH_DB, abs=0.3)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_usual_form_is_heard_as_loud_as_any(form: str, channels: int) -> None:
    coding, bits, pack = FORMS[form]
    data = b"".join(pack(sample) * channels for sample in TONE)

    assert_is_the_tone(heard(bytes(Wav(coding, 16000, channels, bits, data))))


@pytest.mark.parametrize(("coding", "encode"), [(Coding.A_LAW, encode_a_law), (Coding.U_LAW, encode_u_law)])
def test_so_is_sound_of_the_telephone(coding: Coding, encode: Callable[[bytes], bytes]) -> None:
    assert_is_the_tone(heard(bytes(Wav(coding, 16000, 1, 8, encode(PCM)))))


@pytest.mark.parametrize("gain", [0.02, 3.9])
def test_it_is_levelled_and_stands_around_zero(gain: float) -> None:
    samples = heard(wav([gain * sample + 0.01 for sample in TONE]))

    assert_is_the_tone(samples)
    assert abs(sum(samples) / len(samples)) < 20


def test_pauses_do_not_make_it_louder() -> None:
    samples = heard(wav([*([0.0] * 48000), *TONE, *([0.0] * 48000)]))

    assert loudness(samples[24400:31600]) == pytest.approx(SPEECH_DB, abs=0.3)


def test_a_peak_is_not_cut_off() -> None:
    clicks = [0.02 * sample for sample in TONE]
    clicks[8000:8004] = [1.0] * 4

    samples = heard(wav(clicks))

    assert decibels(max(map(abs, samples))) == pytest.approx(PEAK_DB, abs=0.5)


def test_music_is_quieter_and_may_be_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (MAX_SECONDS, MAX_MUSIC_SECONDS) == (60, 300)
    monkeypatch.setattr(recording, "MAX_SECONDS", 1)
    long = wav([sample / 4 for sample in TONE[:8000]] * 2, rate=8000)

    assert loudness(heard(long, music=True)) == pytest.approx(MUSIC_DB, abs=0.3)
    with pytest.raises(UnusableSound, match=r"it is 2 s long; allowed are 0\.1 to 1 s"):
        make_prompt(long)


def test_what_goes_beyond_the_telephone_is_heard_in_g722() -> None:
    high = [0.1 * math.sin(2 * math.pi * 6000 * at / 48000) for at in range(48000)]
    low = [0.2 * math.sin(2 * math.pi * 1000 * at / 48000) for at in range(48000)]

    made = make_prompt(wav([a + b for a, b in zip(high, low, strict=True)], rate=48000))

    samples = decode_g722(made.wide)[1600:]
    assert len(made.wide) == len(made.data) == 8000
    assert share_of_tone(samples, 6000, 16000) == pytest.approx(0.2, abs=0.02)
    assert share_of_tone(samples, 1000, 16000) == pytest.approx(0.8, abs=0.02)
    assert loudness(samples) == pytest.approx(SPEECH_DB, abs=0.3)


def test_what_is_played_over_and_over_has_no_seam_in_g722() -> None:
    """A decoder that has come to the end of it goes on at its beginning as through the sound itself."""
    made = make_prompt(wav(TONE), music=True)

    twice = decode_g722(made.wide * 2)

    seam = twice[16000 - 320 : 16000 + 320]
    assert share_of_tone(seam, 620, 16000) > 0.99


def test_what_begins_at_once_is_not_blown_up_after_something_loud() -> None:
    """A decoder that is used to music takes small steps for large ones, until it has heard some silence."""
    before = make_prompt(wav(TONE), music=True).wide

    after = decode_g722(before + make_prompt(wav(TONE)).wide)[16000:]

    assert max(map(abs, after)) < 1.5 * max(after[8000:])


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"hej", "too short"),
        (wav(TONE, rate=7999), "7999 Hz; allowed are 8000 to 96000"),
        (wav(TONE, rate=96001), "96001 Hz"),
        (wav(TONE[:9], channels=9), "9 channels; allowed are 8"),
        (wav(TONE[:1599]), r"it is 0\.0999\d s long"),
        (wav([0.5] * 16000), "silent, or nearly"),
        (wav([sample / 100 for sample in TONE]), "silent, or nearly"),
        (wav([*TONE, math.nan]), "no numbers"),
        (wav([*TONE, math.inf]), "no numbers"),
        (wav([*TONE, 1e30]), "far beyond full scale"),
    ],
)
def test_what_is_no_recording_is_refused_with_the_reason(octets: bytes, told: str) -> None:
    with pytest.raises(UnusableSound, match=told):
        make_prompt(octets)


def test_a_prompt_that_comes_with_the_service_is_about_as_loud() -> None:
    octets = (PROMPT_FOLDER / "busy.wav").read_bytes()

    before, after = array("h", decode_a_law(Wav.parse(octets).data)), heard(octets)

    assert abs(loudness(before) - loudness(after)) < 2


@given(
    st.binary(max_size=400), st.sampled_from(Coding), st.integers(1, 3), st.sampled_from([8000, 11025, 48000])
)
@settings(max_examples=50)
def test_whatever_comes_is_a_prompt_or_refused(data: bytes, coding: Coding, channels: int, rate: int) -> None:
    bits = {Coding.PCM: 24, Coding.FLOAT: 32}.get(coding, 8)
    block = channels * bits // 8
    sound = Wav(coding, rate, channels, bits, (data * 40)[: len(data) * 40 // block * block])
    try:
        made = make_prompt(bytes(sound))
    except UnusableSound:
        return
    assert made.length == sound.length * 8000 // rate
