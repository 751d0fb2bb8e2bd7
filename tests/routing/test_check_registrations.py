from routing.check_registrations import check_registrations
from tests.support.plans import plan_of

OURS = """
[trunks.net]
{where}
[trunks.net.registration]
user = "0853061000"
realm = "net.example"
"""
GATEWAY = OURS.format(where='gateways = ["192.0.2.40"]')


def found(trunks: str) -> dict[str, str]:
    return {problem.path: problem.message for problem in check_registrations(plan_of(trunks=trunks))}


def test_a_sound_registration_has_no_problems() -> None:
    assert found("") == {}
    assert found('[trunks.pbx]\npeers = ["10.1.0.0/24"]\n') == {}
    assert found(GATEWAY) == {}
    assert found(OURS.format(where='peers = ["192.0.2.0/24", "198.51.100.7"]')) == {}


def test_a_registrar_has_an_address() -> None:
    assert (
        "no gateway to register at"
        in found(OURS.format(where='peers = ["192.0.2.0/24"]'))["trunks.net.registration"]
    )


def test_two_trunks_are_not_registered_as_the_same_user() -> None:
    other = GATEWAY.replace("trunks.net", "trunks.other").replace("net.example", "other.example")

    assert found(GATEWAY + other) == {
        "trunks.other.registration": "0853061000 is registered already (trunks.net.registration): whose a "
        "call to it is could not be told"
    }
    assert found(GATEWAY + other + 'address_of_record = "0853062000@other.example"\n') == {}
