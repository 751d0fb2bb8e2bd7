"""Calls through cases, menus and boxes, to single phones, and past those who are away."""

import pytest

from routing.compile import compile_plan
from routing.decision import Branch, Kind, Menu, Origin, Target
from routing.explain import explain_lines
from routing.tables import Tables
from tests.support.flows import CALENDARS, CALLER, NOON, PUBLIC, ask, menu, number, press, reasons
from tests.support.plans import (
    BYGGLOV,
    FORSKOLA,
    MAIN,
    NUMBERS,
    PHONES,
    SOCIAL,
    Presence,
    plan_of,
    tables_of,
)

CASES = """[
  { when = { caller = "internal" }, person = "elif" },
  { when = { open = "lunch" }, number = "+46853061000" },
  { group = "bygglov" },
]"""
BOX = '[voicemails.bygg]\nfunction = "Bygglov"\ngreeting = "hej"\n'
MENU = menu(
    "bygg",
    '1 = { group = "bygglov" }, 2 = { voicemail = "bygg" }, 3 = { menu = "mer" }, '
    '4 = { announcement = "closed" }, 5 = { reject = 403 }, 6 = { person = "elif" }, '
    '7 = [ { when = { caller = "hidden" }, reject = 480 }, { group = "kc" } ]',
) + menu("mer", '1 = { phone = "hiss" }', 'no_key = { group = "kc" }', prompt="mer")
LIFT = PHONES + 'hiss = { display = "Hissen", ring_seconds = 60 }\n'
AFTER_LUNCH = NOON.replace(hour=12)


def cases() -> Tables:
    return tables_of(people=PUBLIC, calendars=CALENDARS, numbers=NUMBERS + number(FORSKOLA, CASES))


def menus(*lines: str, destination: str = '{ menu = "bygg" }', calendar: str = "alltid") -> Tables:
    numbers = NUMBERS + number(FORSKOLA, destination, *lines, calendar=calendar, function="Förskola")
    return compile_plan(plan_of(people=PUBLIC, phones=LIFT, numbers=numbers, more=MENU + BOX))


# ---- cases


def test_the_first_case_that_holds_is_taken_and_every_one_is_a_reason() -> None:
    where = f"numbers.{FORSKOLA}.destination"

    after = ask(cases(), FORSKOLA, now=AFTER_LUNCH)

    assert after.group == "bygglov"
    assert reasons(after, "case") == [
        (f"{where}[0]", "passed over: the caller is outside"),
        (f"{where}[1]", "passed over: lunch is closed"),
        (f"{where}[2]", "taken: it has no condition"),
    ]
    assert reasons(after, "destination")[0] == (f"{where}[2]", "arrived: to group bygglov")


def test_the_clock_decides_inside_a_flow() -> None:
    at_lunch = ask(cases(), FORSKOLA)

    assert (at_lunch.number, at_lunch.group) == (MAIN, "kc")
    assert "  because taken: lunch is open  (case: numbers.+46853061400.destination[1])" in explain_lines(
        at_lunch
    )


def test_a_colleague_goes_elsewhere_than_a_citizen() -> None:
    inside = ask(cases(), FORSKOLA, origin=Origin.PHONE, origin_name="kc1")

    assert inside.targets == (Target("elif", phone="bygg2"),)


def test_a_branch_and_a_closed_number_have_cases_too() -> None:
    hidden = '[ { when = { caller = "hidden" }, reject = 403 }, { announcement = "closed" } ]'
    lines = [f"busy = {hidden}", f"closed = {hidden}"]
    numbers = NUMBERS + number(FORSKOLA, '{ group = "bygglov" }', *lines)
    numbers += number(SOCIAL, '{ group = "bygglov" }', *lines, calendar="aldrig")
    tables, busy = tables_of(numbers=numbers), Presence(busy={"david", "elif"})

    assert ask(tables, FORSKOLA, busy, caller=None).status == 403
    assert ask(tables, FORSKOLA, busy).kind is Kind.ANNOUNCE
    assert (ask(tables, SOCIAL, caller=None).status, ask(tables, SOCIAL).outcome) == (403, "closed")


# ---- a single phone


def test_a_phone_of_nobody_is_rung() -> None:
    tables = menus(destination='{ phone = "hiss" }')

    decision = ask(tables, FORSKOLA)

    assert decision.targets == (Target("phone/hiss", phone="hiss"),)
    assert (decision.ring_seconds, decision.group) == (60, "")
    assert reasons(decision, "presence")[0][0] == "phones.hiss"
    own = ask(tables, FORSKOLA, origin=Origin.PHONE, origin_name="hiss")
    assert own.group == "kc", "nobody rings the phone that calls"


def test_a_phone_of_somebody_is_that_person_busy_or_not() -> None:
    tables = menus(destination='{ phone = "bygg2" }')

    assert ask(tables, FORSKOLA).targets == (Target("elif", phone="bygg2"),)
    assert ask(tables, FORSKOLA, Presence(busy={"elif"})).visited[1] == f"{FORSKOLA}/busy"
    stranger = ask(tables, FORSKOLA, origin=Origin.PHONE, origin_name="gone")
    assert stranger.targets == (Target("elif", phone="bygg2"),)


# ---- menus


def test_a_number_may_offer_a_menu() -> None:
    decision = ask(menus(), FORSKOLA)

    assert decision.kind is Kind.MENU
    assert decision.menu == Menu("bygg", "valj", "12345670", 5.0, 2)
    assert (decision.number, decision.function, decision.prompt) == (FORSKOLA, "Förskola", "valj")
    assert (decision.outcome, decision.status, decision.targets) == ("", 0, ())
    assert decision.visited == (FORSKOLA, "menu:bygg:")


