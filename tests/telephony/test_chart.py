from datetime import UTC, datetime, timedelta

import pytest

from routing.opening import ALL_NUMBERS, opening
from routing.override import Override
from telephony.call import facts as f
from telephony.call.house import House
from telephony.call.house_facts import PhoneLost
from telephony.chart import PERSONAL, Chart
from tests.support.calls import arrive, phone, registered
from tests.support.plans import BYGGLOV, FORSKOLA, MAIN, SOCIAL, TRUNKS, tables_of

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OWN, SECRET = "+46701740605", "+46701740606"
PEOPLE = f"""
[people]
amina = {{ name = "Amina Berg", phones = ["kc1"], number = "{OWN}", number_public = true }}
bengt = {{ name = "Bengt Lund", phones = ["kc2"], number = "{SECRET}" }}
david = {{ name = "David Holm", phones = ["bygg1", "bygg1m"] }}
elif = {{ name = "Elif Yilmaz", phones = ["bygg2"], number = "+46701740607", number_public = true }}
"""
MORE = f"""
[groups.both]
name = "Both"
members = ["amina", "david"]
[numbers."{FORSKOLA}"]
function = "Förskola"
calendar = "kontorstid"
destination = {{ number = "{SOCIAL}" }}
[numbers."{SOCIAL}"]
function = "Socialtjänst"
calendar = "kontorstid"
destination = {{ number = "{BYGGLOV}" }}
[numbers."+46853061500"]
function = "Fastighet"
calendar = "aldrig"
destination = {{ person = "elif" }}
"""


def chart(people: str = PEOPLE, more: str = MORE) -> Chart:
    return Chart(tables_of(1, people=people, more=more))


def house(*phones: str, busy: str = "") -> House:
    shared = House()
    for account in phones:
        shared.evolve(registered(account))
    if busy:
        offered = f.MemberOffered(at=MONDAY, call="c1", leg="c1.1", target=phone(busy))
        for fact in (arrive(), offered):
            shared.evolve(fact)
    return shared


def test_the_plans_numbers_are_labels_and_peoples_own_are_one_together() -> None:
    labels = chart().labels

    assert labels[MAIN] == MAIN
    assert labels[OWN] == labels[SECRET] == PERSONAL
    assert "+46999999999" not in labels


def test_no_own_number_and_no_persons_name_is_shown() -> None:
    shown = chart()

    assert set(shown.functions) == {MAIN, BYGGLOV, FORSKOLA, SOCIAL, "+46853061500"}
    assert set(shown.open_numbers({}, MONDAY)) == set(shown.functions)


def test_a_number_names_its_function_and_the_group_that_answers() -> None:
    functions = chart().functions

    assert functions[BYGGLOV] == ("Bygglov", "bygglov")
    assert functions[FORSKOLA] == ("Förskola", "bygglov")
    assert functions["+46853061500"] == ("Fastighet", "")


@pytest.mark.parametrize("hours", [0, 7.4, 15.5, 24, 24 * 5])
@pytest.mark.parametrize("number", [MAIN, FORSKOLA, ALL_NUMBERS, None])
def test_open_is_what_routing_says(hours: float, number: str | None) -> None:
    tables, now = tables_of(1, people=PEOPLE, more=MORE), MONDAY + timedelta(hours=hours)
    override = Override(open=False, until=now + timedelta(hours=1), reason="brand", owner="admin")
    overrides = {} if number is None else {number: override}

    opened = Chart(tables).open_numbers(overrides, now)

    assert opened == {key: opening(overrides, tables.numbers[key], now).open for key in opened}
    assert number not in opened or not opened[number]


def test_members_are_those_of_the_plan() -> None:
    assert chart().members == {"kc": 2, "bygglov": 2, "both": 2}


def test_with_nobody_registered_nobody_could_answer() -> None:
    staff = chart().staff(house(), MONDAY)

    assert staff.registered == staff.available == {"kc": 0, "bygglov": 0, "both": 0}


def test_who_is_registered_counts_once_in_every_group() -> None:
    staff = chart().staff(house("kc1", "bygg1", "bygg1m"), MONDAY)

    assert staff.registered == staff.available == {"kc": 1, "bygglov": 1, "both": 2}


def test_who_is_in_a_call_is_registered_but_not_available() -> None:
    staff = chart().staff(house("kc1", "bygg1", busy="david"), MONDAY)

    assert staff.registered == {"kc": 1, "bygglov": 1, "both": 2}
    assert staff.available == {"kc": 1, "bygglov": 0, "both": 1}


def test_a_phone_that_has_left_the_plan_or_belongs_to_nobody_counts_nowhere() -> None:
    phoneless = PEOPLE.replace('phones = ["kc1"]', "phones = []")

    assert chart(phoneless).staff(house("kc1", "gone"), MONDAY).registered == {
        "kc": 0,
        "bygglov": 0,
        "both": 0,
    }


