"""The SDP session of one leg: offers, answers and what they agree on (RFC 3264).

One exchange at a time: `offer` then `receive_answer`, or `receive_offer` then `answer`. `rollback` drops an
exchange that came to nothing (a 491, a 488, a re-INVITE that failed) and leaves what was agreed before.
An error leaves the session as it was, with its exchange still open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telephony.sdp.codec import Codec, OfferedCodec, accept, has_audio
from telephony.sdp.connection import Connection
from telephony.sdp.description import Origin, SessionDescription
from telephony.sdp.direction import Direction
from telephony.sdp.errors import NotAcceptable, OfferCrossed, OutOfTurn, Warned
from telephony.sdp.media import Media
from telephony.sdp.payloads import PayloadNumbers, read_codecs, write_codecs
from telephony.sdp.policy import OPEN, Policy
from telephony.sdp.stream import (
    OfferedMedia,
    RemoteAudio,
    Stream,
    agree,
    answered_audio,
    direction_of,
    find_audio,
)

__all__ = ["Direction", "OfferedMedia", "SdpSession", "Stream"]


@dataclass(frozen=True, slots=True)
class _Local:
    """Our side: the description, also as text, where it has sound sent, the place of the audio among its m=
    lines, and what that line says."""

    description: SessionDescription
    text: str
    where: tuple[str, int]
    index: int
    codecs: tuple[OfferedCodec, ...]
    direction: Direction


@dataclass(frozen=True, slots=True)
class _Agreement:
    """A finished exchange. `remote` is the far end's description without keys, as text, to be stored."""

    local: _Local
    remote: str
    stream: Stream


