"""The rare ways of a transfer; `legs/test_refer.py` and `test_consulted.py` there have the common ones."""

from telephony.call import facts as f
from telephony.call import transfer_facts as t
from telephony.call.actions import AnswerTransfer, EndLeg, PlayRinging
from telephony.call.facts import Outcome
from tests.support.small_town import Town

BYGG = "+46853061201"


def talking(*phones: str) -> Town:
    """A caller talks with Amina."""
    town = Town("kc1", *phones)
    town.arrives()
    town.note_dialog("c1.1")
    town.see(f.MemberAnswered, "c1.1")
    return town


def test_whoever_is_not_answered_yet_has_nobody_to_hand_on() -> None:
    town = Town("kc1")
    town.arrives()

    actions = town.see(t.TransferRequested, "c1.1", number=BYGG)

    assert actions == [AnswerTransfer("c1.1", 403)]


def test_the_request_of_a_leg_of_a_call_that_is_ending_is_answered() -> None:
    town = talking()
    town.see(f.LegHungUp, "c1.0")

    assert town.see(t.TransferRequested, "c1.1", number=BYGG) == [AnswerTransfer("c1.1", 403)]


def test_who_transferred_and_died_is_ended_and_not_waited_for() -> None:
    town = talking("bygg1")
    actions = town.see(t.TransferRequested, "c1.1", number=BYGG)
    assert actions[:2] == [AnswerTransfer("c1.1", 202), PlayRinging("c1.0")]
    town.note_dialog("c1.2")
    town.see(f.LegLost, "c1.1", why="no_options")

    actions = town.see(f.MemberRefused, "c1.2", status=486)

    assert EndLeg("c1.1") in actions
    stages = [fact.stage for fact in town.journal.facts if isinstance(fact, t.TransferDecided)]
    assert stages == [t.Stage.TARGET, t.Stage.RETURN, t.Stage.CENTRE]  # their leg keeps them from being free


def test_a_service_that_stops_in_a_transfer_ends_an_answered_call() -> None:
    town = talking("bygg1")
    town.see(t.TransferRequested, "c1.1", number=BYGG)

    town.switchboard.end_all(town.now, "drain")

    ended = [fact for fact in town.journal.facts if isinstance(fact, f.CallEnded)]
    assert [fact.outcome for fact in ended] == [Outcome.ANSWERED]


def test_a_crash_in_a_transfer_ends_every_leg() -> None:
    town = talking("bygg1")
    town.see(t.TransferRequested, "c1.1", number=BYGG)
    town.note_dialog("c1.2")

    reborn = town.reborn()
    reborn.switchboard.interrupt(reborn.now)

    ended = {action.leg for action in reborn.switchboard.actions() if isinstance(action, EndLeg)}
    assert ended == {"c1.0", "c1.1", "c1.2"}
