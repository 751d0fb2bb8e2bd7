"""Transfers by keys, for phones that cannot REFER (P7): a code, a number, and what both sides hear meanwhile.

The call decides, as for a REFER: it is told of a `TransferRequested`, and of no single key. Until then it is
as it was. Whoever waits hears that it rings from the code on.
"""

import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING

from telephony.call import transfer_facts as t
from telephony.legs.digits import Digits, Heard
from telephony.legs.state import State
from telephony.sdp.codec import Codec, has_keys

if TYPE_CHECKING:
    from telephony.legs.leg import Leg

DIAL_TONE = "tone/dial"
"""What who has pressed the code hears: the exchange waits for a number."""

SILENCE = "tone/silence"
"""And from the first key of the number on."""


class Keypad:
    """The keys of one leg, whose far end may hand calls on by them.

    Some phones send a key both in their sound and as INFO; the way that the first one comes is theirs.
    """

    def __init__(self, leg: "Leg", code: str) -> None:
        self._of = weakref.ref(leg)  # a circle would keep an ended leg until the garbage collector comes
        self._digits = Digits(code)
        self._way = ""
        self._other = ""  # the leg of whom it talked with
        self.waits = False
        """Whether it has asked for a transfer, and the call has not answered yet."""

    @property
    def _leg(self) -> "Leg":
        leg = self._of()
        assert leg is not None  # everybody comes by the leg
        return leg

    @property
    def is_busy(self) -> bool:
        """A transfer by keys is being asked for."""
        return self._digits.is_dialling or self.waits

    def press(self, signal: str, way: str, now: float) -> bool:
        """Take a key that came by this way. Whether it is for us, and not for the other side."""
        leg = self._leg
        self._way = self._way or way
        if way != self._way or self.waits:
            return self.is_busy
        if not self._digits.is_dialling and (leg.peer is None or leg.state is not State.TALKING):
            return False
        return self._follow(leg, self._digits.press(signal, now), now)

    def expire(self, now: float) -> None:
        """Nothing was pressed for a while."""
        self._follow(self._leg, self._digits.expire(now), now)

    def answered(self, status: int, now: float) -> None:
        """The call has decided: it rings, or the two go on."""
        self.waits = False
        if status < 300:
            self._leg.ring_on(now)
        else:
            self._go_on(self._leg, now)

    def rest(self) -> None:
        """Its leg was connected, or hears that it rings: whatever was keyed is for nothing."""
        self._digits.rest()
        self.waits, self._other = False, ""
        self._arm()

    def _follow(self, leg: "Leg", heard: Heard, now: float) -> bool:
        match heard:
            case Heard.BEGUN:
                self._begin(leg, now)
            case Heard.MORE if len(self._digits.number) == 1:
                leg.sound(SILENCE)
            case Heard.DONE:
                number, self._digits.number = self._digits.number, ""
                self.waits = True
                leg.sound(SILENCE)
                leg.observe(t.TransferRequested, now, number=leg.wire.directory.normalise(number, None))
            case Heard.CANCELLED:
                self._go_on(leg, now)
        self._arm()
        return heard is not Heard.NOTHING or self._digits.is_dialling

    def _begin(self, leg: "Leg", now: float) -> None:
        assert leg.peer is not None  # or no key would have been taken
        other = leg.peer
        self._other = other.id
        other.ring_on(now)
        leg.sound(DIAL_TONE)
        leg.negotiation.follow(now)  # it may hold the other, and is to hear this

    def _go_on(self, leg: "Leg", now: float) -> None:
        """Talk on with whom it talked with: had that one left, or talked with somebody else, this leg would
        have been ended or connected too, and would rest."""
        leg.connect_with(leg.wire.legs[self._other], now)

    def _arm(self) -> None:
        self._leg.wire.agenda.set(f"{self._leg.id}/keys", self._digits.deadline)


def expire(leg: "Leg", now: float) -> None:
    """Nothing was pressed on this leg for a while."""
    assert leg.keypad is not None  # or this were not due
    leg.keypad.expire(now)


def may_transfer(leg: "Leg") -> str:
    """The code by which the far end of this leg hands calls on; "" when it may not."""
    return leg.wire.directory.transfer_code() if leg.account and not leg.vital else ""


def wants_keys(leg: "Leg", peer: "Leg | None", codecs: Iterable[Codec]) -> bool:
    """Whether there are keys among these codecs of a leg that are listened for: for the code, because one is
    asked for, or to pass them on to a peer that takes them as INFO alone."""
    if may_transfer(leg) or (leg.asking is not None and leg.asking.is_open):
        return has_keys(codecs)
    return peer is not None and not has_keys(peer.codecs) and has_keys(codecs) and peer.allows("INFO")


def listen(leg: "Leg") -> None:
    """Its leg talks with somebody now: hear its keys from here on, if anybody wants them."""
    code = may_transfer(leg)
    if leg.keypad is not None:
        leg.keypad.rest()
    elif code:
        leg.keypad = Keypad(leg, code)
    watch(leg)


def watch(leg: "Leg") -> None:
    """What was agreed on with it, or with whom it talks, has changed."""
    watched = wants_keys(leg, leg.peer, leg.codecs)
    if watched is not leg.is_watched:
        leg.is_watched = watched
        leg.wire.media.watch_keys(leg.id, watched)
