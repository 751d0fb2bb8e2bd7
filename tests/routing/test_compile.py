import pytest

from routing.compile import compile_plan, digest_of
from routing.decision import OVERFLOW, Branch, Identity, Reason, Target
from routing.errors import PlanRefused
from routing.numbers import NumberFormat
from routing.places import Named, Place
from routing.tables import GatewayRow, PhoneRow, Route, ToNumber, ToPerson, TrunkRow
from tests.support.plans import BYGGLOV, FORSKOLA, GROUPS, MAIN, NUMBERS, PEOPLE, TRUNKS, plan_of, tables_of

PBX = """
[trunks.pbx]
peers = ["10.1.0.0/24", "10.1.0.5", "[2001:db8::1]:5062"]
number_format = "national"
trusted_identity = true
emergency = true
"""


def test_a_plan_with_errors_is_refused_with_all_of_them() -> None:
    plan = plan_of(groups=GROUPS + 'tom = { name = "Tom", members = [] }\n')

    with pytest.raises(PlanRefused) as raised:
        compile_plan(plan)

    assert [problem.path for problem in raised.value.problems] == ["groups.tom.members"]


def test_a_plan_with_warnings_only_is_compiled() -> None:
    assert tables_of(trunks="").emergency_trunks == ()


def test_version_and_digest() -> None:
    tables = tables_of(version=7)

    assert tables.version == 7
    assert tables.digest == digest_of(plan_of())
    assert len(tables.digest) == 64


def test_the_digest_changes_with_the_order_of_trunks() -> None:
    assert digest_of(plan_of(trunks=TRUNKS + PBX)) != digest_of(plan_of(trunks=PBX + TRUNKS))


def test_references_are_followed() -> None:
    tables = tables_of()

    assert [person.name for person in tables.groups["bygglov"].members] == ["David Holm", "Elif Yilmaz"]
    assert tables.people["david"].targets == (Target("david", "bygg1"), Target("david", "bygg1m"))
    assert tables.phones["bygg1m"] == PhoneRow(
        "bygg1m", "Bygglov 1, mobile", False, 1, "david", True, frozenset(), "municipality.outside"
    )
    assert tables.numbers[BYGGLOV].calendar is tables.calendars["alltid"]


def test_a_phone_of_nobody() -> None:
    tables = tables_of(phones='[phones]\nlobby = { display = "Lobby" }\n' + "".join(_phone_lines()))

    assert tables.phones["lobby"].person == ""


def _phone_lines() -> list[str]:
    return [f'{name} = {{ display = "{name}" }}\n' for name in ("kc1", "kc2", "bygg1", "bygg1m", "bygg2")]


def addresses(trunk: TrunkRow) -> list[Place | Named]:
    return [row.address for row in trunk.gateways]


def test_trunks_have_the_addresses_to_send_to() -> None:
    tables = tables_of(trunks=TRUNKS + PBX)

    assert addresses(tables.trunks["operator"]) == [Place("192.0.2.10", 5060)]
    assert tables.trunks["pbx"] == TrunkRow(
        name="pbx",
        gateways=(
            GatewayRow(Place("10.1.0.5", 5060), 1, 1, "trunk/pbx", "trunks.pbx.peers[1]"),
            GatewayRow(Place("2001:db8::1", 5062), 2, 1, "trunk/pbx/2", "trunks.pbx.peers[2]"),
        ),
        number_format=NumberFormat.NATIONAL,
        trusted_identity=True,
        emergency=True,
        series=(),
        options=True,
        takes_calls=True,
        channels=None,
        channels_out=None,
        identity=Identity.FROM,
        number_format_out=NumberFormat.E164,
        default_number="",
        foreign_numbers=True,
    )
    assert tables.peers.trunk("10.1.0.77", 5060) == "pbx"
    assert tables.own_series == ("+4685306",)


def test_gateways_go_before_peers() -> None:
    tables = tables_of(trunks=TRUNKS + PBX + 'gateways = ["10.1.0.6"]\n')

    assert addresses(tables.trunks["pbx"]) == [Place("10.1.0.6", 5060)]


def test_a_list_of_gateways_is_tried_in_order_unless_priorities_say_otherwise() -> None:
    plain = tables_of(trunks=TRUNKS + PBX + 'gateways = ["10.1.0.6", "10.1.0.7"]\n')
    table = 'gateways = ["10.1.0.6", { address = "10.1.0.7:5080", priority = 1, weight = 3 }, "10.1.0.8"]\n'
    given = tables_of(trunks=TRUNKS + PBX + table)

    assert [(row.priority, row.weight) for row in plain.trunks["pbx"].gateways] == [(1, 1), (2, 1)]
    assert [(row.address, row.priority, row.weight) for row in given.trunks["pbx"].gateways] == [
        (Place("10.1.0.6", 5060), 1, 1),
        (Place("10.1.0.7", 5080), 1, 3),
        (Place("10.1.0.8", 5060), 3, 1),
    ]