class SdpSession:
    """The negotiation with one peer, from the first offer to the end of the call.

    `session_id` is the number in our `o=` line; `address` is the IP address and port where we receive RTP;
    `policy` bounds what is offered, agreed to and sent to.
    """

    def __init__(self, session_id: int, address: tuple[str, int], policy: Policy = OPEN) -> None:
        self._session_id = session_id
        self.address = address
        self.policy = policy
        self._where = address
        self._version = 0
        self._sent: tuple[tuple[Media, ...], str] | None = None
        self._numbers = PayloadNumbers()
        self._agreement: _Agreement | None = None
        self._before: _Agreement | None = None
        self._local_offer: _Local | None = None
        self._remote_offer: tuple[SessionDescription, RemoteAudio] | None = None

    @property
    def stream(self) -> Stream | None:
        """What is agreed now."""
        return self._agreement.stream if self._agreement else None

    @property
    def local_body(self) -> bytes | None:
        """Our side of what is agreed: to be said again in the 200 that follows a 183, or in a refresh."""
        return self._agreement.local.text.encode() if self._agreement else None

    def redirect(self, where: tuple[str, int] | None) -> None:
        """Have the peer send its sound there, past us, from the next description on; None: to us."""
        self._where = where or self.address

    @property
    def where(self) -> tuple[str, int]:
        """Where our description, agreed on or offered, has the peer send its sound."""
        local = self._local_offer or (self._agreement and self._agreement.local)
        return local.where if local else self.address

    @property
    def is_direct(self) -> bool:
        """Whether that is not to us."""
        return self.where != self.address

    @property
    def is_offering(self) -> bool:
        """Whether an offer of ours waits for its final answer."""
        return self._local_offer is not None

    def offer(self, codecs: Sequence[OfferedCodec], direction: Direction = Direction.SENDRECV) -> bytes:
        """Begin an exchange: the body of an INVITE, a re-INVITE, or the 200 to an INVITE without a body.

        A codec keeps the payload number that it has in this session; a new one gets the preferred one if that
        is free. m-lines that the peer has added are repeated with port 0. Raises NotAcceptable without an
        audio codec that the policy allows, OutOfTurn while another exchange is open.
        """
        self._expect_idle()
        numbered = self._numbers.assign(self.policy.choose(codecs))
        if not has_audio(entry.codec for entry in numbered):
            raise NotAcceptable("no audio codec to offer", warning=Warned.MEDIA_FORMAT)
        lines, index = [Media("audio", 0, "RTP/AVP", ())], 0
        if self._agreement:
            lines, index = list(self._agreement.local.description.media), self._agreement.local.index
        local = self._describe(lines, index, numbered, direction)
        self._local_offer, self._before = local, self._agreement
        return local.text.encode()

    def receive_answer(self, body: bytes, provisional: bool = False) -> Stream:
        """Take the answer to our offer, from a response or an ACK, and return what is agreed.

        A `provisional` one (in a 183) holds until the next answer to the same offer replaces it, `confirm`
        makes it final or `rollback` drops it. Raises MalformedSdp, NotAcceptable without a codec of the
        offer, OutOfTurn without an offer.
        """
        local = self._local_offer
        if local is None:
            raise OutOfTurn("answer without an offer")
        remote = SessionDescription.parse(body)
        audio = answered_audio(remote, self.address[0], local.index, local.codecs, self.policy)
        self._numbers.reserve(audio.codecs)
        stream = agree(local.codecs, local.direction, audio)
        self._agreement = _Agreement(local, str(remote.without_keys()), stream)
        if not provisional:
            self._local_offer = None
        return stream

    def confirm(self) -> Stream:
        """The 200 came without a body: the provisional answer stands. Raises OutOfTurn if there was none."""
        agreement = self._agreement
        if self._local_offer is None or agreement is None or agreement is self._before:
            raise OutOfTurn("no provisional answer to confirm")
        self._local_offer = None
        return agreement.stream

    def receive_offer(self, body: bytes) -> OfferedMedia:
        """Begin an exchange with the peer's offer and return its audio.

        Raises MalformedSdp, NotAcceptable without an audio line that we can carry, OfferCrossed while another
        exchange is open (the peers' offers have met, or it did not wait).
        """
        if self._local_offer:
            raise OfferCrossed("our own offer waits for its answer")
        if self._remote_offer:
            raise OfferCrossed("an earlier offer has not been answered", status=500)
        remote = SessionDescription.parse(body)
        index = self._agreement.local.index if self._agreement else 0
        audio = find_audio(remote, self.address[0], index, self.policy)
        self._numbers.follow(audio.media.codecs)
        self._remote_offer = remote, audio
        return audio.media

    def answer(
        self,
        codecs: Iterable[Codec],
        direction: Direction = Direction.SENDRECV,
        *,
        first: Codec | None = None,
    ) -> bytes:
        """Answer the peer's offer with those of its codecs that are in `codecs`: its order, its numbers.
        `first` goes before the others, for peers that take the first of an answer for the only one.

        `direction` is what we would like; the answer says what the offer leaves of it. All other m-lines are
        refused with port 0. Raises NotAcceptable when no audio codec is left, OutOfTurn without an offer.
        """
        if self._remote_offer is None:
            raise OutOfTurn("no offer to answer")
        remote, audio = self._remote_offer
        accepted = accept(audio.media.codecs, codecs)
        if first is not None:
            accepted = tuple(sorted(accepted, key=lambda entry: entry.codec != first))
        if not has_audio(entry.codec for entry in accepted):
            raise NotAcceptable("none of the offered codecs is wanted", warning=Warned.MEDIA_FORMAT)
        lines = [media.refused() for media in remote.media]
        local = self._describe(lines, audio.index, accepted, direction.within(audio.media.direction))
        self._numbers.adopt(accepted)
        stream = agree(accepted, local.direction, audio.media)
        self._agreement = _Agreement(local, str(remote.without_keys()), stream)
        self._remote_offer = None
        return local.text.encode()

    def rollback(self) -> None:
        """Drop the open exchange, whoever began it: what was agreed before stands. Does nothing when idle."""
        if self._local_offer:
            self._agreement = self._before
        self._local_offer = self._remote_offer = None

    def snapshot(self) -> dict[str, Any]:
        """The session as JSON-able values, without keys. An exchange that is open is left out."""
        agreement = self._before if self._local_offer else self._agreement
        return {
            "session_id": self._session_id,
            "host": self.address[0],
            "port": self.address[1],
            "version": self._version,
            "numbers": self._numbers.to_lines(),
            "local": agreement.local.text if agreement else None,
            "remote": agreement.remote if agreement else None,
        }

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any]) -> "SdpSession":
        """The session of which `snapshot` was taken; one that was offering is as after `rollback`."""
        session = cls(snapshot["session_id"], (snapshot["host"], snapshot["port"]))
        session._version = snapshot["version"]
        session._numbers = PayloadNumbers.parse(snapshot["numbers"])
        if snapshot["local"] is not None:
            session._resume(snapshot["local"].encode(), snapshot["remote"].encode())
        return session

    def _resume(self, local_body: bytes, remote_body: bytes) -> None:
        description, remote = SessionDescription.parse(local_body), SessionDescription.parse(remote_body)
        index, media = next((i, media) for i, media in enumerate(description.media) if media.port)
        codecs = read_codecs(media)
        direction = direction_of(description, media)
        connection = description.connection_of(media)
        assert connection is not None  # we wrote it
        where = connection.address, media.port
        local = _Local(description, local_body.decode(), where, index, codecs, direction)
        audio = answered_audio(remote, self.address[0], index, local.codecs)
        self._agreement = _Agreement(local, str(remote), agree(local.codecs, local.direction, audio))
        # A higher version was sent in an offer that came to nothing: then the next text needs one of its own.
        if description.origin.version == str(self._version):
            self._sent = description.media, connection.address

    def _expect_idle(self) -> None:
        if self._local_offer or self._remote_offer:
            raise OutOfTurn("an offer waits for its answer")

    def _describe(
        self, lines: list[Media], index: int, codecs: tuple[OfferedCodec, ...], direction: Direction
    ) -> _Local:
        """Our description with these m-lines, the one at `index` being the audio."""
        formats, attributes = write_codecs(codecs)
        (own, _), (host, port) = self.address, self._where
        lines[index] = Media(
            "audio", port, lines[index].protocol, formats, attributes=(*attributes, (direction.value, None))
        )
        media = tuple(lines)
        if (media, host) != self._sent:  # everything else in our text never changes (RFC 3264 8)
            self._version, self._sent = self._version + 1, (media, host)
        address_type = Connection.of(own).address_type
        origin = Origin("-", str(self._session_id), str(self._version), "IN", address_type, own)
        description = SessionDescription(origin, connection=Connection.of(host), media=media)
        return _Local(description, str(description), self._where, index, codecs, direction)
