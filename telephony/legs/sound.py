"""The end of a leg's sound: its port is closed, and what was measured is reported."""

from typing import TYPE_CHECKING

from telephony.call.sound_facts import LegSoundMeasured

if TYPE_CHECKING:
    from telephony.legs.leg import Leg


def close_sound(leg: "Leg", now: float) -> None:
    """Let go of the leg's port. Of a leg that sent no sound there is nothing to report."""
    sound = leg.wire.media.close(leg.id)
    if sound is not None:
        leg.observe(
            LegSoundMeasured,
            now,
            packets=sound.packets,
            lost=sound.lost,
            jitter=sound.jitter,
            round_trip=sound.round_trip,
        )
