"""Makes the music that who waits hears. It is computed and was written for this: nobody has rights in it.

Soft plucked notes: each a few harmonics that die away. What still sounds at the end sounds on at the
beginning, so that it can be played over and over without a seam.
"""

from array import array
from math import exp, pi, sin

from telephony.media.prompts import FRAME_SAMPLES, SAMPLE_RATE
from telephony.media.recording import in_both
from telephony.media.wav import Wav

_BEAT = 27 * FRAME_SAMPLES  # 0.54 s; of whole frames, or silence would fill up the last one
_NOTE_SECONDS = 3
_ATTACK_SECONDS = 0.012  # a note that begins at once clicks
_DECAY = 2.2  # a note is half as loud after 0.3 s
_HARMONICS = (1.0, 0.35, 0.12)
_PEAK = 8200
"""-12 dBFS, on average -20 dBm0: who waits has the phone on its loudspeaker."""

_BARS = (
    ((65, 69, 72, 77, 72, 69), (81, 79)),
    ((62, 65, 69, 74, 69, 65), (77, 76)),
    ((58, 65, 70, 74, 70, 65), (77, 74)),
    ((60, 67, 72, 76, 72, 67), (76, 79)),
    ((57, 64, 69, 72, 69, 64), (76, 72)),
    ((62, 65, 69, 74, 77, 74), (81, 77)),
    ((55, 62, 67, 70, 74, 70), (79, 77)),
    ((60, 64, 67, 70, 72, 67), (76, 72)),
)
"""The chord of each bar, a note a beat, and two notes of melody above it. In MIDI, 69 is 440 Hz."""


def make_music() -> Wav:
    """The music, about 26 s."""
    beats = sum(len(chord) for chord, _ in _BARS)
    sound = [0.0] * (beats * _BEAT)
    beat = 0
    for chord, melody in _BARS:
        for place, note in enumerate(chord):
            _add(sound, note, (beat + place) * _BEAT, 0.6)
        for place, note in enumerate(melody):
            _add(sound, note, (beat + place * len(chord) // len(melody)) * _BEAT, 1.0)
        beat += len(chord)
    loudest = max(map(abs, sound))
    return in_both(array("h", [round(_PEAK * value / loudest) for value in sound]), looped=True)


def _add(sound: list[float], note: int, start: int, loudness: float) -> None:
    """Put a note into the sound, and what goes beyond its end at its beginning."""
    hertz = 440 * 2 ** ((note - 69) / 12)
    for at in range(_NOTE_SECONDS * SAMPLE_RATE):
        seconds = at / SAMPLE_RATE
        swing = sum(
            share * exp(-_DECAY * order * seconds) * sin(2 * pi * hertz * order * seconds)
            for order, share in enumerate(_HARMONICS, 1)
        )
        sound[(start + at) % len(sound)] += loudness * min(seconds / _ATTACK_SECONDS, 1.0) * swing
