"""Which legs are let go of, and how."""

from telephony.call import facts as f
from telephony.call.actions import EndLeg
from telephony.call.ending import Reaction, finish, withdraw
from telephony.call.facts import EndedBy, Outcome
from tests.support.calls import NOON, phone, ring
from tests.support.desk import Desk


def test_nothing_follows_by_itself() -> None:
    assert Reaction() == Reaction((), ())


def test_what_is_taken_back_is_said_with_its_reason() -> None:
    desk = Desk()
    desk.arrives(ring(phone("anna")))

    reaction = withdraw(desk.call(), desk.call().ringing(), "answered_elsewhere", NOON)

    assert reaction.facts == [f.OfferWithdrawn(at=NOON, call="c1", leg="c1.1", why="answered_elsewhere")]
    assert reaction.actions == [EndLeg("c1.1", reason="answered elsewhere", elsewhere=True)]


def test_a_call_ends_with_every_open_leg_once() -> None:
    desk = Desk()
    desk.arrives(ring(phone("anna"), phone("bo")))
    desk.see(f.LegEnded, "bo")

    reaction = finish(desk.call(), NOON, Outcome.FAILED, EndedBy.SERVICE, status=503)

    assert reaction.actions == [EndLeg("c1.1", reason="ended"), EndLeg("c1.0", status=503)]
