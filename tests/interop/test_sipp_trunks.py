"""112 between real gateways: sipp refuses at one and answers at another."""

from telephony.call.facts import Outcome
from tests.support.live_town import Town


def test_a_gateway_that_fails_is_left_for_the_next_of_its_trunk(town: Town) -> None:
    refusing = town.sipp.start("member_refuses", town.first_sos, status="403")
    failing = town.sipp.start("member_refuses", town.second_sos, status="503")
    rescue = town.sipp.start("member_answers", town.backup_sos)

    caller = town.sipp.play("caller_talks", town.operator, dialled="112")

    refusing.wait()
    failing.wait()
    rescue.wait()
    record = town.record_of(caller)
    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "trunk/second_sos/2")
    assert record.emergency
    town.assert_calm()
