"""Pick-up as facts of two calls; `legs/test_pick_up.py` has the same on the wire."""

from typing import Any

import pytest

from routing.decision import Origin
from telephony.call import facts as f
from telephony.call import pickup_facts as p
from telephony.call import transfer_facts as t
from telephony.call.actions import Action, AnswerTransfer, Connect, EndLeg, PickUp, TakeOver
from telephony.call.facts import Outcome
from telephony.call.record import records
from tests.support.plans import MAIN
from tests.support.small_town import EMERGENCY, Town

BYGG = "+46853061201"
ANNA = ("Bygglov: 070-174 06 05", "+46701740605")
OWNERS = {"kc1": "amina", "kc2": "bengt", "bygg1": "david", "bygg1m": "david", "bygg2": "elif"}


def ringing(*phones: str) -> Town:
    """A caller for Bygglov, and David's phone rings."""
    town = Town(*(phones or ("bygg1",)))
    town.arrives(BYGG)
    town.note_dialog("c1.1")
    town.see(f.MemberAlerted, "c1.1")
    return town


def dials(town: Town, account: str, dialled: str = "*8", call: str = "c2") -> list[Action]:
    """Somebody calls from an account."""
    return town.arrives(
        dialled, call, origin=Origin.PHONE, origin_name=account, member=OWNERS.get(account, ""), caller=None
    )


def replaces(town: Town, account: str, of: str, call: str = "c2") -> list[Action]:
    """Somebody's INVITE names a leg."""
    arrived = f.CallArrived(
        at=town.now,
        call=call,
        leg=f"{call}.0",
        origin=Origin.PHONE,
        origin_name=account,
        member=OWNERS.get(account, ""),
        caller=None,
        dialled="anything",
        sip_call_id="x",
    )
    asked = p.PickUpRequested(at=town.now, call=call, leg=f"{call}.0", of=of)
    town.switchboard.receive_all([arrived, asked], town.now)
    return list(town.switchboard.actions())


def facts(town: Town, kind: type[f.Fact]) -> list[Any]:
    return [fact for fact in town.journal.facts if isinstance(fact, kind)]


def status(town: Town) -> int:
    """What the last call was refused with."""
    return int(facts(town, f.CallEnded)[-1].status)


def test_facts_of_both_calls_are_one_entry_and_name_each_other() -> None:
    town = ringing()

    actions = dials(town, "bygg2")

    assert actions == [TakeOver("c1.2", "c2.0"), PickUp("c1.2", "c1.0", *ANNA)]
    (picked,), (handed,) = facts(town, p.LegPickedUp), facts(town, t.LegHandedOver)
    entry = next(entry for entry in town.journal.entries if picked in entry)
    assert handed in entry
    assert (picked.of, handed.to) == (handed.leg, picked.leg) == ("c2.0", "c1.2")
    assert (picked.target.member, picked.target.phone) == ("elif", "bygg2")
    assert list(town.switchboard.calls) == ["c1"]
    assert not town.switchboard.house.is_free("elif")


def test_who_picked_up_has_answered_and_the_others_hear_of_it() -> None:
    town = ringing()
    dials(town, "bygg2")

    actions = town.see(f.MemberAnswered, "c1.2")

    assert Connect("c1.0", "c1.2") in actions
    assert EndLeg("c1.1", reason="answered elsewhere", elsewhere=True) in actions
    first, second = records(town.journal.facts).values()
    assert (first.answered_by, first.offered, first.rang) == ("elif", ("david",), ("david",))
    assert "picked up by elif (call c2)" in first.reasons
    assert (second.outcome, second.reason) == (Outcome.ANSWERED, "picked up")
    assert "goes on as call c1" in second.reasons


def test_a_replay_of_both_calls_gives_the_same_state() -> None:
    town = ringing()
    dials(town, "bygg2")

    reborn = town.reborn()

    assert reborn.switchboard.calls == town.switchboard.calls
    assert not reborn.switchboard.house.is_free("elif")


