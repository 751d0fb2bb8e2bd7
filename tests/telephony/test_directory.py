from dataclasses import replace

import pytest

from routing.places import Place
from telephony.call.facts import Contact, LegEnded, Origin
from telephony.call.house import House
from telephony.call.house_facts import DrainStarted, GatewayLost, PhoneLost, PhoneRegistered, ServiceStarted
from telephony.call.trunk_facts import TrunkRegistered
from telephony.directory import PlanDirectory
from telephony.legs.directory import Account, Caller, Function, Shown, Trunk, TrunkAccount, Watched
from telephony.sdp.policy import OPEN, Policy
from telephony.sip.login import Login
from tests.support.calls import arrive
from tests.support.plans import BYGGLOV, MAIN, MUNICIPALITY, NUMBERS, tables_of
from tests.support.switchboard import EPOCH

TRUNKS = """
[trunks.operator]
peers = ["192.0.2.10", "192.0.2.11:5070"]
trusted_identity = true
emergency = true
[trunks.pbx]
peers = ["192.0.2.0/24"]
gateways = ["192.0.2.20:5080", "192.0.2.21"]
number_format = "subscriber-without-zero"
"""
PEOPLE = """
[people]
amina = { name = "Amina", phones = ["kc1"], number = "+46701740605", number_public = true }
bengt = { name = "Bengt", phones = ["kc2"], number = "+46701740606" }
david = { name = "David", phones = ["bygg1"] }
elif = { name = "Elif", phones = ["bygg2"] }
"""
HERE = ("192.0.2.50", 5060)
PHONE = Caller(Origin.PHONE, "kc1")


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def directory(house: House) -> PlanDirectory:
    return PlanDirectory(
        tables_of(1, trunks=TRUNKS, people=PEOPLE), house, ["Vaxeln.example", "[2001:db8::1]"]
    )


def contact() -> Contact:
    return Contact(
        uri="sip:kc1@192.0.2.50", transport="UDP", remote=HERE, local=("192.0.2.1", 5060), call_id="r",
        cseq=1, expires_at=EPOCH,
    )  # fmt: skip


def test_the_most_specific_peer_tells_the_trunk(directory: PlanDirectory) -> None:
    assert directory.trunk_at(("192.0.2.10", 1234)) == Trunk("operator", trusted=True)
    assert directory.trunk_at(("192.0.2.11", 5070)) == Trunk("operator", trusted=True)
    assert directory.trunk_at(("192.0.2.11", 5060)) == Trunk("pbx", trusted=False)
    assert directory.trunk_at(("198.51.100.1", 5060)) is None


def test_a_public_number_is_shown(directory: PlanDirectory) -> None:
    assert directory.account("kc1") == Account("kc1", "Kontaktcenter 1", "amina", "+46701740605", 1)


@pytest.mark.parametrize("phone", ["kc2", "bygg1", "bygg1m"])
def test_who_has_no_public_number_calls_with_the_main_number(directory: PlanDirectory, phone: str) -> None:
    account = directory.account(phone)

    assert account is not None
    assert account.number == MAIN


def test_unknown_accounts_are_nobodys(directory: PlanDirectory) -> None:
    assert directory.account("nobody") is None
    assert not directory.is_legacy("nobody")
    assert not directory.is_legacy("kc1")


def test_where_a_phone_registered_tells_its_account(directory: PlanDirectory, house: House) -> None:
    assert directory.account_at(HERE) is None

    house.evolve(PhoneRegistered(at=EPOCH, phone="kc1", contacts=(contact(),)))

    at = directory.account_at(HERE)
    assert at is not None
    assert at.name == "kc1"
    assert directory.contacts("kc1") == (contact(),)


def test_our_names_are_ours_in_any_spelling(directory: PlanDirectory) -> None:
    assert directory.is_ours("VAXELN.example")
    assert directory.is_ours("[2001:DB8::1]")
    assert not directory.is_ours("example.com")


def test_numbers_are_read_as_their_sender_writes_them(directory: PlanDirectory) -> None:
    assert directory.normalise("853061000", "pbx") == MAIN
    assert directory.normalise("46853061000", "operator") == MAIN
    assert directory.normalise("08-530 610 00", None) == MAIN
    assert directory.is_emergency("112")
    assert not directory.is_emergency("113")


def test_another_plan_is_taken_from_then_on(directory: PlanDirectory) -> None:
    directory.load(tables_of(2))

    assert directory.trunk_at(("192.0.2.20", 5060)) is None


