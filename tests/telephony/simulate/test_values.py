from telephony.simulate.values import MAX_CALLS, TooManyCalls


def test_too_many_calls_say_how_many_may_be() -> None:
    assert str(TooManyCalls(60_000)).startswith("60000 calls are more than")
    assert str(MAX_CALLS) in str(TooManyCalls())