@pytest.mark.parametrize("replacing", [False, True])
def test_whenever_the_service_dies_nothing_stays_open(replacing: bool) -> None:
    town = talking() if replacing else ringing()
    if replacing:
        replaces(town, "bygg1m", "c1.1")
    else:
        dials(town, "bygg2")
    town.see(f.MemberAnswered, "c1.2")
    written = list(town.journal.facts)

    for length in range(len(written) + 1):
        reborn = Town()
        reborn.switchboard.replay(enumerate(written[:length], 1))
        left = {leg.id for call in reborn.switchboard.calls.values() for leg in call.open_legs()}
        reborn.switchboard.interrupt(town.now)
        actions = list(reborn.switchboard.actions())
        closed = {fact.leg for fact in reborn.journal.facts if isinstance(fact, f.LegEnded)}
        assert all(isinstance(action, EndLeg) for action in actions)
        assert {action.leg for action in actions} | closed == left
        for action in actions:
            reborn.see(f.LegEnded, action.leg)
        assert reborn.switchboard.calls == {}
        assert all(reborn.switchboard.house.is_free(member) for member in OWNERS.values())


def test_when_it_comes_to_nothing_it_rings_on() -> None:
    town = ringing()
    dials(town, "bygg2")

    assert town.see(f.MemberAnswerUnusable, "c1.2", status=488) == []
    town.see(f.LegEnded, "c1.2")

    assert [leg.id for leg in town.switchboard.calls["c1"].ringing()] == ["c1.1"]
    assert Connect("c1.0", "c1.1") in town.see(f.MemberAnswered, "c1.1")


@pytest.mark.parametrize("account", ["kc1", "lobby"])
def test_who_is_in_no_group_with_them_finds_nothing(account: str) -> None:
    town = ringing()

    actions = dials(town, account)

    assert EndLeg("c2.0", status=404) in actions
    second = list(records(town.journal.facts).values())[1]
    assert second.outcome is Outcome.FAILED
    assert second.reasons == ("pick-up: no call rings there that may be picked up",)
    assert len(town.switchboard.calls["c1"].ringing()) == 1


def test_ones_own_phone_is_picked_up_by_the_other() -> None:
    assert TakeOver("c1.2", "c2.0") in dials(ringing(), "bygg1m")


def test_the_one_who_has_waited_longest_comes_first() -> None:
    town = Town("kc1", "kc2")
    town.arrives()  # rings at both
    town.wait(3.0)
    dials(town, "kc2", "*8nobody", "c2")
    assert status(town) == 404
    town.see(f.LegEnded, "c2.0")
    town.see(f.LegHungUp, "c1.0")
    for leg in ("c1.0", "c1.1", "c1.2"):
        town.see(f.LegEnded, leg)
    town.arrives(call="c9")
    town.see(f.MemberRefused, "c9.2", status=486)
    town.wait(1.0)
    town.arrives(MAIN, "c3")  # Bengt alone is free

    assert TakeOver("c9.3", "c4.0") in dials(town, "kc1", call="c4")


@pytest.mark.parametrize(
    ("dialled", "taken"),
    [
        ("*8bygg1", True),
        ("*8david", True),
        ("*8bygglov", True),
        ("*80853061201", True),
        ("*8201", True),
        ("*8bygg2", False),
        ("*8kc", False),
        ("*80853061000", False),
        ("*8999", False),
        ("*8112", False),
    ],
)
def test_a_call_is_chosen_by_phone_person_group_or_number(dialled: str, taken: bool) -> None:
    town = ringing()

    actions = dials(town, "bygg2", dialled)

    assert (TakeOver("c1.2", "c2.0") in actions) is taken
    assert taken or status(town) == 404


def test_nobody_picks_up_their_own_call() -> None:
    town = Town("bygg1", "bygg1m", "bygg2")
    dials(town, "bygg2", BYGG, "c1")
    town.see(f.MemberAlerted, "c1.1")

    dials(town, "bygg2")

    assert status(town) == 404


def test_what_is_answered_or_refused_no_more_rings() -> None:
    town = ringing()
    town.see(f.MemberAnswered, "c1.1")

    dials(town, "bygg2")

    assert status(town) == 404


def test_from_a_trunk_the_code_is_a_number_that_is_not_there() -> None:
    town = ringing()

    town.arrives("*8", "c2")

    assert not facts(town, p.LegPickedUp)
    assert status(town) == 404


def test_a_call_that_is_handed_on_is_picked_up_too() -> None:
    town = Town("kc1", "bygg1", "bygg2")
    town.arrives()
    town.see(f.MemberAnswered, "c1.1")
    town.see(t.TransferRequested, "c1.1", number=BYGG)
    town.see(f.MemberAlerted, "c1.2")

    assert dials(town, "bygg2") == [TakeOver("c1.3", "c2.0"), PickUp("c1.3", "c1.0", *ANNA)]
    actions = town.see(f.MemberAnswered, "c1.3")

    assert Connect("c1.0", "c1.3") in actions
    assert EndLeg("c1.2", reason="answered elsewhere", elsewhere=True) in actions
    assert facts(town, t.CallTransferred)[-1].member == "elif"