@pytest.mark.parametrize(
    ("key", "group", "phone"),
    [
        ("1", "bygglov", "bygg1"),
        ("0", "kc", "kc1"),
        ("6", "", "bygg2"),
        ("7", "kc", "kc1"),
        ("", "kc", "kc1"),
    ],
)
def test_a_key_rings_whom_it_is_for(key: str, group: str, phone: str) -> None:
    tables = menus()

    decision = press(tables, ask(tables, FORSKOLA), key)

    assert (decision.kind, decision.group, decision.targets[0].phone) == (Kind.RING, group, phone)
    assert decision.function == "Förskola"


def test_who_pressed_what_is_a_reason() -> None:
    tables = menus()
    offered = ask(tables, FORSKOLA)

    assert reasons(press(tables, offered, "1"), "menu") == [("menus.bygg.keys.1", "the caller pressed 1")]
    none = [("menus.bygg", "the caller pressed none of its keys")]
    assert reasons(press(tables, offered, ""), "menu") == none
    assert reasons(press(tables, offered, "9"), "menu") == none, "a key that leads nowhere is none"


def test_nobody_behind_a_key_is_a_branch_of_the_number() -> None:
    tables = menus('no_answer = { person = "elif" }')
    rings = press(tables, ask(tables, FORSKOLA), "1")

    again = ask(tables, FORSKOLA, branch=Branch.NO_ANSWER, number=rings.number, visited=rings.visited)

    assert again.targets == (Target("elif", phone="bygg2"),)
    absent = Presence(unregistered={"bygg1", "bygg1m", "bygg2"})
    assert press(tables, ask(tables, FORSKOLA), "1", absent).group == "kc"


def test_a_menu_may_lead_to_a_menu() -> None:
    tables = menus()
    more = press(tables, ask(tables, FORSKOLA), "3")

    assert more.menu is not None
    assert (more.menu.name, more.menu.keys) == ("mer", "10")
    assert press(tables, more, "1").targets == (Target("phone/hiss", phone="hiss"),)
    assert press(tables, more, "").group == "kc"


def test_what_a_menu_offers_and_is_no_person_is_self_service() -> None:
    tables = menus()
    offered = ask(tables, FORSKOLA)

    box, words, no = (press(tables, offered, key) for key in "245")

    assert (box.kind, box.voicemail, box.prompt, box.outcome) == (
        Kind.VOICEMAIL, "bygg", "hej", "self_service",
    )  # fmt: skip
    assert (words.kind, words.prompt, words.outcome) == (Kind.ANNOUNCE, "closed", "self_service")
    assert (no.kind, no.status, no.outcome) == (Kind.REJECT, 403, "failed")


def test_what_led_to_a_menu_stays_what_became_of_the_call() -> None:
    closed = menus('closed = { menu = "bygg" }', destination='{ group = "kc" }', calendar="aldrig")
    busy = menus('busy = { menu = "bygg" }', destination='{ group = "bygglov" }')

    offered = ask(closed, FORSKOLA)
    assert (offered.kind, offered.outcome) == (Kind.MENU, "")
    assert press(closed, offered, "4").outcome == press(closed, offered, "5").outcome == "closed"
    taken = press(busy, ask(busy, FORSKOLA, Presence(busy={"david", "elif"})), "2")
    assert (taken.kind, taken.outcome) == (Kind.VOICEMAIL, "busy")


def test_no_menu_is_heard_twice_whatever_has_become_of_the_plan() -> None:
    tables = menus()

    again = ask(tables, FORSKOLA, visited=("menu:bygg:busy",))

    assert (again.kind, again.status) == (Kind.REJECT, 480)
    assert again.reasons[-1].rule == "loop"


@pytest.mark.parametrize("gone", [{"menu": "gone"}, {"number": "+46853069999"}])
def test_a_menu_or_a_number_that_has_left_the_plan_since_is_kontaktcenter(gone: dict[str, str]) -> None:
    tables = menus()

    decision = press(tables, ask(tables, FORSKOLA), "1", None, **gone)

    assert (decision.group, decision.number) == ("kc", MAIN)
    assert decision.reasons[0].text == "the menu is no longer in the plan: the call goes to the main number"


def test_a_number_that_takes_messages_only() -> None:
    decision = ask(menus(destination='{ voicemail = "bygg" }'), FORSKOLA)

    assert (decision.kind, decision.outcome) == (Kind.VOICEMAIL, "self_service")


# ---- who is away, and protected


def test_a_group_with_only_absent_members_is_nobody_there() -> None:
    away = "absences = [{ from = 2027-03-01, to = 2027-03-01 }]"
    people = PUBLIC.replace("ring_seconds = 25", away).replace("number_public = true", away)

    decision = ask(tables_of(people=people), BYGGLOV)

    assert decision.visited == (BYGGLOV, f"{BYGGLOV}/nobody_there", MAIN)
    assert [text for _, text in reasons(decision, "absence")] == [
        "David Holm is away until 2027-03-01 inclusive",
        "Elif Yilmaz is away until 2027-03-01 inclusive",
    ]
    assert ("groups.bygglov", "all are away") in reasons(decision, "presence")


def test_who_is_protected_stays_so_through_a_menu() -> None:
    tables = menus("protected = true")

    offered = ask(tables, FORSKOLA)

    assert offered.protected
    assert press(tables, offered, "0").protected
    assert CALLER not in str(press(tables, offered, "7"))
