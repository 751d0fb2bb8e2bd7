"""What was measured of the sound that came from the far end of a leg."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """RTP from one leg, from its beginning to its end.

    `packets` came, `lost` did not; `jitter` is by how many seconds they came earlier or later than they were
    spoken, on average; `round_trip` the seconds to the far end and back, on average. Both are None when
    nothing told them.
    """

    packets: int
    lost: int
    jitter: float | None
    round_trip: float | None
