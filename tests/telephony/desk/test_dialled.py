"""Members dial codes at their phones."""

from typing import Any

import pytest

from routing.decision import Origin
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call.actions import Announce
from telephony.call.facts import Outcome
from telephony.call.record import records
from tests.support.plans import GROUPS, tables_of
from tests.support.small_town import Town

OWNERS = {"kc1": "amina", "kc2": "bengt", "bygg1": "david", "bygg2": "elif"}


def dials(town: Town, dialled: str, account: str = "kc1", call: str = "c1", **fields: Any) -> str:
    """Somebody calls from a phone account; the prompt that they hear."""
    given = {"origin": Origin.PHONE, "origin_name": account, "member": OWNERS.get(account, "")}
    actions = town.arrives(dialled, call, **(given | {"caller": None} | fields))
    return next((action.prompt for action in actions if isinstance(action, Announce)), "")


def said(town: Town) -> list[d.MemberFact]:
    return [fact for fact in town.journal.facts if isinstance(fact, d.MemberFact)]


def reason(town: Town, call: str = "c1") -> str:
    """What the call log tells."""
    return records(town.journal.facts)[call].reasons[-1]


def test_out_and_in_again() -> None:
    town = Town("kc1")

    assert dials(town, "*61") == "member_out"
    assert not town.switchboard.house.on_duty("amina", "kc")
    assert dials(town, "*60", call="c2") == "member_in"
    assert town.switchboard.house.on_duty("amina", "kc")

    assert [(type(fact).__name__, fact.member, fact.by) for fact in said(town)] == [
        ("MemberLoggedOut", "amina", "phone:kc1"),
        ("MemberLoggedIn", "amina", "phone:kc1"),
    ]
    assert reason(town) == "member's code: logged out of all groups"
    assert reason(town, "c2") == "member's code: logged in to all groups"


def test_a_pause_for_the_first_reason_or_another_and_its_end() -> None:
    town = Town("kc1")
    duty = town.switchboard.house.duty

    assert dials(town, "*62") == "member_paused"
    assert duty.pause("amina").reason == "Lunch"  # type: ignore[union-attr]
    assert dials(town, "*622", call="c2") == "member_paused"
    assert duty.pause("amina").reason == "Möte"  # type: ignore[union-attr]
    assert reason(town, "c2") == "member's code: pause: Möte"
    assert dials(town, "*63", call="c3") == "member_resumed"
    assert duty.pause("amina") is None
    assert reason(town, "c3") == "member's code: the pause is over"


@pytest.mark.parametrize(
    ("dialled", "account", "why"),
    [
        ("*6199", "kc1", "no group has this short code"),
        ("*629", "kc1", "the plan has no such reason"),
        ("*631", "kc1", "nothing may follow this code"),
        ("*60", "hall", "the phone is nobody's who is in a group"),
    ],
)
def test_what_cannot_be_done_is_said(dialled: str, account: str, why: str) -> None:
    town = Town("kc1")

    assert dials(town, dialled, account) == "member_refused"

    assert said(town) == []
    assert reason(town) == f"member's code: refused: {why}"


def test_one_group_by_its_short_code() -> None:
    town = Town("kc1")
    codes = GROUPS.replace('"Kontaktcenter",', '"Kontaktcenter", short_code = "1",')
    codes = codes.replace('"Bygglov",', '"Bygglov", short_code = "20",')
    town.switchboard.load(tables_of(2, groups=codes), town.now)

    assert dials(town, "*611") == "member_out"
    assert reason(town) == "member's code: logged out of kc"
    assert dials(town, "*6120", call="c2") == "member_refused"
    assert reason(town, "c2") == "member's code: refused: amina is no member of 'bygglov', but of kc"
    assert dials(town, "*601", call="c3") == "member_in"
    assert reason(town, "c3") == "member's code: logged in to kc"
    assert [fact.group for fact in said(town) if isinstance(fact, d.MemberLoggedOut)] == ["kc"]


def test_the_fact_is_in_the_journal_before_anything_is_heard_and_the_call_is_no_citizens() -> None:
    town = Town("kc1")
    dials(town, "*61")
    (fact,) = said(town)
    entry = next(entry for entry in town.journal.entries if fact in entry)
    assert [type(each) for each in entry] == [
        f.CallArrived,
        d.MemberLoggedOut,
        f.RouteDecided,
        f.ServiceAnswered,
        f.AnnouncementStarted,
    ]

    town.see(f.AnnouncementEnded, "c1.0")
    town.see(f.LegEnded, "c1.0")
    (record,) = records(town.journal.facts).values()
    assert (record.outcome, record.number, record.answered_by) == (Outcome.SELF_SERVICE, "", "")


def test_nobody_outside_dials_a_code() -> None:
    town = Town("kc1")
    assert dials(town, "*61", origin=Origin.TRUNK, origin_name="operator", member="") != "member_out"
    assert said(town) == []
