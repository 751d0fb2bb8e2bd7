"""telephony/legs/alive.py: `test_leg.py` and `test_negotiation.py` have what it does in calls."""

from telephony.legs.alive import PING_SECONDS
from tests.support.stage import Stage


def test_a_leg_that_rings_on_for_somebody_else_is_not_silent(stage: Stage) -> None:
    caller, member = stage.connected()
    stage.loud("call1.0", "call1.1")

    stage.wait(PING_SECONDS)

    for party in (caller, member):
        party.peer.answer(party.peer.take("OPTIONS"), 200)
    assert stage.virtual.switchboard.calls
