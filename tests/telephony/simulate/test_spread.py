from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from telephony.simulate.spread import Exponential, Seen

TIMES = st.lists(st.floats(0.0, 1000.0), max_size=30)
DRAW = st.floats(0.0, 1.0, exclude_max=True)


def shares(spread: Seen, known: float = 0.0) -> Counter[float | None]:
    """How many of 1000 even draws give which time."""
    return Counter(spread.beyond(known, number / 1000) for number in range(1000))


def test_times_that_ended_come_as_often_as_they_were_seen() -> None:
    assert shares(Seen.of([10.0, 10.0, 20.0, 40.0])) == {10.0: 500, 20.0: 250, 40.0: 250}


def test_a_time_that_was_cut_off_counts_as_longer() -> None:
    # Of four two were still there after 10 s; one was cut off, and the last ended at 40 s
    found = shares(Seen.of([10.0, 10.0, 40.0], [20.0]))

    assert found == {10.0: 500, 40.0: 500}


def test_those_who_never_come_to_an_end_never_do() -> None:
    assert shares(Seen.of([10.0], [20.0, 20.0, 20.0])) == {10.0: 250, None: 750}
    assert Seen.of([]).beyond(0.0, 0.5) is None


def test_what_is_known_is_left_behind() -> None:
    assert shares(Seen.of([10.0, 20.0, 40.0]), known=10.0) == {20.0: 500, 40.0: 500}
    assert shares(Seen.of([10.0, 20.0, 40.0]), known=40.0) == {None: 1000}


@given(ended=TIMES, cut_off=TIMES, known=st.floats(0.0, 1000.0), draw=DRAW)
def test_a_time_is_one_that_was_seen_and_longer_than_what_is_known(
    ended: list[float], cut_off: list[float], known: float, draw: float
) -> None:
    time = Seen.of(ended, cut_off).beyond(known, draw)

    assert time is None or (time in ended and time > known)


@given(ended=TIMES, cut_off=TIMES)
def test_the_share_that_is_left_only_falls(ended: list[float], cut_off: list[float]) -> None:
    spread = Seen.of(ended, cut_off)

    assert list(spread.left) == sorted(spread.left, reverse=True)
    assert list(spread.times) == sorted(set(ended))
    assert all(-1e-9 <= share <= 1.0 for share in spread.left)


def test_without_memory_what_is_known_changes_nothing() -> None:
    spread = Exponential(100.0)
    drawn = [spread.beyond(0.0, (number + 0.5) / 1000) for number in range(1000)]

    assert abs(sum(drawn) / 1000 - 100.0) < 1.0
    assert spread.beyond(50.0, 0.3) == 50.0 + spread.beyond(0.0, 0.3)
