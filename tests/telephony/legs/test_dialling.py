"""telephony/legs/dialling.py: where a call goes, or why it goes nowhere."""

from telephony.call import facts as f
from telephony.call.actions import Dial
from telephony.call.facts import Target
from tests.support.stage import Stage


def test_a_target_that_is_nowhere_refuses(stage: Stage) -> None:
    stage.node.legs.perform(
        Dial("c.1", "c.0", Target("t", trunk="gone", number="1"), None, "", None, "", 9), 0.0
    )

    (refused,) = list(stage.node.legs.facts())
    assert isinstance(refused, f.MemberRefused)
    assert (refused.call, refused.leg, refused.status) == ("c", "c.1", 503)
