"""One sound after the other, as a phone hears them, and nothing of what lies between their timestamps."""

from pyVoIP.RTP import PayloadType, TransmitType

from telephony.demo.ear import JUMP, Ear, Line

SECOND = 8000


def test_sound_is_where_its_timestamp_says() -> None:
    ear = Ear()
    ear.write(1000 + 160, b"b" * 160)
    ear.write(1000, b"a" * 160)
    ear.write(1000 + 3 * 160, b"d" * 160)

    assert ear.read(800) == b"a" * 160 + b"b" * 160 + b"\0" * 160 + b"d" * 160 + b"\x80" * 160


def test_a_source_that_begins_far_above_or_below_follows_the_one_before() -> None:
    ear = Ear()
    ear.write(10, b"a" * 160)
    ear.write(4_000_000_000, b"b" * 160)
    ear.write(4_000_000_160, b"c" * 160)
    ear.write(5, b"d" * 160)

    assert ear.read(640) == b"a" * 160 + b"b" * 160 + b"c" * 160 + b"d" * 160


def test_what_was_read_is_not_read_again_and_the_rest_is() -> None:
    ear = Ear()
    ear.write(0, b"a" * 320)
    assert ear.read(160) == b"a" * 160
    ear.write(5 * JUMP, b"b" * 160)
    assert ear.read(480) == b"a" * 160 + b"b" * 160 + b"\x80" * 160
    assert ear.read(160) == b"\x80" * 160


def test_a_line_has_such_an_ear_and_pyvoips_own_mouth() -> None:
    line = Line({0: PayloadType.PCMU}, "127.0.0.1", 20_000, "127.0.0.1", 20_002, TransmitType.SENDRECV)
    line.write(b"x" * 320)

    assert isinstance(line.pmin, Ear)
    assert line.pmout.read(160) == b"x" * 160
