import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.media.errors import UnusableSound
from telephony.media.wav import MAX_CHUNKS, WIDTHS, Coding, Wav

SOUND = Wav(Coding.PCM, 8000, 2, 16, bytes(range(8)))
FORMAT = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        [
            name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
            for name, content in chunks
        ]
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


@st.composite
def wavs(draw: st.DrawFn) -> Wav:
    coding = draw(st.sampled_from(Coding))
    bits = draw(st.sampled_from(WIDTHS[coding]))
    channels, length = draw(st.integers(1, 3)), draw(st.integers(0, 9))
    size = channels * length * bits // 8
    return Wav(
        coding, draw(st.integers(1, 10**6)), channels, bits, draw(st.binary(min_size=size, max_size=size))
    )


@given(wavs())
def test_what_is_written_is_read(sound: Wav) -> None:
    assert Wav.parse(bytes(sound)) == sound


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(lambda rest: bytes(SOUND)[:30] + rest)))
def test_whatever_comes_is_read_or_refused(octets: bytes) -> None:
    try:
        sound = Wav.parse(octets)
    except UnusableSound:
        return
    assert Wav.parse(bytes(sound)) == sound


def test_the_library_of_python_reads_what_is_written() -> None:
    with wave.open(io.BytesIO(bytes(SOUND))) as opened:
        assert opened.getparams()[:4] == (2, 2, 8000, 2)
        assert opened.readframes(9) == SOUND.data


def test_how_long_it_is() -> None:
    assert (SOUND.length, SOUND.seconds) == (2, 0.00025)


def test_other_chunks_are_passed_over() -> None:
    octets = riff(
        (b"LIST", b"odd"), (b"fmt ", FORMAT), (b"fact", bytes(4)), (b"data", b"abcd"), (b"id3 ", b"x")
    )

    assert Wav.parse(octets) == Wav(Coding.PCM, 8000, 1, 16, b"abcd")


def test_the_same_in_g722_is_behind_the_sound_where_others_pass_over_it() -> None:
    both = Wav.a_law(b"abc", b"defg")

    assert Wav.parse(bytes(both)) == both
    assert bytes(both).startswith(bytes(Wav.a_law(b"abc"))[:4])
    assert Wav.parse(bytes(Wav.a_law(b"abc"))).wide == b""


def test_what_is_broken_behind_the_sound_hurts_nobody() -> None:
    assert Wav.parse(bytes(Wav.a_law(b"abcd", b"efgh"))[:-1]) == Wav.a_law(b"abcd")
    many = riff((b"fmt ", FORMAT), (b"data", b"abcd"), *[(b"junk", b"")] * MAX_CHUNKS)
    assert Wav.parse(many).data == b"abcd"


def test_the_extensible_form_says_its_coding_in_a_guid() -> None:
    form = struct.pack("<HHIIHH", 0xFFFE, 1, 8000, 16000, 2, 16) + bytes(8) + struct.pack("<H", 1) + bytes(14)

    assert Wav.parse(riff((b"fmt ", form), (b"data", b"abcd"))).coding is Coding.PCM


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"", "too short"),
        (b"ID3\x04" + bytes(100), "does not begin with RIFF and WAVE"),
        (riff((b"data", b"ab")), "no format chunk"),
        (riff((b"fmt ", FORMAT)), "no sound in it"),
        (riff((b"fmt ", FORMAT[:15]), (b"data", b"ab")), "format chunk is too short"),
        (riff((b"fmt ", FORMAT), (b"data", b"abc")), "ends within a sample"),
        (riff((b"fmt ", FORMAT), (b"data", b"abcd"))[:-1], "ends before the sound"),
        (
            riff((b"fmt ", struct.pack("<HHIIHH", 17, 1, 8000, 8000, 1, 4)), (b"data", b"")),
            "coding is 17: PCM",
        ),
        (riff((b"fmt ", struct.pack("<HHIIHH", 0xFFFE, 1, 8000, 8000, 1, 8)), (b"data", b"")), "is 65534"),
        (riff((b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 12)), (b"data", b"")), "8 or 16 or 24"),
        (riff((b"fmt ", struct.pack("<HHIIHH", 1, 0, 8000, 0, 0, 16)), (b"data", b"")), "0 channels"),
        (riff((b"fmt ", struct.pack("<HHIIHH", 1, 1, 0, 0, 2, 16)), (b"data", b"")), "at 0 Hz"),
        (riff((b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 0, 3, 16)), (b"data", b"")), "3 octets for 1 sam"),
        (riff(*[(b"junk", b"")] * (MAX_CHUNKS + 1)), f"more than {MAX_CHUNKS} chunks"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(octets: bytes, told: str) -> None:
    with pytest.raises(UnusableSound, match=told):
        Wav.parse(octets)
