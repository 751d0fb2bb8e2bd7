"""What the media side counts. Plain integers, read by `metrics` when it is asked."""

from dataclasses import dataclass, field
from enum import StrEnum


class Drop(StrEnum):
    """Why a datagram was not passed on."""

    MALFORMED = "malformed"
    """Too short, too long, or not version 2 of RTP or RTCP."""
    STRANGER = "stranger"
    """From another source than the leg is latched to."""
    UNBRIDGED = "unbridged"
    """The leg has nobody to talk to (yet), or hears a prompt."""
    DIRECTION = "direction"
    """One of the two sides has the other on hold."""
    PAYLOAD = "payload"
    """A payload number that was not agreed, or a codec that the other side does not have."""
    UNSENDABLE = "unsendable"
    """The other side's address is not known yet, or the system would not send."""
    UNPROVEN = "unproven"
    """A prompt for a host that only a session description names, and from which nothing has come."""


@dataclass(slots=True)
class Counters:
    """Since the start; `legs_open` is now."""

    legs_open: int = 0
    relayed: int = 0
    """RTP packets passed from leg to leg."""
    missing: int = 0
    """RTP packets that did not come before later ones did, by their sequence numbers."""
    late: int = 0
    """Those that came after all, or came twice: lost are `missing` less these, about."""
    rtcp_relayed: int = 0
    reports: int = 0
    """RTCP packets of our own, on prompts and music."""
    prompt_packets: int = 0
    """RTP packets of our own, sent by the player."""
    prompts_unheard: int = 0
    """Prompts begun on a leg that could not be sent to: on hold, or without a codec of prompts."""
    dropped: dict[Drop, int] = field(default_factory=lambda: dict.fromkeys(Drop, 0))
