"""Sound between two far ends of one net past us, when the plan lets them (`direct` of a net).

Each is told the other's address by a re-INVITE of ours. Our ports stay open, and whatever makes us needed
again, or a refusal, brings the sound back to them: then each is told our address again.
"""

from typing import TYPE_CHECKING

from telephony.sdp.direction import Direction
from telephony.sdp.stream import Stream

if TYPE_CHECKING:
    from telephony.legs.leg import Leg

MOST_TIMES = 4
"""Addresses that a leg is told while it talks with one other: two phones that take a new port at each
re-INVITE would have us go on for ever."""

PROOF_SECONDS = 0.3
"""How long after both have agreed it is looked whether they do so. A phone may take to the address where the
last sound of ours came from, that was on its way when it changed (symmetric RTP); one that then hears the
other's own sound leaves it again, PJSIP after ten packets."""

LOUD_SECONDS = 0.1
"""Whoever sends to us has done so within that time: a packet comes every 20 ms, also where one is late."""

AGAIN_SECONDS = 1.0
"""After that they are asked once more."""

MOST_TRIES = 2
"""After that their sound stays with us: they do not do as they say."""


def address_for(leg: "Leg") -> tuple[str, int] | None:
    """Where the far end of this leg may send its sound past us; None when it has to send to us."""
    peer = leg.peer
    if peer is None or not (_may_be(leg) and _may_be(peer)):
        return None
    ours, theirs = leg.session.stream, peer.session.stream
    assert ours is not None and theirs is not None  # or they would not be connected
    here, there = ours.remote[0], theirs.remote[0]
    same_net = leg.session.policy.direct_net(here) == peer.session.policy.direct_net(there)
    if not same_net or (":" in here) != (":" in there):
        return None
    return theirs.remote if _speaks_as(ours, theirs) and _speaks_as(theirs, ours) else None


def is_elsewhere(leg: "Leg") -> bool:
    """Whether its far end sends its sound elsewhere than it should."""
    session = leg.session
    if session.policy.direct is None:
        return False
    where = address_for(leg)
    if session.where == (where or session.address):
        return False
    if where is not None:
        leg.redirected += 1
        if leg.redirected > MOST_TIMES:
            stay(leg)
    return True


def stay(leg: "Leg") -> None:
    """Its sound, and that of whom it talks with, is for us while they do."""
    for one in _both(leg):
        one.stays = True


def _both(leg: "Leg") -> list["Leg"]:
    return [leg] if leg.peer is None else [leg, leg.peer]


def _may_be(leg: "Leg") -> bool:
    """Whether nothing about this leg itself needs us."""
    stream, policy = leg.session.stream, leg.session.policy
    if policy.direct is None or leg.stays or leg.vital or leg.is_watched or stream is None:
        return False
    if leg.negotiation.wish is not Direction.SENDRECV or stream.remote[0] != leg.flow.remote[0]:
        return False  # on hold, or behind a NAT: what it says of its address does not reach it
    return bool(policy.direct_net(stream.remote[0]))


def _speaks_as(one: Stream, other: Stream) -> bool:
    """Whether what the one sends is just what the other takes, by the same numbers: nobody translates it."""
    return {codec: number for number, codec in one.receives.items()} == other.sends


def route(leg: "Leg") -> None:
    """Pass no sound on between two who have both agreed to send it past us, and pass it on again from the
    moment on that one is asked to come back.

    Many phones send to wherever sound comes from: as long as ours does, they would send to us. Two that did
    so the first time are hushed, and get none from the moment on that both are asked.
    """
    peer = leg.peer
    if peer is None or leg.session.policy.direct is None:
        return
    past = _sends_past(leg) and _sends_past(peer)
    if past is not leg.is_past:
        leg.is_past = peer.is_past = past
        if past:
            leg.wire.media.unbridge(leg.id)
        else:
            leg.wire.media.bridge(leg.id, peer.id)


def _sends_past(leg: "Leg") -> bool:
    return leg.session.is_direct and (leg.is_hushed or not leg.session.is_offering)


def prove_later(leg: "Leg", now: float) -> None:
    """Something was agreed: if it was to send past us, look soon whether they do."""
    if leg.is_past:
        leg.wire.agenda.set(f"{leg.id}/past", now + PROOF_SECONDS)


def prove(leg: "Leg", now: float) -> None:
    """Two who have agreed to send past us, but send to us, hear nothing: bring their sound back, and try it
    once more."""
    both = _both(leg)
    for one in both:
        one.is_hushed = False
    route(leg)  # one that has not answered yet is passed sound on again
    heard = [leg.wire.media.heard(one.id) or 0.0 for one in both]
    if not leg.is_past or max(heard) < now - LOUD_SECONDS:
        return
    bring_back(leg, now)
    if max([one.redirected for one in both]) < MOST_TRIES:
        leg.wire.agenda.set(f"{leg.id}/again", now + AGAIN_SECONDS)


def try_again(leg: "Leg", now: float) -> None:
    """Have the two send their sound past us once more."""
    both = _both(leg)
    for one in both:
        one.stays, one.is_hushed = False, True
    for one in both:
        one.negotiation.follow(now)
    leg.wire.agenda.set(f"{leg.id}/past", now + PROOF_SECONDS)


def forget(leg: "Leg") -> None:
    """It talks with somebody else from here on, or nobody."""
    leg.stays, leg.is_past, leg.redirected = False, False, 0
    leg.is_hushed, leg.is_silenced = False, False
    for what in () if leg.session.policy.direct is None else ("past", "again"):
        leg.wire.agenda.set(f"{leg.id}/{what}", None)


def silence(leg: "Leg", now: float) -> None:
    """It has handed on whom it talked with, past us: it is to send nothing, until it is connected again.

    Of two that sent their sound to each other each may go on only because the other does (symmetric RTP), and
    who waits would hear nothing of ours.
    """
    if leg.session.is_direct:
        leg.is_silenced = True
        leg.negotiation.follow(now)


def is_direct(leg: "Leg") -> bool:
    """Whether its sound, or that of whom it talks with, goes past us."""
    return leg.session.is_direct or (leg.peer is not None and leg.peer.session.is_direct)


def bring_back(leg: "Leg", now: float) -> None:
    """Have these two send their sound to us from here on."""
    stay(leg)
    for one in _both(leg):
        leg.wire.agenda.set(f"{one.id}/again", None)
        one.negotiation.follow(now)
