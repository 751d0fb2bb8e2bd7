"""Prompts made for a test, and cut as a leg hears them."""

from array import array

from telephony.media.prompts import FRAME_SAMPLES, Prompt
from telephony.media.recording import in_both
from telephony.sdp.codec import PCMA, Codec


def encoded(name: str, pcm: bytes) -> Prompt:
    """A prompt of linear sound, 8 kHz, 16 bit."""
    return Prompt.of(name, in_both(array("h", pcm)))


def cut(prompt: Prompt, codec: Codec = PCMA) -> list[bytes]:
    """What its packets carry."""
    sound = prompt.sounds[codec]
    return [sound[at : at + FRAME_SAMPLES] for at in range(0, len(sound), FRAME_SAMPLES)]
