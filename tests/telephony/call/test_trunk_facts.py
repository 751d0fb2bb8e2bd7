from telephony.call.trunk_facts import TrunkRegistered
from tests.support.calls import NOON


def test_facts_of_a_trunk_are_in_a_stream_of_its_own() -> None:
    fact = TrunkRegistered(at=NOON, trunk="net", registrar=("192.0.2.40", 5060), seconds=60)

    assert fact.stream == "trunk/net"