# ---- Replaces


def test_a_ringing_leg_is_replaced_by_a_colleague() -> None:
    town = ringing()

    assert replaces(town, "bygg2", "c1.1") == [TakeOver("c1.2", "c2.0"), PickUp("c1.2", "c1.0", *ANNA)]


@pytest.mark.parametrize("account", ["kc1", "lobby"])
def test_a_ringing_leg_is_not_replaced_by_others(account: str) -> None:
    town = ringing()

    replaces(town, account, "c1.1")

    assert status(town) == 403


def test_nobody_replaces_what_rings_for_their_own_call() -> None:
    town = Town("bygg1", "bygg2")
    dials(town, "bygg2", BYGG, "c1")
    town.see(f.MemberAlerted, "c1.1")

    replaces(town, "bygg2", "c1.1")

    assert status(town) == 403


def talking() -> Town:
    town = ringing()
    town.see(f.MemberAnswered, "c1.1")
    return town


def test_another_phone_of_ones_own_takes_the_call_over() -> None:
    town = talking()

    assert replaces(town, "bygg1m", "c1.1") == [TakeOver("c1.2", "c2.0"), PickUp("c1.2", "c1.0", *ANNA)]
    assert town.see(f.LegHeld, "c1.0", held=True) == []
    actions = town.see(f.MemberAnswered, "c1.2")

    assert actions == [Connect("c1.0", "c1.2"), EndLeg("c1.1", reason="taken over")]
    call = town.switchboard.calls["c1"]
    assert (call.near, call.talking_to, call.take_over) == ("c1.0", "c1.2", None)
    first = next(iter(records(town.journal.facts).values()))
    assert [talk.member for talk in first.talks] == ["david", "david"]
    assert "taken over by david (call c2)" in first.reasons


def test_so_does_that_of_who_had_called() -> None:
    town = Town("bygg1", "bygg2", "kc1")
    dials(town, "bygg1", MAIN, "c1")
    town.see(f.MemberAnswered, "c1.1")

    assert PickUp("c1.2", "c1.1", "Kontaktcenter: amina", None) in replaces(town, "bygg1m", "c1.0")
    assert town.see(f.MemberAnswered, "c1.2") == [
        Connect("c1.1", "c1.2"),
        EndLeg("c1.0", reason="taken over"),
    ]


@pytest.mark.parametrize(
    ("account", "of", "expected"),
    [("bygg2", "c1.1", 403), ("kc1", "c1.1", 403), ("lobby", "c1.1", 403), ("bygg1m", "c1.0", 403)],
)
def test_a_call_of_somebody_else_is_403(account: str, of: str, expected: int) -> None:
    town = talking()

    replaces(town, account, of)

    assert status(town) == expected
    assert town.switchboard.calls["c1"].talking_to == "c1.1"


def test_a_call_that_is_over_is_481() -> None:
    town = talking()

    replaces(town, "bygg1m", "c9.1")

    assert status(town) == 481


def test_a_leg_of_ones_own_that_talks_with_nobody_is_481() -> None:
    town = talking()
    town.see(f.LegHungUp, "c1.0")

    replaces(town, "bygg1m", "c1.1")

    assert status(town) == 481


def test_while_one_takes_over_no_other_does_and_nobody_is_handed_on() -> None:
    town = talking()
    replaces(town, "bygg1m", "c1.1")

    assert town.see(t.TransferRequested, "c1.1", number=MAIN) == [AnswerTransfer("c1.1", 491)]
    replaces(town, "bygg1m", "c1.1", "c3")

    assert status(town) == 481


def test_what_could_not_take_over_changes_nothing() -> None:
    town = talking()
    replaces(town, "bygg1m", "c1.1")

    town.see(f.MemberAnswerUnusable, "c1.2", status=488)
    town.see(f.LegEnded, "c1.2")

    call = town.switchboard.calls["c1"]
    assert (call.talking_to, call.is_being_taken_over) == ("c1.1", False)
    assert TakeOver("c1.3", "c3.0") in replaces(town, "bygg1m", "c1.1", "c3")  # at the next try


def test_nobody_takes_the_place_of_a_call_to_112() -> None:
    town = Town("bygg1", "bygg2")
    dials(town, "bygg1", EMERGENCY, "c1")

    replaces(town, "bygg1m", "c1.0")
    assert status(town) == 403
    dials(town, "bygg2", call="c3")
    assert status(town) == 404
