"""A recording made into a prompt: checked, mixed, brought to 8 and 16 kHz and as loud as the others."""

from array import array
from math import sqrt

from telephony.media.errors import UnusableSound
from telephony.media.g711 import decode_a_law, decode_u_law, encode_a_law
from telephony.media.g722 import WIDE_RATE, encode_g722
from telephony.media.prompts import FRAME_SAMPLES, MAX_SECONDS, SAMPLE_RATE
from telephony.media.resample import HIGHEST_RATE, LOWEST_RATE, resample
from telephony.media.wav import Coding, Wav

MAX_OCTETS = 16 * 1024 * 1024
"""A minute in 48 kHz, 16 bit, stereo is 11.5 MB."""

MAX_CHANNELS = 8

MAX_MUSIC_SECONDS = 300
"""Music is longer than what is said, so that who waits long does not hear the same again every minute."""

SPEECH_DB, MUSIC_DB = -22.0, -26.0
"""How loud what is heard is on average, in dB of full scale, without its pauses: as the prompts and the music
that come with Växeln. Louder, single words of a sentence would be held back by their peaks, each by another
amount."""

PEAK_DB = -3.0
"""No sample is louder: room for the overshoot of a phone's filters."""

FAINTEST_DB = -50.0
"""What has no sample so loud is no recording but the noise of one."""

_FULL = 32768.0
_LOUDEST = 32767
_ADAPTS = WIDE_RATE // 5  # samples, until G.722 has adapted to a sound
_SETTLES = 3 * WIDE_RATE // 50  # the same without one; the parts of sentences begin with as much silence
_MOST = 16.0  # 24 dB over full scale, which some write where they mean 1
_PAUSE_DB = -30.0  # a frame that is fainter than the loudest by so much is a pause


def make_prompt(octets: bytes, *, music: bool = False) -> Wav:
    """A WAV file of any usual form as A-law, 8 kHz, mono, and in G.722.

    Raises UnusableSound that says what is wrong and what is allowed.
    """
    sound = Wav.parse(octets)
    longest = MAX_MUSIC_SECONDS if music else MAX_SECONDS
    if not LOWEST_RATE <= sound.rate <= HIGHEST_RATE:
        raise UnusableSound(f"{sound.rate} Hz; allowed are {LOWEST_RATE} to {HIGHEST_RATE}")
    if sound.channels > MAX_CHANNELS:
        raise UnusableSound(f"{sound.channels} channels; allowed are {MAX_CHANNELS}")
    if not 0.1 <= sound.seconds <= longest:
        raise UnusableSound(f"it is {sound.seconds:.4g} s long; allowed are 0.1 to {longest} s")
    samples = _centred(_mono(_linear(sound), sound.channels))
    wide = resample(samples, sound.rate, WIDE_RATE)
    # Of what has much to lose most is lost already, and a third of the work
    narrow = resample(wide, WIDE_RATE) if sound.rate > WIDE_RATE else resample(samples, sound.rate)
    loud = MUSIC_DB if music else SPEECH_DB
    a_law = encode_a_law(_levelled(narrow, loud).tobytes())
    return Wav.a_law(a_law, _encode_wide(_levelled(wide, loud), looped=music))


def in_both(pcm: "array[int]", *, looped: bool = False) -> Wav:
    """Linear sound of 8 kHz, 16 bit, as it is played: what is above 4 kHz in G.722 is silent."""
    wide = array(
        "h", [max(min(round(value), _LOUDEST), -_LOUDEST) for value in resample(pcm, SAMPLE_RATE, WIDE_RATE)]
    )
    return Wav.a_law(encode_a_law(pcm.tobytes()), _encode_wide(wide, looped=looped))


def _encode_wide(pcm: "array[int]", *, looped: bool) -> bytes:
    """An encoder adapts to what was before, and a decoder that has adapted to something louder blows up what
    comes next. So what is played over and over begins as it goes on after its end, and everything else with a
    moment of silence."""
    if looped:
        before = pcm[-_ADAPTS:]
        return encode_g722((before + pcm).tobytes())[len(before) // 2 :]
    silence = array("h", [0] * min(_SETTLES, len(pcm)))
    return encode_g722((silence + pcm[_SETTLES:]).tobytes())


def _linear(sound: Wav) -> "array[float]":
    """The samples from -1 to 1, those of the channels in turn."""
    data = sound.data
    match sound.coding, sound.bits:
        case Coding.PCM, 8:
            return array("d", (octet / 128 - 1 for octet in data))
        case Coding.PCM, 24:
            wide = bytearray(len(data) // 3 * 4)
            for place in range(3):
                wide[place + 1 :: 4] = data[place::3]
            return _scaled(array("i", bytes(wide)), 1 << 31)
        case Coding.PCM, 32:
            return _scaled(array("i", data), 1 << 31)
        case Coding.FLOAT, bits:
            samples = array("d", array("f" if bits == 32 else "d", data))
            if not all(abs(sample) <= _MOST for sample in samples):  # which nothing is that is no number
                raise UnusableSound("it has samples that are no numbers, or far beyond full scale")
            return samples
        case Coding.A_LAW, _:
            return _scaled(array("h", decode_a_law(data)), _FULL)
        case Coding.U_LAW, _:
            return _scaled(array("h", decode_u_law(data)), _FULL)
        case _:
            return _scaled(array("h", data), _FULL)


def _scaled(samples: "array[int]", full: float) -> "array[float]":
    return array("d", (sample / full for sample in samples))


def _mono(samples: "array[float]", channels: int) -> "array[float]":
    if channels == 1:
        return samples
    of_each = [samples[channel::channels] for channel in range(channels)]
    return array("d", (sum(at) / channels for at in zip(*of_each, strict=True)))


def _levelled(samples: "array[float]", wanted_db: float) -> "array[int]":
    """As loud as wanted on average, unless its peaks would be too loud then."""
    peak = max(map(abs, samples))
    if peak < _ratio(FAINTEST_DB):
        raise UnusableSound(
            f"it is silent, or nearly: a recording is louder than {FAINTEST_DB:g} dB of full scale"
        )
    gain = min(_ratio(wanted_db) / _active(samples), _ratio(PEAK_DB) / peak)
    return array("h", [round(_FULL * gain * sample) for sample in samples])


def _centred(samples: "array[float]") -> "array[float]":
    """Around zero: what is constant in it nobody hears."""
    middle = sum(samples) / len(samples)
    return array("d", (sample - middle for sample in samples))


def _active(samples: "array[float]") -> float:
    """The root mean square of what is no pause."""
    frames = [samples[at : at + FRAME_SAMPLES] for at in range(0, len(samples), FRAME_SAMPLES)]
    powers = [sum(sample * sample for sample in frame) / len(frame) for frame in frames]
    faintest = max(powers) * _ratio(_PAUSE_DB) ** 2
    active = [power for power in powers if power >= faintest]
    return sqrt(sum(active) / len(active))


def _ratio(db: float) -> float:
    return float(10 ** (db / 20))
