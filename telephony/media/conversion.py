"""Recordings made into prompts in a process of its own, for whoever waits for it in a thread."""

import subprocess
import sys

from telephony.media.errors import UnusableSound
from telephony.media.recording_child import MUSIC, REFUSED
from telephony.media.wav import Wav

MOST_SECONDS = 160.0
"""The largest recording, five minutes of music, takes a quarter of it on a machine that has nothing else to
do."""

_MODULE = "telephony.media.recording_child"


class ConversionBroke(RuntimeError):
    """The process ended otherwise than it should: a fault of ours. The message says where."""


def convert(octets: bytes, *, music: bool = False) -> Wav:
    """A WAV file of any usual form as a prompt: A-law, 8 kHz, mono, and in G.722, as loud as the others.

    Blocks for seconds. Raises UnusableSound.
    """
    # -P: what lies in the working directory is not imported
    command = [sys.executable, "-P", "-m", _MODULE, *([MUSIC] if music else [])]
    try:
        done = subprocess.run(command, input=octets, capture_output=True, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UnusableSound(f"it could not be converted within {MOST_SECONDS:g} s") from None
    if done.returncode == REFUSED:
        raise UnusableSound(done.stdout.decode())
    if done.returncode:
        raise ConversionBroke(f"exit code {done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}")
    return Wav.parse(done.stdout)