def test_channels_that_are_kept_for_112_are_none_for_others() -> None:
    given = tables_of(trunks=TRUNKS + "channels = 30\nemergency_channels = 2\n")

    assert given.trunks["operator"].channels == 28


def test_a_trunk_without_gateways_of_its_own_and_without_112_takes_no_calls() -> None:
    tables = tables_of(trunks=TRUNKS + '[trunks.pbx]\npeers = ["10.1.0.5"]\noptions = false\n')

    assert tables.trunks["operator"].takes_calls
    assert not tables.trunks["pbx"].takes_calls
    assert not tables.trunks["pbx"].options


def test_emergency_trunks_in_the_order_of_the_plan_each_gateway_a_member_of_its_own() -> None:
    pbx = PBX + 'gateways = ["10.1.0.6", "[2001:db8::6]:5080"]\n'

    trunks = tables_of(trunks=TRUNKS + pbx).emergency_trunks

    assert [(row.member, row.address) for trunk in trunks for row in trunk.gateways] == [
        ("trunk/operator", Place("192.0.2.10", 5060)),
        ("trunk/pbx", Place("10.1.0.6", 5060)),
        ("trunk/pbx/2", Place("2001:db8::6", 5080)),
    ]


def test_every_branch_has_a_route_with_its_reason() -> None:
    routes = tables_of().numbers[BYGGLOV].routes

    assert routes.keys() == {Branch.ARRIVED, *OVERFLOW}
    assert routes[Branch.NO_ANSWER] == Route(
        ToNumber(MAIN),
        Reason(
            "destination",
            f"numbers.{BYGGLOV}.no_answer",
            "no answer: on to 08-530 610 00 (not given in the plan, so the default)",
        ),
    )


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        ('{ person = "elif" }', "busy: to person elif"),
        ('{ announcement = "busy" }', "busy: announcement busy"),
        ('{ announcement = "busy", early = true }', "busy: announcement busy before an answer"),
        ("{ reject = 486 }", "busy: refused with 486"),
        ('{ group = "bygglov" }', "busy: to group bygglov"),
    ],
)
def test_a_destination_in_words(destination: str, words: str) -> None:
    forskola = f"""
[numbers."{FORSKOLA}"]
function = "Förskola"
calendar = "alltid"
destination = {{ group = "kc" }}
busy = {destination}
"""
    tables = tables_of(numbers=NUMBERS + forskola)

    assert tables.numbers[FORSKOLA].routes[Branch.BUSY].reason.text == words


@pytest.mark.parametrize("public", [False, True])
def test_a_person_s_own_number_can_be_dialled_from_outside_only_by_choice(public: bool) -> None:
    choice = f'number = "+46701740605", number_public = {"true" if public else "false"}'
    tables = tables_of(people=PEOPLE.replace('phones = ["kc1"]', f'phones = ["kc1"], {choice}'))

    row = tables.numbers["+46701740605"]

    assert row.internal_only is not public
    assert row.function == "Amina Berg"
    assert row.routes[Branch.ARRIVED].destination == ToPerson("amina")
    assert row.routes[Branch.NO_ANSWER].destination == ToNumber(MAIN)
    assert row.reason.text == "070-174 06 05 is Amina Berg's own number"


def test_gateways_that_are_peers_know_their_places_and_are_there_once() -> None:
    peers = '["10.1.0.0/24", "tls:pbx.example.se", "10.1.0.9", "10.1.0.9:5060", "10.1.0.8"]'
    rows = tables_of(trunks=f"[trunks.pbx]\npeers = {peers}\nemergency = true\n").trunks["pbx"].gateways

    assert [(row.address, row.member, row.where) for row in rows] == [
        (Place("10.1.0.9", 5060), "trunk/pbx", "trunks.pbx.peers[2]"),
        (Place("10.1.0.8", 5060), "trunk/pbx/2", "trunks.pbx.peers[4]"),
    ]


def test_gateways_by_name_and_transport() -> None:
    gateways = '["tls:pbx.example.se", "tcp:10.1.0.9"]'
    tables = tables_of(trunks=f'[trunks.pbx]\npeers = ["tls:pbx.example.se"]\ngateways = {gateways}\n')

    assert addresses(tables.trunks["pbx"]) == [
        Named("pbx.example.se", None, "TLS"),
        Place("10.1.0.9", 5060, "TCP"),
    ]
    assert tables.peers.trunk("10.1.0.9", 5060) is None
    assert tables.peers.trunk("198.51.100.1", 5061, ["pbx.example.se"]) == "pbx"
