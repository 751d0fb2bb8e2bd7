import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.admin.limits import Buckets, Rate


def test_a_burst_is_let_through_and_then_one_for_each_while() -> None:
    buckets = Buckets(Rate(burst=3, per_second=0.5), most_keys=10)

    assert [buckets.take("a", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert buckets.take("a", 0.0) == pytest.approx(2.0)
    assert buckets.take("a", 1.0) == pytest.approx(1.0)
    assert buckets.take("a", 2.0) == 0.0


def test_nobody_pays_for_another() -> None:
    buckets = Buckets(Rate(burst=1, per_second=1.0), most_keys=10)

    assert buckets.take("a", 0.0) == 0.0
    assert buckets.take("b", 0.0) == 0.0


def test_what_was_not_heard_of_longest_is_forgotten() -> None:
    buckets = Buckets(Rate(burst=1, per_second=0.1), most_keys=2)
    for key in "abc":
        buckets.take(key, 0.0)

    assert buckets.take("c", 0.0) > 0
    assert buckets.take("b", 0.0) > 0
    assert buckets.take("a", 0.0) == 0.0


@given(st.lists(st.floats(min_value=0.0, max_value=5.0), max_size=100))
def test_no_more_than_the_rate_is_let_through(gaps: list[float]) -> None:
    buckets = Buckets(Rate(burst=5, per_second=2.0), most_keys=1)
    now, through = 0.0, 0
    for gap in gaps:
        now += gap
        through += buckets.take("a", now) == 0.0

    assert through <= 5 + 2.0 * now + 1e-6
