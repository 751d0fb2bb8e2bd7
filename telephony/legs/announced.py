"""What is agreed on with a caller who is to hear an announcement."""

from collections.abc import Sequence

from telephony.sdp.codec import G722, KEYS, PCMA, PCMU, Codec

SPOKEN = (PCMA, PCMU, KEYS[0])


def announced(theirs: Sequence[Codec]) -> Sequence[Codec]:
    """G.711 where they have it, as nearly everybody has whom they may be put through to: then nothing has to
    change. Who has G.722 and no G.711 is answered with all that they have, for who takes the call may lack
    G.722.
    """
    has_g711 = PCMA in theirs or PCMU in theirs
    return theirs if G722 in theirs and not has_g711 else SPOKEN
