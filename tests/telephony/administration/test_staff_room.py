"""Groups, phones and passwords, and what is journalled."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from telephony.admin.errors import NotAllowed, NotFound, NotKept
from telephony.call import facts as f
from telephony.call import house_facts as h
from tests.support.calls import after, arrive, registered
from tests.support.office import Office
from tests.support.plans import MAIN


def test_members_are_registered_offered_or_in_a_call(office: Office) -> None:
    office.see(registered("kc1"), registered("kc2"), arrive(dialled=MAIN))

    def states() -> list[tuple[bool, bool, bool]]:
        group = office.ask(office.desk.group("kc"))
        return [(member.registered, member.being_offered, member.in_call) for member in group.members]

    assert states() == [(True, True, False), (True, True, False)]
    office.see(f.MemberAnswered(at=after(1), call="c1", leg="c1.1"))
    office.see(f.LegEnded(at=after(1), call="c1", leg="c1.2"))
    assert states() == [(True, False, True), (True, False, False)]
    assert [group.group for group in office.ask(office.desk.groups("", 10))] == ["bygglov", "kc"]
    with pytest.raises(NotFound, match="there is no group vd"):
        office.ask(office.desk.group("vd"))


def test_a_member_is_away_by_the_plan_on_those_days(office: Office) -> None:
    def away() -> list[str]:
        return [member.person for member in office.ask(office.desk.group("bygglov")).members if member.away]

    assert away() == []
    office.now = datetime(2030, 1, 8, 22, 59, tzinfo=UTC)
    assert away() == ["elif"]
    office.now += timedelta(minutes=1)
    assert away() == []


def test_a_phone_has_a_password_when_one_was_set_which_nobody_sees_again(office: Office) -> None:
    desk = office.desk
    assert not office.ask(desk.phones("", 1))[0].has_password

    office.ask(desk.set_password("bygg1", "correct horse", by="eva"))

    (first,) = office.ask(desk.phones("", 1))
    assert (first.account, first.person, first.has_password, first.registered) == (
        "bygg1",
        "david",
        True,
        False,
    )
    (fact,) = office.facts(h.PasswordSet)
    assert (fact.phone, fact.by) == ("bygg1", "eva")
    assert "horse" not in str(fact)
    with pytest.raises(NotFound, match="there is no phone nobody"):
        office.ask(desk.set_password("nobody", "correct horse", by="eva"))


def test_a_password_that_no_phone_can_send_is_refused_with_its_place(office: Office) -> None:
    with pytest.raises(NotAllowed, match="8 to 128 printable") as refused:
        office.ask(office.desk.set_password("bygg1", "correct\u200bhorse", by="eva"))

    assert refused.value.path == "/password"
    assert "horse" not in str(refused.value)


def test_a_password_that_the_disk_does_not_take_is_said_without_it(office: Office, tmp_path: Path) -> None:
    (tmp_path / "secrets" / "phones.json").mkdir()

    with capture_logs() as log, pytest.raises(NotKept, match="password of bygg1"):
        office.ask(office.desk.set_password("bygg1", "correct horse", by="eva"))

    assert [line["event"] for line in log] == ["password_not_kept"]
    assert "horse" not in str(log)
    assert not office.facts(h.PasswordSet)


def test_registrations_are_by_account(office: Office) -> None:
    office.see(registered("kc2"), registered("kc1"))

    (found,) = office.ask(office.desk.registrations("kc1", 10))

    assert (found.account, found.contacts[0].address) == ("kc2", "192.0.2.1:5060")
    assert [row.account for row in office.ask(office.desk.registrations("", 10))] == ["kc1", "kc2"]
