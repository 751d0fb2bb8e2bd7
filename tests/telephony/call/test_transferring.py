"""The rare ways of a transfer; `legs/test_refer.py` and `test_consulted.py` there have the common ones."""

import pytest

from routing.tables import Tables
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import transfer_facts as t
from telephony.call.actions import Action, AnswerTransfer, EndLeg, PlayAnnouncement, PlayRinging
from telephony.call.facts import Outcome
from tests.support.calls import registered
from tests.support.plans import MAIN, NUMBERS, tables_of
from tests.support.small_town import Town, dialled

BYGG = "+46853061201"


DIRECT = "+46853061700"
OVERFLOW = "+46853061750"


def tables_with(overflow: str) -> Tables:
    """A town in which whoever cannot be taken by Kontaktcenter goes on so; the night watch is Elif."""
    kc = 'destination = { group = "kc" }'
    branches = [f"{branch} = {overflow}" for branch in ("no_answer", "busy", "nobody_there", "full", "error")]
    return tables_of(
        numbers=NUMBERS.replace(kc, "\n".join([kc, *branches]), 1),
        more=f"""
[numbers."{DIRECT}"]
function = "Växel"
calendar = "alltid"
destination = {{ group = "kc" }}
[numbers."{OVERFLOW}"]
function = "Svar"
calendar = "alltid"
destination = {overflow}
[groups.night]
name = "Natt"
members = ["elif"]
[menus.val]
prompt = "menu"
keys = {{ 1 = {{ group = "bygglov" }}, 0 = {{ group = "night" }} }}
no_key = {{ group = "night" }}
[voicemails.kontaktcenter]
function = "Kontaktcenter"
greeting = "voicemail"
text = "Kontaktcenter, 08-530 610 00"
""",
    )


def talking(*phones: str, tables: Tables | None = None) -> Town:
    """A caller talks with Amina."""
    town = Town("kc1", *phones, tables=tables) if tables else Town("kc1", *phones)
    town.arrives(DIRECT if tables else MAIN)
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
    assert actions[:2] == [AnswerTransfer("c1.1", 202), PlayRinging("c1.0", "transfer")]
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


# ---- menus and voicemails


@pytest.mark.parametrize("overflow", ['{ menu = "val" }', '{ voicemail = "kontaktcenter" }'])
def test_nobody_is_handed_on_to_what_is_no_person(overflow: str) -> None:
    town = talking(tables=tables_with(overflow))

    (answer,) = town.see(t.TransferRequested, "c1.1", number=OVERFLOW)

    assert isinstance(answer, AnswerTransfer) and answer.status == 480
    town.see(f.LegHungUp, "c1.1")  # they had gone on talking
    assert [fact.outcome for fact in town.seen if isinstance(fact, f.CallEnded)] == [Outcome.ANSWERED]


def given_up(town: Town, *late: str) -> list[Action]:
    """Amina hands the caller on to Bygglov and leaves, and nobody takes it there, at her phone, nor at
    Kontaktcenter. `late` are phones that come only then."""
    town.see(t.TransferRequested, "c1.1", number=BYGG)
    town.see(f.LegHungUp, "c1.1")
    town.see(f.LegEnded, "c1.1")
    actions: list[Action] = []
    for leg in ("c1.2", "c1.3", "c1.4"):
        town.note_dialog(leg)
        if leg == "c1.4":
            for phone in late:
                town.feed(registered(phone))
        actions = town.see(f.MemberRefused, leg, status=486)
    return actions


def test_who_comes_back_from_a_transfer_is_not_asked_but_goes_where_those_go_who_press_nothing() -> None:
    town = talking("bygg1", tables=tables_with('{ menu = "val" }'))

    actions = given_up(town, "bygg2")

    assert dialled(actions) == ["bygg2"]
    assert not any(isinstance(fact, m.MenuSaid) for fact in town.seen)


def test_who_comes_back_from_a_transfer_to_a_voicemail_hears_its_greeting() -> None:
    town = talking("bygg1", tables=tables_with('{ voicemail = "kontaktcenter" }'))

    assert given_up(town)[-1] == PlayAnnouncement("c1.0", "voicemail")

    (end,) = town.see(f.AnnouncementEnded, "c1.0")
    assert isinstance(end, EndLeg)
