import pytest

from telephony.media import conversion
from telephony.media.conversion import ConversionBroke, convert
from telephony.media.errors import UnusableSound
from telephony.media.recording import make_prompt
from tests.telephony.media.test_recording import TONE, wav


@pytest.mark.parametrize("music", [False, True])
def test_a_process_makes_what_the_function_makes(music: bool) -> None:
    assert convert(wav(TONE), music=music) == make_prompt(wav(TONE), music=music)


def test_what_it_refuses_is_refused_here() -> None:
    with pytest.raises(UnusableSound, match="it has no format chunk"):
        convert(b"RIFF\x04\0\0\0WAVE")


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "MOST_SECONDS", 0.001)

    with pytest.raises(UnusableSound, match=r"could not be converted within 0\.001 s"):
        convert(wav(TONE))


def test_a_process_that_breaks_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "_MODULE", "telephony.media.nowhere")

    with pytest.raises(ConversionBroke, match=r"(?s)exit code 1.*nowhere"):
        convert(wav(TONE))