def test_a_phone_that_does_not_answer_is_nobody_who_could() -> None:
    shared = house("kc1", "kc2")
    everybody = chart().staff(shared, MONDAY)

    shared.evolve(PhoneLost(at=MONDAY, phone="kc1"))

    staff = chart().staff(shared, MONDAY)
    assert staff.registered["kc"] == everybody.registered["kc"] - 1
    assert staff.available["kc"] == everybody.available["kc"] - 1


def test_gateways_are_named_by_trunk_and_address() -> None:
    (key,) = chart().gateways
    assert key == ("operator", "192.0.2.10:5060")


def test_trunks_that_have_us_register_are_known() -> None:
    registration = (
        '[trunks.net]\ngateways = ["192.0.2.40"]\n[trunks.net.registration]\nuser = "1"\nrealm = "a"\n'
    )

    assert Chart(tables_of(trunks=registration)).registered_trunks == ("net",)
    assert chart().registered_trunks == ()


FLOWS = """
[calendars]
alltid = { open = "always" }
aldrig = { open = "never" }
kontorstid = { weekly = { mon = ["08:00-16:30"] } }
lunch = { weekly = { mon = ["10:30-11:30"] } }
"""
CASES = f"""
[numbers."{FORSKOLA}"]
function = "Förskola"
calendar = "alltid"
destination = [ {{ when = {{ caller = "internal" }}, group = "kc" }},
    {{ when = {{ open = "lunch" }}, group = "bygglov" }}, {{ number = "{SOCIAL}" }} ]
[numbers."{SOCIAL}"]
function = "Socialtjänst"
calendar = "alltid"
destination = {{ menu = "val" }}
[menus.val]
prompt = "valj"
keys.1 = {{ group = "bygglov" }}
keys.2 = {{ group = "both" }}
keys.3 = {{ person = "elif" }}
keys.4 = {{ group = "both" }}
[groups.both]
name = "Both"
members = ["amina", "david"]
"""


def test_with_cases_and_menus_the_groups_are_those_that_could_be_reached_now() -> None:
    shown = Chart(tables_of(1, people=PEOPLE, calendars=FLOWS, more=CASES))

    assert shown.functions[FORSKOLA] == ("Förskola", "")
    assert shown.functions[MAIN] == ("Kontaktcenter", "kc")
    assert shown.groups_at(FORSKOLA, MONDAY) == ("bygglov", "both")
    assert shown.groups_at(FORSKOLA, MONDAY + timedelta(hours=1)) == ("bygglov",)
    assert shown.groups_at(SOCIAL, MONDAY) == ("bygglov", "both")


def test_whoever_is_away_could_not_answer_be_their_phone_registered_or_not() -> None:
    people = PEOPLE.replace('["kc1"],', '["kc1"], absences = [{ from = 2026-03-02, to = 2026-03-02 }],')
    shown = chart(people)

    assert shown.staff(house("kc1", "kc2"), MONDAY).registered["kc"] == 1
    assert shown.staff(house("kc1", "kc2"), MONDAY + timedelta(days=1)).registered["kc"] == 2


NET = '[trunks.net]\npeers = ["192.0.2.40"]\nchannels = 1\noutside = true\n'
MOBILE = PEOPLE.replace('["bygg2"]', '["bygg2"], mobile = "+46701740699"')


def test_who_is_reached_outside_alone_is_unproven_and_nowhere_else() -> None:
    there = Chart(tables_of(1, people=MOBILE, more=MORE, trunks=TRUNKS + NET))

    staff = there.staff(house("bygg1"), MONDAY)
    assert staff.unproven == {"kc": 0, "bygglov": 1, "both": 0}
    assert staff.available["bygglov"] == 1
    assert there.staff(house("bygg2"), MONDAY).unproven["bygglov"] == 0  # has shown to be there
    assert there.staff(house(busy="elif"), MONDAY).unproven["bygglov"] == 0
    assert chart().staff(house(), MONDAY).unproven == {"kc": 0, "bygglov": 0, "both": 0}


def test_who_is_away_or_cannot_be_called_for_want_of_a_channel_is_not_unproven() -> None:
    away = MOBILE.replace('+46701740699"', '+46701740699", absences = [{ from = 2026-03-01 }]')
    full = house()
    full.evolve(arrive(origin_name="net"))

    assert (
        Chart(tables_of(1, people=away, more=MORE, trunks=TRUNKS + NET))
        .staff(house(), MONDAY)
        .unproven["bygglov"]
        == 0
    )
    assert (
        Chart(tables_of(1, people=MOBILE, more=MORE, trunks=TRUNKS + NET))
        .staff(full, MONDAY)
        .unproven["bygglov"]
        == 0
    )
