from array import array
from pathlib import Path

import pytest

from routing import spoken
from telephony.legs import keypad, leg
from telephony.media.errors import UnknownPrompt, UnusablePrompt
from telephony.media.g711 import decode_a_law, encode_a_law
from telephony.media.prompts import (
    CODECS,
    DIAL,
    JOIN,
    MAX_ALL_SECONDS,
    MAX_JOINED,
    MAX_PROMPTS,
    MAX_SECONDS,
    MUSIC,
    PROMPT_FOLDER,
    RINGING,
    SILENCE,
    Prompt,
    Prompts,
)
from telephony.media.wav import Coding, Wav
from telephony.sdp.codec import G722, PCMU
from tests.support.g722 import decode_g722
from tests.support.sounds import cut, encoded

SAMPLES = b"".join(value.to_bytes(2, "little", signed=True) for value in (0, 1000, -1000, 32767, -32768))


def write(
    file: Path, *, coding: Coding = Coding.A_LAW, rate: int = 8000, channels: int = 1, samples: int = 800
) -> None:
    bits = 16 if coding is Coding.PCM else 8
    file.write_bytes(bytes(Wav(coding, rate, channels, bits, bytes(samples * channels * bits // 8))))


def test_a_law_is_that_of_the_recommendation() -> None:
    octets = cut(encoded("p", SAMPLES))[0][:5]

    assert octets.hex(" ") == "d5 fa 7a aa 2a"


def test_the_last_frame_is_filled_up_with_silence() -> None:
    prompt = encoded("p", bytes(2 * 161))

    assert prompt.length == 2
    assert cut(prompt) == [b"\xd5" * 160, b"\xd5" * 160]
    assert cut(prompt, G722)[1][1:] == b"\xfd" * 159


def test_prompts_are_named_by_their_files(tmp_path: Path) -> None:
    write(tmp_path / "closed.wav")
    write(tmp_path / "busy.wav")
    (tmp_path / "closed.txt").write_text("Vi har stängt.", "utf-8")

    prompts = Prompts.load(tmp_path)

    assert prompts.names == {"closed", "busy"}
    assert prompts.get("closed").length == 5


def test_a_prompt_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    write(tmp_path / "closed.wav")

    with pytest.raises(UnknownPrompt, match="no prompt 'opened'; there are closed"):
        Prompts.load(tmp_path).get("opened")


@pytest.mark.parametrize(
    ("coding", "rate", "channels", "told"),
    [
        (Coding.A_LAW, 16000, 1, "16000 Hz, 8 bit, 1 ch"),
        (Coding.PCM, 8000, 1, "PCM, 8000 Hz, 16 bit"),
        (Coding.A_LAW, 8000, 2, "2 channels"),
    ],
)
def test_a_file_of_another_form_is_refused_by_name(
    tmp_path: Path, coding: Coding, rate: int, channels: int, told: str
) -> None:
    write(tmp_path / "closed.wav", coding=coding, rate=rate, channels=channels)

    with pytest.raises(UnusablePrompt, match=rf"closed\.wav: .*{told}"):
        Prompts.load(tmp_path)


@pytest.mark.parametrize("samples", [0, MAX_SECONDS * 8000 + 1])
def test_an_empty_or_an_endless_file_is_refused(tmp_path: Path, samples: int) -> None:
    write(tmp_path / "closed.wav", samples=samples)

    with pytest.raises(UnusablePrompt, match="s long"):
        Prompts.load(tmp_path)


@pytest.mark.parametrize("octets", [b"", b"RIFF", b"not a sound file at all"])
def test_what_is_no_wav_is_refused(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "closed.wav").write_bytes(octets)

    with pytest.raises(UnusablePrompt, match="cannot be read as WAV"):
        Prompts.load(tmp_path)


@pytest.mark.parametrize("cut", [1, 100])
def test_a_file_that_ends_early_is_refused(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "closed.wav"
    write(file)
    file.write_bytes(file.read_bytes()[:-cut])

    with pytest.raises(UnusablePrompt, match="ends before"):
        Prompts.load(tmp_path)


def test_a_folder_without_prompts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusablePrompt, match="no prompts"):
        Prompts.load(tmp_path)


def test_a_folder_with_too_many_prompts_is_refused(tmp_path: Path) -> None:
    for number in range(MAX_PROMPTS + 1):
        write(tmp_path / f"{number}.wav")

    with pytest.raises(UnusablePrompt, match=f"at most {MAX_PROMPTS}"):
        Prompts.load(tmp_path)


def test_prompts_that_are_too_long_together_are_refused(tmp_path: Path) -> None:
    for number in range(MAX_ALL_SECONDS // MAX_SECONDS + 1):
        write(tmp_path / f"{number}.wav", samples=MAX_SECONDS * 8000)

    with pytest.raises(UnusablePrompt, match="longer than 3600 s together"):
        Prompts.load(tmp_path)


def test_the_prompts_that_come_with_the_service_can_be_played() -> None:
    prompts = Prompts.load()

    numbers = {f"number_{number}" for number in range(61)}
    assert {"closed", "nobody_there", "busy", "menu", "wrong_key", "voicemail", MUSIC} <= prompts.names
    assert not numbers & prompts.names  # parts of sentences, which no plan names
    assert all(10 < prompts.get(name).length < 70 for name in numbers)
    assert sum(file.stat().st_size for file in PROMPT_FOLDER.glob("*.wav")) < 4_400_000


def test_what_comes_with_the_service_is_there_in_g722() -> None:
    for file in PROMPT_FOLDER.rglob("*.wav"):
        sound = Wav.parse(file.read_bytes())
        assert len(sound.wide) == len(sound.data), f"python -m telephony.media.make_prompts: {file}"
    number = Wav.parse((PROMPT_FOLDER / "number_5.wav").read_bytes())
    narrow, wide = array("h", decode_a_law(number.data)), array("h", decode_g722(number.wide))
    assert _power(wide) == pytest.approx(_power(narrow), rel=0.1)


def _power(samples: "array[int]") -> float:
    return sum([sample * sample for sample in samples]) / len(samples)


def test_what_is_not_there_in_g722_is_silent_and_as_long() -> None:
    prompt = Prompt.of("p", Wav.a_law(encode_a_law(SAMPLES * 100)))

    assert set(cut(prompt, G722)) == {b"\xfd" * 160}
    assert len(cut(prompt, G722)) == prompt.length == 4
    assert set(decode_g722(prompt.sounds[G722])) == {0}


def test_a_law_is_played_as_it_is_and_in_the_other_law() -> None:
    """A-law has no zero, so that its silence stays the smallest step."""
    prompt = Prompt.of("p", Wav.a_law(encode_a_law(SAMPLES)))

    assert prompt.length == 1
    assert cut(prompt)[0][:6].hex(" ") == "d5 fa 7a aa 2a d5"
    assert cut(prompt, PCMU)[0][:6].hex(" ") == "fe ce 4e 80 00 fe"


def test_joined_names_are_one_sound() -> None:
    prompts = Prompts.load()
    place, five = prompts.get("queue_position"), prompts.get("number_5")

    both = prompts.get("queue_position+number_5")

    assert JOIN == spoken.JOIN
    assert both.name == "queue_position+number_5"
    assert both.length == place.length + five.length
    for law in CODECS:
        assert cut(both, law) == cut(place, law) + cut(five, law)


@pytest.mark.parametrize("name", ["closed+opened", "opened+closed", "closed+", "+"])
def test_a_part_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(UnknownPrompt, match=r"no prompt '(opened)?'; there are closed$"):
        Prompts({"closed": encoded("closed", SAMPLES)}).get(name)


def test_a_sound_of_too_many_parts_is_refused() -> None:
    prompts = Prompts({"a": encoded("a", SAMPLES)})

    assert prompts.get("+".join(["a"] * MAX_JOINED)).length == MAX_JOINED
    with pytest.raises(UnknownPrompt, match=f"at most {MAX_JOINED}"):
        prompts.get("+".join(["a"] * (MAX_JOINED + 1)))


def test_the_ringing_tone_is_the_swedish_one_and_no_prompt_of_a_plan() -> None:
    prompts = Prompts({})

    tone = prompts.get(RINGING)

    assert tone.length == 6 * 50
    silence = cut(tone)[-1]
    assert [frame == silence for frame in cut(tone)] == [True] * 3 + [False] * 50 + [True] * 247
    assert RINGING not in prompts.names
    assert RINGING == leg.RINGING


def test_the_dial_tone_has_no_pause_and_silence_has_nothing_else() -> None:
    prompts = Prompts({})
    dial, silence = prompts.get(DIAL), prompts.get(SILENCE)

    assert dial.length == silence.length == 50
    assert b"\xd5" * 160 not in cut(dial)
    assert set(cut(silence)) == {b"\xd5" * 160}
    assert (DIAL, SILENCE) == (keypad.DIAL_TONE, keypad.SILENCE)


def test_how_long_prompts_are_heard_is_known_also_of_what_is_joined_or_not_there() -> None:
    prompts = Prompts.load()

    for name in ("queue_welcome", "queue_position+number_5"):
        assert prompts.seconds(name) == pytest.approx(prompts.get(name).length * 0.02)
    assert prompts.seconds("queue_welcome+nobody_has_this") == prompts.seconds("queue_welcome")
