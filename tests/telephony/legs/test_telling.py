"""Members are told on their phones in writing."""

import pytest

from telephony.call.actions import TellPaused
from telephony.legs.telling import Told
from tests.support.scripted_peer import ScriptedPeer
from tests.support.stage import Stage


def telling(stage: Stage, phone: str = "kc1") -> ScriptedPeer:
    """The phone's member was given a pause."""
    stage.register("kc1")
    stage.node.legs.perform(TellPaused("c1.1", phone), stage.now)
    stage.pump()
    return stage.phone("kc1")


def test_it_is_a_message_in_swedish_outside_of_any_call() -> None:
    stage = Stage()

    request = telling(stage).take("MESSAGE")

    assert request.headers.get("Content-Type") == "text/plain;charset=UTF-8"
    text = request.body.decode()
    assert text.startswith("Du har fått paus")
    assert text.endswith("Ring *63 när du är tillbaka.")
    assert request.to.tag is None and request.from_.tag
    assert "Contact" not in request.headers


@pytest.mark.parametrize(
    ("status", "told"),
    [(200, Told.TAKEN), (202, Told.TAKEN), (405, Told.REFUSED), (415, Told.REFUSED), (503, Told.REFUSED)],
)
def test_what_the_phone_says_is_counted(status: int, told: Told) -> None:
    stage = Stage()
    peer = telling(stage)
    request = peer.take("MESSAGE")
    peer.answer(request, 100)
    assert not stage.node.legs.telling.counts
    peer.answer(request, status)
    assert stage.node.legs.telling.counts == {told: 1}
    assert stage.node.legs.is_empty


def test_a_phone_that_says_nothing_was_not_reached() -> None:
    stage = Stage()
    telling(stage)
    stage.wait(40)
    assert stage.node.legs.telling.counts == {Told.UNREACHED: 1}


def test_a_phone_that_is_registered_nowhere_is_told_nothing() -> None:
    stage = Stage()
    assert not telling(stage, "kc2").has("MESSAGE")


def test_legs_know_which_have_not_ended() -> None:
    stage = Stage()
    stage.connected()
    (call,) = stage.node.switchboard.calls.values()
    assert all(stage.node.legs.has(leg) for leg in call.legs)
    assert not stage.node.legs.has("another")
