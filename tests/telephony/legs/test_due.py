"""telephony/legs/due.py: what is due, by its name in the agenda."""

from telephony.legs.due import do
from tests.support.stage import DIRECT, Stage


def test_a_leg_is_found_by_its_name(stage: Stage) -> None:
    caller, member = stage.connected(DIRECT)
    assert not caller.peer.has("OPTIONS")

    do(stage.node.legs._wire, "call1.0/ping", stage.now)
    stage.pump()

    assert caller.peer.has("OPTIONS") and not member.peer.has("OPTIONS")
