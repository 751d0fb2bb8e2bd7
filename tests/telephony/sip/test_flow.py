from telephony.sip.flow import Flow


def test_flows_of_the_same_addresses_are_one() -> None:
    one = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.9", 5062))
    same = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.9", 5062))
    other = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.9", 5063))

    assert one == same
    assert {one, same, other} == {one, other}