def test_while_the_service_drains_no_calls_are_taken(directory: PlanDirectory, house: House) -> None:
    assert directory.takes_no_call(PHONE) == ""

    house.evolve(DrainStarted(at=EPOCH))

    assert directory.takes_no_call(PHONE) == "draining"

    house.evolve(ServiceStarted(at=EPOCH, release="1"))

    assert directory.takes_no_call(PHONE) == ""


PHONES = """
[phones]
kc1 = { display = "Kontaktcenter 1", max_contacts = 3 }
kc2 = { display = "Kontaktcenter 2", legacy_digest = true }
bygg1 = { display = "Bygglov 1" }
bygg2 = { display = "Bygglov 2" }
lobby = { display = "Entrén" }
"""


def test_a_phone_that_is_nobodys_calls_with_the_main_number(house: House) -> None:
    directory = PlanDirectory(tables_of(1, phones=PHONES, people=PEOPLE), house, [])

    assert directory.account("lobby") == Account("lobby", "Entrén", "", MAIN, 1)


def test_what_an_account_may_is_in_the_plan(house: House) -> None:
    directory = PlanDirectory(tables_of(1, phones=PHONES, people=PEOPLE), house, [])

    assert directory.is_legacy("kc2")
    account = directory.account("kc1")
    assert account is not None
    assert account.max_contacts == 3


def test_a_registered_phone_that_left_the_plan_is_nobodys(directory: PlanDirectory, house: House) -> None:
    house.evolve(PhoneRegistered(at=EPOCH, phone="kc1", contacts=(contact(),)))

    directory.load(replace(tables_of(2), phones={}))

    assert directory.account_at(HERE) is None


def test_functions_are_known_and_peoples_own_numbers_are_none(house: House) -> None:
    numbers = NUMBERS.replace('function = "Bygglov"', 'function = "Bygglov"\nprotected = true')
    directory = PlanDirectory(tables_of(1, numbers=numbers, people=PEOPLE), house, [])

    assert directory.function(BYGGLOV) == Function("Bygglov", protected=True)
    assert directory.function(MAIN) == Function("Kontaktcenter", protected=False)
    assert directory.function("+46701740605") is None
    assert directory.function("+4611") is None


def test_gateways_of_trunks_that_take_calls_are_watched(directory: PlanDirectory, house: House) -> None:
    watched = list(directory.watched_gateways())
    assert watched == [
        Place("192.0.2.10", 5060),
        Place("192.0.2.11", 5070),
        Place("192.0.2.20", 5080),
        Place("192.0.2.21", 5060),
    ]

    house.evolve(GatewayLost(at=EPOCH, gateway=watched[0]))
    assert [directory.is_up(gateway) for gateway in watched] == [False, True, True, True]

    quiet = tables_of(2, trunks=TRUNKS.replace("emergency = true", "options = false"), people=PEOPLE)
    directory.load(quiet)
    assert list(directory.watched_gateways()) == watched[2:]


def test_registered_phones_of_the_plan_are_watched(directory: PlanDirectory, house: House) -> None:
    for phone in ("kc1", "gone"):
        house.evolve(PhoneRegistered(at=EPOCH, phone=phone, contacts=(contact(),)))
    assert directory.watched_phones() == ["kc1"]
    assert not directory.is_lost("kc1")

    house.evolve(PhoneLost(at=EPOCH, phone="kc1"))
    assert directory.is_lost("kc1")
    assert directory.watched_phones() == ["kc1"]


def test_a_trunk_brings_as_many_calls_as_it_has_channels(house: House) -> None:
    trunks = TRUNKS.replace("emergency = true", "emergency = true\nchannels = 1")
    directory = PlanDirectory(tables_of(1, trunks=trunks, people=PEOPLE), house, [])
    operator, pbx = Caller(Origin.TRUNK, "operator"), Caller(Origin.TRUNK, "pbx")
    assert directory.takes_no_call(operator) == ""

    house.evolve(arrive(origin_name="operator"))
    house.evolve(arrive("c2", origin_name="pbx"))
    assert directory.takes_no_call(operator) == "no_channel"
    assert directory.takes_no_call(pbx) == ""

    house.evolve(LegEnded(at=EPOCH, call="c1", leg="c1.0"))
    assert directory.takes_no_call(operator) == ""


def test_a_trunk_that_has_left_the_plan_is_shown_the_plain_number(directory: PlanDirectory) -> None:
    assert directory.shown_to("gone", MAIN) == Shown(MAIN)
    assert directory.written("gone", MAIN) == MAIN


