from dataclasses import FrozenInstanceError

import pytest

from telephony.call.actions import AlertCaller, EndLeg


def test_an_action_never_changes() -> None:
    action = AlertCaller("c1.0")

    with pytest.raises(FrozenInstanceError):
        action.leg = "c1.1"  # type: ignore[misc]


def test_a_leg_is_ended_as_not_available_unless_it_is_said_otherwise() -> None:
    assert EndLeg("c1.0") == EndLeg("c1.0", status=480, reason="", elsewhere=False)
