"""What the sound of a leg was like. Nothing follows from it in a call."""

from dataclasses import dataclass

from telephony.call.facts import LegFact


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSoundMeasured(LegFact):
    """The sound from this leg is over: so many `packets` of it came, `lost` did not.

    `jitter` is in seconds, on average as they came to us; `round_trip` to the far end and back, in seconds,
    by its RTCP reports. Each is None when nothing told it. A leg that sent no sound has no such fact.
    """

    packets: int
    lost: int
    jitter: float | None
    round_trip: float | None
