"""Two calls of one person become one, as facts; `legs/test_consulted.py` has the same on the wire."""

from typing import Any

import pytest

from routing.decision import Origin
from telephony.call import facts as f
from telephony.call import transfer_facts as t
from telephony.call.actions import Action, AnswerTransfer, Connect, EndLeg, PlayRinging, TakeOver
from tests.support.small_town import Town

BYGG = "+46853061201"


def consulting(*, answered: bool = True, member: str = "amina", phone: str = "kc1") -> Town:
    """A caller talks with Amina, and somebody (Amina) has called Bygglov, where David rings or answers."""
    town = Town("kc1", "bygg1")
    town.arrives()
    town.note_dialog("c1.1")
    town.see(f.MemberAnswered, "c1.1")
    town.arrives(BYGG, "c2", origin=Origin.PHONE, origin_name=phone, member=member, caller=None)
    town.note_dialog("c2.1")
    town.see(f.MemberAlerted, "c2.1")
    if answered:
        town.see(f.MemberAnswered, "c2.1")
    return town


def hand_over(town: Town, consulted: str = "c2.0") -> list[Action]:
    """Amina asks to join the two."""
    return town.see(t.TransferRequested, "c1.1", number="", consulted=consulted)


def facts(town: Town, kind: type[f.Fact]) -> list[Any]:
    return [fact for fact in town.journal.facts if isinstance(fact, kind)]


def test_facts_of_both_calls_are_one_entry_and_name_each_other() -> None:
    town = consulting()

    actions = hand_over(town)

    assert [action for action in actions if isinstance(action, TakeOver | Connect)] == [
        TakeOver("c1.2", "c2.1"),
        Connect("c1.0", "c1.2"),
    ]
    entry = town.journal.entries[-1]
    assert {fact.stream for fact in entry} == {"call/c1", "call/c2"}
    (taken,), (handed,) = facts(town, t.LegTakenOver), facts(town, t.LegHandedOver)
    assert (taken.of, handed.to) == (handed.leg, taken.leg) == ("c2.1", "c1.2")
    assert {action.leg for action in actions if isinstance(action, EndLeg)} == {"c1.1", "c2.0"}
    assert (taken.dialog, taken.answered) == ({"leg": "c2.1"}, True)


def test_a_replay_of_both_calls_gives_the_same_state() -> None:
    town = consulting()
    hand_over(town)

    reborn = town.reborn()

    assert reborn.switchboard.calls == town.switchboard.calls
    assert not reborn.switchboard.house.is_free("david")


def test_one_that_rings_keeps_the_time_it_has_left() -> None:
    town = consulting(answered=False)
    until = town.switchboard.calls["c2"].ring_until

    actions = hand_over(town)

    assert PlayRinging("c1.0", "transfer") in actions
    assert town.switchboard.calls["c1"].ring_until == until
    assert town.switchboard.get_timer() == until


@pytest.mark.parametrize(
    ("consulted", "status"), [("c9.0", 481), ("c1.1", 481), ("c2.1", 403), ("c1.0", 481)]
)
def test_what_is_no_call_of_ones_own_is_refused_and_both_stay(consulted: str, status: int) -> None:
    town = consulting()
    before = dict(town.switchboard.calls)

    assert hand_over(town, consulted) == [AnswerTransfer("c1.1", status)]
    assert [call.talking_to for call in town.switchboard.calls.values()] == [
        call.talking_to for call in before.values()
    ]


def test_the_call_of_somebody_else_is_403() -> None:
    town = consulting(member="elif", phone="bygg2")

    assert hand_over(town) == [AnswerTransfer("c1.1", 403)]
