from telephony.sip.flow import Flow


def test_flows_of_the_same_addresses_are_one() -> None:
    one = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.9", 5062))
    same = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.9", 5062))
    other = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.9", 5063))

    assert one == same
    assert {one, same, other} == {one, other}


def test_we_call_ourselves_by_an_address_of_the_family() -> None:
    four, six = Flow("UDP", ("192.0.2.1", 1), ("192.0.2.9", 1)), Flow("UDP", ("2001:db8::1", 1), ("::9", 1))

    assert [four.own_host("192.0.2.7"), six.own_host("2001:db8::7")] == ["192.0.2.7", "2001:db8::7"]
    assert [four.own_host("[2001:db8::7]"), six.own_host("192.0.2.7")] == ["192.0.2.1", "2001:db8::1"]
    assert Flow("UDP", ("::", 1), ("::9", 1)).own_host("192.0.2.7") == "192.0.2.7"
