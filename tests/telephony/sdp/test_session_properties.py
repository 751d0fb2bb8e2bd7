"""Two sessions that talk to each other, in any order of offers, answers, refusals and crossings."""

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from telephony.sdp.codec import G722, PCMA, PCMU, TELEPHONE_EVENT, Codec, OfferedCodec
from telephony.sdp.description import SessionDescription
from telephony.sdp.direction import Direction
from telephony.sdp.errors import NotAcceptable, OfferCrossed
from telephony.sdp.payloads import read_codecs
from telephony.sdp.session import SdpSession, Stream

AUDIO = (PCMA, PCMU, G722, Codec("G729", 8000, fmtp="annexb=no"), Codec("opus", 48000, 2, "stereo=1"))
EVENTS = (TELEPHONE_EVENT, Codec("telephone-event", 48000, fmtp="0-15"))
CODECS = st.lists(st.sampled_from([*AUDIO, *EVENTS]), max_size=6)
OFFERED = st.tuples(
    st.sampled_from(AUDIO),
    st.lists(st.sampled_from([*AUDIO, *EVENTS]), max_size=5),
    st.randoms(use_true_random=False),
).map(lambda drawn: [OfferedCodec(codec, drawn[2].randint(0, 127)) for codec in (drawn[0], *drawn[1])])
DIRECTIONS = st.sampled_from(Direction)


class Side:
    """One session, and what it has said in finished exchanges."""

    def __init__(self, number: int) -> None:
        self.session = SdpSession(number, (f"192.0.2.{number}", 4000 + number))
        self.numbers: dict[int, Codec] = {}
        self.texts: list[tuple[int, str]] = []

    def say(self, text: bytes) -> bytes:
        origin, rest = text.decode().split("\r\n", 2)[1:]
        self.texts.append((int(origin.split()[2]), rest))
        return text

    def forget(self) -> None:
        """A restart: of what was said, only what was agreed is still known."""
        body, (version, _) = self.session.local_body, self.texts[-1]
        known = body is not None and int(body.split()[3]) == version
        if not known:
            self.texts = [(version, "forgotten")]

    def keep(self, text: bytes) -> None:
        """The exchange of which this is our side is finished: no number has got another meaning."""
        for media in SessionDescription.parse(text).media:
            for entry in read_codecs(media):
                assert self.numbers.setdefault(entry.payload_type, entry.codec) == entry.codec


class Pair(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sides = (Side(1), Side(2))

    def agreed(self) -> tuple[Stream | None, Stream | None]:
        return self.sides[0].session.stream, self.sides[1].session.stream

    @rule(
        first=st.booleans(),
        codecs=OFFERED,
        wanted=CODECS,
        direction=DIRECTIONS,
        reply=DIRECTIONS,
        early=st.booleans(),
    )
    def exchange(
        self,
        first: bool,
        codecs: Sequence[OfferedCodec],
        wanted: Sequence[Codec],
        direction: Direction,
        reply: Direction,
        early: bool,
    ) -> None:
        offerer, answerer = self.sides if first else self.sides[::-1]
        before = self.agreed()
        offer = offerer.say(offerer.session.offer(codecs, direction))
        offered = answerer.session.receive_offer(offer)
        shared = {entry.codec for entry in codecs} & set(wanted)
        try:
            answer = answerer.say(answerer.session.answer(wanted, reply))
        except NotAcceptable:
            assert not any(codec.is_audio for codec in shared)
            answerer.session.rollback()
            offerer.session.rollback()
            assert self.agreed() == before
            return
        if early:
            offerer.session.receive_answer(answer, provisional=True)
        stream = offerer.session.receive_answer(answer)
        assert set(stream.codecs) == shared
        assert list(stream.codecs) == [entry.codec for entry in offered.codecs if entry.codec in shared]
        assert (stream.direction.sends, stream.direction.receives) == (
            direction.sends and reply.receives,
            direction.receives and reply.sends,
        )
        offerer.keep(offer)
        answerer.keep(answer)

    @rule(codecs=OFFERED, others=OFFERED)
    def cross(self, codecs: Sequence[OfferedCodec], others: Sequence[OfferedCodec]) -> None:
        before = self.agreed()
        offers = [
            side.say(side.session.offer(offered))
            for side, offered in zip(self.sides, (codecs, others), strict=True)
        ]
        for side, offer in zip(self.sides, reversed(offers), strict=True):
            try:
                side.session.receive_offer(offer)
            except OfferCrossed as crossed:
                assert crossed.status == 491
            side.session.rollback()
        assert self.agreed() == before

    @rule(first=st.booleans(), codecs=OFFERED)
    def lose_an_offer(self, first: bool, codecs: Sequence[OfferedCodec]) -> None:
        side = self.sides[0 if first else 1]
        before = self.agreed()
        side.say(side.session.offer(codecs))
        side.session.rollback()
        assert self.agreed() == before

    @precondition(lambda self: self.sides[0].session.stream is not None)
    @rule(first=st.booleans())
    def restart(self, first: bool) -> None:
        side = self.sides[0 if first else 1]
        stream = side.session.stream
        side.session = SdpSession.restore(side.session.snapshot())
        side.forget()
        assert side.session.stream == stream

    @invariant()
    def streams_mirror_each_other(self) -> None:
        mine, theirs = self.agreed()
        if mine is None or theirs is None:
            assert mine is theirs
            return
        assert {number: codec for codec, number in mine.sends.items()} == theirs.receives
        assert {number: codec for codec, number in theirs.sends.items()} == mine.receives
        assert (mine.direction.sends, mine.direction.receives) == (
            theirs.direction.receives,
            theirs.direction.sends,
        )

    @invariant()
    def versions_rise_when_and_only_when_the_text_changes(self) -> None:
        for side in self.sides:
            for (version, text), (later, later_text) in zip(side.texts, side.texts[1:], strict=False):
                assert later == (version if later_text == text else version + 1)


Pair.TestCase.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)
TestPair = Pair.TestCase
