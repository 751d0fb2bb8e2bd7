"""Members of groups, and what is journalled."""

from collections.abc import Sequence

import pytest

from telephony.admin.errors import NotAllowed, NotFound
from telephony.call.duty_facts import MemberFact
from telephony.desk.member_change import Change, Wanted
from telephony.desk.member_state import Member, State
from tests.support.calls import arrive, registered
from tests.support.office import Office
from tests.support.plans import MAIN


def members(
    office: Office, after: str = "", limit: int = 10, group: str | None = None, state: State | None = None
) -> Sequence[Member]:
    return office.ask(office.desk.members(after, limit, group=group, state=state))


def test_members_are_by_key_of_a_group_and_in_a_state(office: Office) -> None:
    office.see(registered("kc1"), registered("kc2"), arrive(dialled=MAIN))

    assert [(row.person, row.state) for row in members(office)] == [
        ("amina", State.RINGING),
        ("bengt", State.RINGING),
        ("david", State.UNREACHABLE),
        ("elif", State.UNREACHABLE),
    ]
    assert [row.person for row in members(office, "bengt", 1)] == ["david"]
    assert [row.person for row in members(office, group="bygglov")] == ["david", "elif"]
    assert [row.person for row in members(office, state=State.RINGING)] == ["amina", "bengt"]
    with pytest.raises(NotFound, match="no group vd"):
        members(office, group="vd")


def test_a_change_is_journalled_once_with_who_made_it(office: Office) -> None:
    office.see(registered("kc1"))
    pause = Change("amina", Wanted.PAUSED, "eva", reason="Lunch")

    assert office.ask(office.desk.change_member(pause)).state is State.PAUSED
    assert office.ask(office.desk.change_member(pause)).reason == "Lunch"
    out = Change("amina", Wanted.LOGGED_OUT, "eva", group="kc")
    assert office.ask(office.desk.change_member(out)).state is State.LOGGED_OUT

    facts = office.facts(MemberFact)
    assert [type(fact).__name__ for fact in facts] == ["MemberPaused", "MemberLoggedOut"]
    assert {(fact.member, fact.by) for fact in facts} == {("amina", "eva")}
    assert office.ask(office.desk.member("amina")).state is State.LOGGED_OUT


def test_what_cannot_be_is_refused(office: Office) -> None:
    with pytest.raises(NotFound, match="no member nobody"):
        office.ask(office.desk.member("nobody"))
    with pytest.raises(NotAllowed, match="Lunch") as refused:
        office.ask(office.desk.change_member(Change("amina", Wanted.PAUSED, "eva", reason="Golf")))
    assert refused.value.path == "/reason"
    assert not office.facts(MemberFact)
