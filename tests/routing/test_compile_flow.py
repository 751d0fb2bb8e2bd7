"""Cases, menus and boxes as tables."""

from routing.compile import compile_plan
from routing.decision import Branch, CallerKind, Menu
from routing.tables import CallersRow, OneOf, Tables, ToGroup, ToNumber, ToPhone, VoicemailRow
from tests.support.flows import CALENDARS, menu, number
from tests.support.plans import FORSKOLA, MAIN, NUMBERS, SOCIAL, plan_of

LISTED = '{ when = { caller = "listed", list = "kanda", open = "lunch" }, group = "bygglov" }'
CASES = f'[ {LISTED}, {{ group = "kc" }} ]'
MORE = (
    menu("bygg", f'1 = {CASES}, 2 = {{ phone = "bygg2" }}, "*" = {{ voicemail = "bygg" }}', "tries = 3")
    + menu("kort", '1 = { voicemail = "amina" }, 0 = { group = "bygglov" }', 'no_key = { group = "kc" }')
    + '[voicemails.bygg]\nfunction = "Bygglov"\ngreeting = "hej"\n'
    + '[voicemails.amina]\nperson = "amina"\ngreeting = "amina"\n'
    + '[lists.kanda]\nseries = ["+46853079"]\n'
)


def tables() -> Tables:
    numbers = NUMBERS + number(FORSKOLA, CASES, f"closed = {CASES}")
    numbers += number(SOCIAL, '{ group = "bygglov" }', 'busy = [ { group = "kc" } ]')
    return compile_plan(plan_of(calendars=CALENDARS, numbers=numbers, more=MORE))


def test_cases_are_tried_in_order_and_name_what_they_need() -> None:
    made = tables()
    row = made.numbers[FORSKOLA]

    one_of = row.routes[Branch.ARRIVED].destination
    assert isinstance(one_of, OneOf)
    first, last = one_of.cases
    assert first.condition is not None
    assert first.condition.caller is CallerKind.LISTED
    assert first.condition.callers == CallersRow("kanda", frozenset(), ("+46853079",))
    assert first.condition.open is made.calendars["lunch"]
    assert first.condition.closed is None
    assert first.route.destination == ToGroup("bygglov")
    assert first.where == f"numbers.{FORSKOLA}.destination[0]"
    assert (last.condition, last.route.destination) == (None, ToGroup("kc"))
    assert isinstance(row.closed.destination, OneOf)
    assert row.routes[Branch.ARRIVED].reason.where == f"numbers.{FORSKOLA}.destination"


def test_a_single_case_is_a_plain_destination() -> None:
    route = tables().numbers[SOCIAL].routes[Branch.BUSY]

    assert route.destination == ToGroup("kc")
    assert route.reason.where == f"numbers.{SOCIAL}.busy[0]"


def test_a_menu_leads_to_kontaktcenter_where_it_does_not_say() -> None:
    row = tables().menus["bygg"]

    assert row.menu == Menu("bygg", "valj", "120*", 5.0, 3)
    assert row.keys["0"].destination == row.no_key.destination == ToNumber(MAIN)
    assert "so the default" in row.no_key.reason.text
    assert row.keys["2"].destination == ToPhone("bygg2")
    assert row.keys["2"].reason.text == "key 2: to phone bygg2"
    assert isinstance(row.keys["1"].destination, OneOf)
    kort = tables().menus["kort"]
    assert (kort.keys["0"].destination, kort.no_key.destination) == (ToGroup("bygglov"), ToGroup("kc"))


def test_a_box_knows_whose_it_is() -> None:
    assert tables().voicemails == {
        "bygg": VoicemailRow("bygg", "Bygglov", "", "hej"),
        "amina": VoicemailRow("amina", "Amina Berg", "amina", "amina"),
    }
