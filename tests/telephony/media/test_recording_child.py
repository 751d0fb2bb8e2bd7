import io
import sys

import pytest

from telephony.media.recording_child import MUSIC, REFUSED, main
from telephony.media.wav import Wav
from tests.telephony.media.test_recording import TONE, wav


class Piped(io.TextIOWrapper):
    """A standard stream of octets."""

    def __init__(self, octets: bytes = b"") -> None:
        super().__init__(io.BytesIO(octets), "utf-8", write_through=True)


def run(monkeypatch: pytest.MonkeyPatch, octets: bytes, *arguments: str) -> tuple[int, bytes]:
    out = Piped()
    monkeypatch.setattr("os.nice", lambda by: by)  # or the tests that follow had it
    monkeypatch.setattr(sys, "stdin", Piped(octets))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "argv", ["child", *arguments])
    code = main()
    assert isinstance(out.buffer, io.BytesIO)
    return code, out.buffer.getvalue()


def test_a_prompt_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    code, octets = run(monkeypatch, wav(TONE))

    assert (code, Wav.parse(octets).length) == (0, 8000)


def test_music_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, wav(TONE), MUSIC)[1] != run(monkeypatch, wav(TONE))[1]


def test_what_is_refused_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, b"hej") == (REFUSED, b"it is no WAV file: it is too short")
