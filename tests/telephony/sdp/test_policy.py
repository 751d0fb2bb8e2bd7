import pytest

from telephony.sdp.codec import G722, PCMA, PCMU, TELEPHONE_EVENT, Codec, OfferedCodec
from telephony.sdp.connection import UNSPECIFIED, Connection
from telephony.sdp.errors import NotAcceptable, Warned
from telephony.sdp.policy import OPEN, Policy

OPUS = Codec("opus", 48000, 2)
OFFER = tuple(
    OfferedCodec(codec, 96 + place) for place, codec in enumerate((PCMA, TELEPHONE_EVENT, PCMU, OPUS))
)


def in_office(host: str) -> bool:
    return host.startswith(("10.1.", "198.51.100."))


OFFICE = Policy(("opus", "pcma"), in_office, "198.51.100.7")


def names(policy: Policy) -> list[str]:
    return [entry.codec.name for entry in policy.choose(OFFER)]


def test_only_what_is_allowed_is_left_the_best_first_and_keys_always() -> None:
    assert names(OFFICE) == ["opus", "PCMA", "telephone-event"]
    assert names(Policy(("g722",))) == ["telephone-event"]
    assert names(OPEN) == ["PCMA", "telephone-event", "PCMU", "opus"]


def test_nothing_to_speak_with() -> None:
    OFFICE.require(OFFER)
    with pytest.raises(NotAcceptable) as raised:
        OFFICE.require([OfferedCodec(G722, 9), OfferedCodec(TELEPHONE_EVENT, 101)])

    assert (raised.value.status, raised.value.warning) == (488, Warned.MEDIA_FORMAT)


@pytest.mark.parametrize("address", ["10.1.2.3", "0.0.0.0"])
def test_what_may_be_sent_to(address: str) -> None:
    assert OFFICE.host(Connection("IP4", address)) == address


@pytest.mark.parametrize("address", ["192.168.1.7", "100.64.0.9", "10.9.0.1"])
def test_a_private_address_outside_is_behind_the_nat_that_signals(address: str) -> None:
    assert OFFICE.host(Connection("IP4", address)) == "198.51.100.7"


@pytest.mark.parametrize("signalled_from", ["", "203.0.113.9"])
def test_behind_a_nat_that_is_in_no_net_nothing_is_reached(signalled_from: str) -> None:
    with pytest.raises(NotAcceptable):
        Policy(None, in_office, signalled_from).host(Connection("IP4", "192.168.1.7"))


def test_a_public_address_in_no_net_is_refused() -> None:
    with pytest.raises(NotAcceptable, match="in no net of the plan") as raised:
        OFFICE.host(Connection("IP4", "8.8.8.8"))

    assert (raised.value.status, raised.value.warning) == (488, Warned.MISCELLANEOUS)


@pytest.mark.parametrize(
    ("address_type", "address", "warning"),
    [
        ("IP4", "224.2.1.1", Warned.MULTICAST),
        ("IP4", "255.255.255.255", Warned.MULTICAST),
        ("IP6", "ff02::1", Warned.MULTICAST),
        ("IP6", "::ffff:224.2.1.1", Warned.MULTICAST),
        ("IP4", "pbx.example.org", Warned.ADDRESS_FORMAT),
        ("IP4", "9" * 300, Warned.ADDRESS_FORMAT),
    ],
)
def test_what_no_net_makes_right_and_112_is_not_refused_for(
    address_type: str, address: str, warning: Warned
) -> None:
    connection = Connection(address_type, address)
    with pytest.raises(NotAcceptable) as raised:
        OPEN.host(connection)

    assert raised.value.warning is warning
    assert Policy(signalled_from="192.0.2.9", vital=True).host(connection) == "192.0.2.9"


def test_hold_stays_hold_for_112() -> None:
    assert Policy(signalled_from="192.0.2.9", vital=True).host(Connection("IP4", "0.0.0.0")) in UNSPECIFIED
