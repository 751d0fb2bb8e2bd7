"""Makes the Swedish tones, each to be played over and over."""

from array import array
from math import pi, sin

from telephony.media.prompts import DIAL, FRAME_SAMPLES, RINGING, SAMPLE_RATE, SILENCE
from telephony.media.recording import in_both
from telephony.media.wav import Wav

TONE_HZ, RINGING_SECONDS, PAUSE_SECONDS = 425, 1, 5
"""ITU-T E.180 supplement 2 for Sweden; the dial tone has the same pitch, and no pause."""

TONE_PEAK = 3700
"""-10 dBm0, as exchanges send their tones (ITU-T E.180 3): a prompt is at -3."""

_FORMS = {RINGING: (RINGING_SECONDS, PAUSE_SECONDS), DIAL: (1, 0), SILENCE: (0, 1)}
"""For how many seconds each sounds, and is silent."""

_BEFORE = 3 * FRAME_SAMPLES
"""So much of the pause comes first: a decoder of G.722 has to forget what it heard before."""


def make_tone(name: str) -> Wav:
    """One of `prompts.TONES`. A second has whole periods of it."""
    sounds, pauses = _FORMS[name]
    step = 2 * pi * TONE_HZ / SAMPLE_RATE
    tone = [round(TONE_PEAK * sin(step * sample)) for sample in range(sounds * SAMPLE_RATE)]
    pause = [0] * (pauses * SAMPLE_RATE)
    return in_both(array("h", pause[:_BEFORE] + tone + pause[_BEFORE:]), looped=True)
