import math
from array import array
from itertools import pairwise

import pytest

from telephony.media.g711 import decode_a_law
from telephony.media.make_music import make_music
from telephony.media.prompts import FRAME_SAMPLES, PROMPT_FOLDER
from telephony.media.wav import Wav


@pytest.fixture(name="music", scope="module")
def _music() -> Wav:
    return make_music()


def test_the_music_is_that_of_the_script_and_is_quiet(music: Wav) -> None:
    assert (PROMPT_FOLDER / "music.wav").read_bytes() == bytes(music)
    samples = array("h", decode_a_law(music.data))
    rms = math.sqrt(sum(sample * sample for sample in samples) / len(samples))
    assert -22 < 20 * math.log10(rms / 32768 * math.sqrt(2)) + 3.14 < -18  # dBm0, ITU-T G.711 table 5


def test_the_music_is_played_over_and_over_without_a_seam(music: Wav) -> None:
    samples = array("h", decode_a_law(music.data))

    assert len(samples) % FRAME_SAMPLES == 0  # silence would fill up the last frame
    seam = [abs(after - before) for before, after in pairwise((*samples[-80:], *samples[:80]))]
    assert max(seam) <= max(abs(after - before) for before, after in pairwise(samples[4000:-4000]))
