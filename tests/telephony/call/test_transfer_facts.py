from routing.decision import Decision, Kind, Target
from telephony.call import transfer_facts as t
from tests.support.calls import NOON


def test_a_fact_of_a_transfer_is_of_the_call_it_is_in() -> None:
    handed = t.LegHandedOver(at=NOON, call="c2", leg="c2.1", to="c1.2")

    assert handed.stream == "call/c2"


def test_the_stages_follow_each_other_and_a_first_failure_resumes_nothing_by_itself() -> None:
    decided = t.TransferDecided(
        at=NOON, call="c1", leg="c1.1", stage=t.Stage.TARGET, kept="c1.0", by=Target("amina", phone="kc1"),
        number="+46853061777", decision=Decision(kind=Kind.RING),
    )  # fmt: skip

    assert decided.stage == "target"
    assert not t.TransferFailed(at=NOON, call="c1", leg="c1.1", stage=decided.stage, status=480).resumed
