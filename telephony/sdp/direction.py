"""The direction of a stream, seen from the side that says it (RFC 3264 5.1, RFC 8866 6.7)."""

from enum import StrEnum


class Direction(StrEnum):
    """What the speaker is willing to do with a stream."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        """Whether the speaker sends."""
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        """Whether the speaker wants to be sent to."""
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    @classmethod
    def of(cls, sends: bool, receives: bool) -> "Direction":
        """The direction of one who sends, or not, and receives, or not."""
        if sends:
            return cls.SENDRECV if receives else cls.SENDONLY
        return cls.RECVONLY if receives else cls.INACTIVE

    def within(self, peer: "Direction") -> "Direction":
        """What is left of our own direction when the peer says `peer` (the table of RFC 3264 6.1)."""
        return Direction.of(self.sends and peer.receives, self.receives and peer.sends)
