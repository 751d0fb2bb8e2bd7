from pathlib import Path

import pytest

from telephony.demo.sound import (
    RATE,
    SILENCE,
    found,
    likeness,
    read_prompt,
    read_wave,
    seconds,
    tone,
    tone_seconds,
)
from telephony.media.prompts import PROMPT_FOLDER
from telephony.media.wav import Coding, Wav

QUIET = bytes([SILENCE]) * RATE
CLOSED = read_wave(PROMPT_FOLDER / "closed.wav")
BUSY = read_wave(PROMPT_FOLDER / "busy.wav")


def mixed(left: bytes, right: bytes) -> bytes:
    """Both at half their loudness."""
    return bytes((a + b) // 2 for a, b in zip(left, right, strict=True))


def test_a_tone_is_heard_as_long_as_it_lasts() -> None:
    assert tone_seconds(QUIET + tone(440, 2) + QUIET, 440) == pytest.approx(2.0)


@pytest.mark.parametrize("other", [420, 460, 570, 880])
def test_another_tone_is_not_this_one(other: float) -> None:
    assert tone_seconds(tone(other, 2), 440) == 0


@pytest.mark.parametrize("sound", [b"", QUIET, CLOSED, mixed(tone(440, 2), tone(570, 2))])
def test_what_is_not_that_tone_alone_is_not_a_tone(sound: bytes) -> None:
    assert tone_seconds(sound, 440) == 0


def test_an_announcement_is_known_though_it_begins_later() -> None:
    assert likeness(QUIET[:4000] + CLOSED, CLOSED) > 0.99


def test_an_announcement_is_known_though_it_has_gaps() -> None:
    with_gaps = (
        CLOSED[: 5 * RATE] + QUIET[:400] + CLOSED[5 * RATE : 9 * RATE] + QUIET[:300] + CLOSED[9 * RATE :]
    )

    assert likeness(with_gaps, CLOSED) > 0.95


@pytest.mark.parametrize("sound", [b"", QUIET, BUSY, tone(440, 15), CLOSED[: 7 * RATE]])
def test_what_is_not_the_announcement_is_not_like_it(sound: bytes) -> None:
    assert likeness(sound, CLOSED) < 0.8


def test_silence_before_and_after_is_not_counted() -> None:
    assert seconds(QUIET + b"\x20" * RATE + QUIET) == 1.0


def test_joined_prompts_are_read_one_after_the_other() -> None:
    assert read_prompt("closed+busy") == CLOSED + BUSY


def test_a_prompt_is_read_with_eight_bits(tmp_path: Path) -> None:
    file = tmp_path / "p.wav"
    file.write_bytes(bytes(Wav(Coding.A_LAW, RATE, 1, 8, b"\xd5\xaa\x2a")))

    assert read_wave(file) == bytes([0x80, 0xFE, 0x02])


def test_a_prompt_is_found_wherever_it_is_and_another_is_not() -> None:
    welcome, music = read_prompt("queue_welcome"), read_prompt("music")
    sound = tone(500, 2.0) + welcome + music[: 3 * RATE]

    like, at = found(sound, welcome)
    assert like > 0.95
    assert at == pytest.approx(2.0, abs=0.05)
    like, at = found(sound, music[: 2 * RATE])
    assert like > 0.95
    assert at == pytest.approx(2.0 + len(welcome) / RATE, abs=0.05)
    assert found(sound, read_prompt("closed")[: 6 * RATE])[0] < 0.8  # which begins with the same words
    assert found(b"", welcome)[0] == 0.0
    like, at = found(welcome[320:], welcome)  # the first packets were lost
    assert like > 0.95
    assert at == pytest.approx(-0.04)
