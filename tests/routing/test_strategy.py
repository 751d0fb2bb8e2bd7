from datetime import UTC, datetime

from routing.decision import Branch, Reason, Target
from routing.strategy import choose
from routing.tables import PersonRow
from tests.support.plans import PEOPLE, Presence, tables_of

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
MEMBERS = tables_of().groups["bygglov"].members
DAVID_DESK = Target("david", phone="bygg1")
DAVID_MOBILE = Target("david", phone="bygg1m")
ELIF = Target("elif", phone="bygg2")


def test_every_phone_of_every_free_member_in_the_order_of_the_plan() -> None:
    assert choose(MEMBERS, Presence(), NOON) == (DAVID_DESK, DAVID_MOBILE, ELIF)


def test_a_phone_that_is_not_registered_is_left_out() -> None:
    assert choose(MEMBERS, Presence(unregistered={"bygg1"}), NOON) == (DAVID_MOBILE, ELIF)


def test_a_member_who_is_busy_is_left_out_with_all_phones() -> None:
    assert choose(MEMBERS, Presence(busy={"david"}), NOON) == (ELIF,)


def test_nobody_registered() -> None:
    absent = Presence(unregistered={"bygg1", "bygg1m", "bygg2"})

    assert choose(MEMBERS, absent, NOON) is Branch.NOBODY_THERE


def test_all_who_are_there_are_busy() -> None:
    presence = Presence(unregistered={"bygg2"}, busy={"david"})

    assert choose(MEMBERS, presence, NOON) is Branch.BUSY


def test_somebody_who_calls_the_own_group_is_not_rung() -> None:
    assert choose(MEMBERS, Presence(), NOON, caller="david") == (ELIF,)
    assert choose(MEMBERS[:1], Presence(), NOON, caller="david") is Branch.NOBODY_THERE


def test_whoever_is_away_is_passed_over_with_a_reason() -> None:
    members, reasons = away("2027-03-01"), list[Reason]()

    assert choose(members, Presence(), NOON, reasons=reasons) == (ELIF,)
    assert [(reason.rule, reason.where) for reason in reasons] == [("absence", "people.david.absences[0]")]
    assert choose(members, Presence(), NOON) == (ELIF,)
    assert choose(members[:1], Presence(busy={"david"}), NOON) is Branch.NOBODY_THERE


def test_whoever_is_away_on_another_day_is_rung() -> None:
    assert choose(away("2027-03-02"), Presence(), NOON) == (DAVID_DESK, DAVID_MOBILE, ELIF)


def away(day: str) -> tuple[PersonRow, ...]:
    people = PEOPLE.replace("ring_seconds = 25", f"absences = [{{ from = {day}, to = {day} }}]")
    return tables_of(people=people).groups["bygglov"].members