REGISTERED = """
[trunks.net]
gateways = ["192.0.2.40"]
peers = ["192.0.2.60"]
[trunks.net.registration]
user = "anna"
realm = "net.example"
address_of_record = "0853061000@sip.net.example"
expires = 600
"""


def test_a_trunk_that_has_us_register_is_known_by_the_user_that_we_register(house: House) -> None:
    directory = PlanDirectory(tables_of(trunks=TRUNKS + REGISTERED), house, [])
    registrar, user = ("192.0.2.40", 5080), "0853061000"
    assert directory.trunk_called(user, registrar) is None  # we are not registered there
    house.evolve(TrunkRegistered(at=EPOCH, trunk="net", registrar=("192.0.2.40", 5060), seconds=600))

    assert directory.trunk_called(user, registrar) == Trunk("net", False)
    assert directory.trunk_called(user, ("192.0.2.60", 9)) == Trunk("net", False)
    assert directory.trunk_called(user, ("192.0.2.10", 5060)) is None  # another trunk's peer
    assert directory.trunk_called("+46853061000", registrar) is None
    assert directory.trunk_at(registrar) == Trunk("pbx", False)


def test_who_we_are_is_told_for_trunks_that_have_us_register(house: House) -> None:
    asked = []

    def ha1(*who: str) -> dict[str, str]:
        asked.append(who)
        return {"MD5": "0123"}

    directory = PlanDirectory(tables_of(trunks=TRUNKS + REGISTERED), house, [], ha1)

    assert directory.login("net") == Login("anna", "net.example", {"MD5": "0123"})
    assert directory.login("pbx") is None and directory.login("nosuch") is None
    assert asked == [("net", "anna", "net.example")]
    nobody = PlanDirectory(tables_of(trunks=TRUNKS + REGISTERED), house, [])
    assert nobody.login("net") == Login("anna", "net.example", {})
    assert list(directory.trunk_accounts()) == [
        TrunkAccount("net", "0853061000", "sip.net.example", 600, (Place("192.0.2.40", 5060),))
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kc1", Watched("amina", ("kc1",))),
        ("amina", Watched("amina", ("kc1",))),
        ("0701740606", Watched("bengt", ("kc2",))),
        ("bygg1m", None),
        (MAIN, None),
        ("", None),
    ],
)
def test_whom_a_lamp_may_be_for(directory: PlanDirectory, name: str, expected: Watched | None) -> None:
    assert directory.watched(name) == expected


def test_only_colleagues_watch_each_other(directory: PlanDirectory) -> None:
    amina = Watched("amina", ("kc1",))

    assert [
        name for name in ("kc1", "kc2", "bygg1", "bygg1m", "none") if directory.may_watch(name, amina)
    ] == [
        "kc1",
        "kc2",
    ]


def test_the_legs_of_a_person_are_those_of_the_house(directory: PlanDirectory, house: House) -> None:
    house.evolve(arrive("c1", member="amina"))

    assert list(directory.legs_of("amina")) == ["c1.0"]


def test_sound_is_bounded_by_the_nets_of_the_plan(house: House) -> None:
    nets = '[nets.office]\nprefixes = ["10.1.0.0/16"]\ncodecs = ["PCMA"]\n'
    directory = PlanDirectory(tables_of(1, more=nets), house, [])

    inside, outside = (directory.sound_of(host, emergency=False) for host in ("10.1.0.1", "10.2.0.1"))

    assert (inside.codecs, outside.codecs) == (("pcma",), None)
    assert (outside.allows("10.1.0.9"), outside.allows("10.2.0.9")) == (True, False)
    assert directory.sound_of("10.1.0.1", emergency=True) == Policy(signalled_from="10.1.0.1", vital=True)


def test_without_nets_sound_is_not_bounded(directory: PlanDirectory) -> None:
    assert directory.sound_of("10.1.0.1", emergency=False) is OPEN


def test_the_code_for_transfers(house: House, directory: PlanDirectory) -> None:
    tables = tables_of(1, municipality=MUNICIPALITY + 'transfer_code = "**"\n')

    assert directory.transfer_code() == ""
    assert directory.resume_code() == "*63"
    assert PlanDirectory(tables, house, []).transfer_code() == "**"
    tables = tables_of(1, municipality=MUNICIPALITY + 'duty_codes = { resume = "" }\n')
    assert PlanDirectory(tables, house, []).resume_code() == ""
