from telephony.media.counters import Counters, Drop


def test_every_reason_is_counted_from_zero() -> None:
    assert Counters().dropped == {reason: 0 for reason in Drop}


def test_two_relays_do_not_share_their_counts() -> None:
    one, other = Counters(), Counters()

    one.dropped[Drop.STRANGER] += 1

    assert other.dropped[Drop.STRANGER] == 0
