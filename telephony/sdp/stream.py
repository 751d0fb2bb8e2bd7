"""The audio stream: finding it in a description, and what two descriptions agree on (RFC 3264)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from telephony.sdp.codec import STATIC, Codec, OfferedCodec, has_audio
from telephony.sdp.connection import UNSPECIFIED
from telephony.sdp.description import SessionDescription
from telephony.sdp.direction import Direction
from telephony.sdp.errors import MalformedSdp, NotAcceptable, Warned
from telephony.sdp.media import Media, read_number
from telephony.sdp.payloads import read_codecs
from telephony.sdp.policy import OPEN, Policy

PROTOCOLS = frozenset({"RTP/AVP", "RTP/AVPF"})
"""What is relayed. AVPF only adds feedback to RTCP, which is copied as it comes; SAVP is encrypted."""

DEFAULT_PTIME = 20
"""Milliseconds of sound in a packet where nothing is said (RFC 3551 4.2)."""

_MAX_PTIME = 1000
_DIRECTIONS = frozenset(Direction)


@dataclass(frozen=True, slots=True)
class OfferedMedia:
    """The audio that a peer offers: all is said from the peer's side."""

    codecs: tuple[OfferedCodec, ...]
    direction: Direction
    remote: tuple[str, int]
    ptime: int


@dataclass(frozen=True, slots=True)
class Stream:
    """The agreed audio. `remote` is where the peer receives RTP: 0.0.0.0 or :: in an old-style hold.

    `receives` says what the payload numbers mean that the peer sends with, `sends` which numbers we send
    with; they differ where the peer answered with its own (RFC 3264 6.1). Both are in the peer's order.
    `direction` is ours: may we send, do we receive. `ptime` (ms) is what the peer wants in a packet.
    """

    remote: tuple[str, int]
    receives: Mapping[int, Codec]
    sends: Mapping[Codec, int]
    direction: Direction
    ptime: int = DEFAULT_PTIME

    @property
    def codecs(self) -> tuple[Codec, ...]:
        """The agreed codecs in the peer's order, with the peer's fmtp: what to pass on to the other leg."""
        return tuple(self.sends)


@dataclass(frozen=True, slots=True)
class RemoteAudio:
    """The peer's usable audio line: its place among the m= lines and what it says."""

    index: int
    media: OfferedMedia


def is_hold(media: Stream | OfferedMedia) -> bool:
    """Whether nothing may be sent to the peer: `sendonly`, `inactive`, address 0.0.0.0 (RFC 3264 8.4)."""
    if isinstance(media, Stream):
        return not media.direction.sends
    return not media.direction.receives


def find_audio(
    description: SessionDescription, host: str, preferred: int = 0, policy: Policy = OPEN
) -> RemoteAudio:
    """The audio line of an offer that we can carry from `host`: the one at `preferred`, else the first.

    Of its codecs those that `policy` allows.

    Raises NotAcceptable when there is none, MalformedSdp when it lacks an address.
    """
    lines, warning = range(len(description.media)), Warned.MEDIA_TYPE
    for index in sorted(lines, key=lambda place: place != preferred):
        media = description.media[index]
        codecs = policy.choose(read_codecs(media)) if _is_carried(media) else ()
        if has_audio([entry.codec for entry in codecs]):
            return RemoteAudio(index, _read_audio(description, media, codecs, host, policy))
        if _is_carried(media):
            warning = Warned.MEDIA_FORMAT
    raise NotAcceptable("no audio line that can be carried", warning=warning)


def answered_audio(
    description: SessionDescription,
    host: str,
    index: int,
    offered: Sequence[OfferedCodec],
    policy: Policy = OPEN,
) -> OfferedMedia:
    """The audio line of an answer, at the offer's place, with those of its codecs that we offered.

    Raises NotAcceptable when it is refused or has none of them, MalformedSdp when it lacks an address.
    """
    if index >= len(description.media) or not _is_carried(description.media[index]):
        raise NotAcceptable("audio refused in the answer")
    media = description.media[index]
    ours = {entry.codec for entry in offered}
    # Some phones leave out the rtpmap of numbers that they repeat.
    known = {**STATIC, **{entry.payload_type: entry.codec for entry in offered}}
    codecs = tuple([entry for entry in read_codecs(media, known) if entry.codec in ours])
    if not has_audio([entry.codec for entry in codecs]):
        raise NotAcceptable("answer without a codec of the offer")
    return _read_audio(description, media, codecs, host, policy)


def _is_carried(media: Media) -> bool:
    return media.kind == "audio" and media.port > 0 and media.protocol in PROTOCOLS


def _read_audio(
    description: SessionDescription,
    media: Media,
    codecs: tuple[OfferedCodec, ...],
    host: str,
    policy: Policy,
) -> OfferedMedia:
    connection = description.connection_of(media)
    if connection is None:
        raise MalformedSdp("audio without a c= line")
    remote = policy.host(connection)
    direction = direction_of(description, media)
    if remote in UNSPECIFIED:
        direction = Direction.of(sends=direction.sends, receives=False)
    elif (":" in remote) != (":" in host):
        raise NotAcceptable("other address family", warning=Warned.ADDRESS_FORMAT)
    return OfferedMedia(codecs, direction, (remote, media.port), _ptime(media))


def direction_of(description: SessionDescription, media: Media) -> Direction:
    """What the line says, else the session, else `sendrecv` (RFC 8866 6.7)."""
    for name, value in (*media.attributes, *description.attributes):
        if value is None and name in _DIRECTIONS:
            return Direction(name)
    return Direction.SENDRECV


def _ptime(media: Media) -> int:
    for name, value in media.attributes:
        if name == "ptime":
            with suppress(MalformedSdp):
                return read_number((value or "").strip(), _MAX_PTIME) or DEFAULT_PTIME
    return DEFAULT_PTIME


def agree(local: Sequence[OfferedCodec], direction: Direction, remote: OfferedMedia) -> Stream:
    """What our description and the peer's amount to, whichever was the offer (RFC 3264 6.1 and 7)."""
    ours = {entry.codec: entry for entry in local}
    shared = [(ours[entry.codec], entry) for entry in remote.codecs if entry.codec in ours]
    return Stream(
        remote=remote.remote,
        receives={mine.payload_type: mine.codec for mine, _ in shared},
        sends={theirs.codec: theirs.payload_type for _, theirs in shared},
        direction=direction.within(remote.direction),
        ptime=remote.ptime,
    )
