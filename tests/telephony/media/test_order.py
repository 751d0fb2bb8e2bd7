from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from telephony.media.counters import Counters
from telephony.media.order import LAST_NUMBER, MAX_GAP, MAX_LATE, Order

SSRC, OTHER = b"\0\0\0\1", b"\0\0\0\2"


def counted(*sources: tuple[bytes, Iterable[int]]) -> tuple[int, int]:
    """How many packets are missing and late of these, fed one after the other as a leg feeds them."""
    counters = Counters()
    order = Order(counters)
    for ssrc, numbers in sources:
        for number in numbers:
            sequence = number & LAST_NUMBER
            if sequence == order.due:
                order.due = sequence + 1 & LAST_NUMBER
            else:
                order.jump(sequence, ssrc)
    return counters.missing, counters.late


def test_packets_in_order_are_neither_missing_nor_late() -> None:
    assert counted((SSRC, range(500, 700))) == (0, 0)


def test_a_gap_is_missing() -> None:
    assert counted((SSRC, [1, 2, 5, 6])) == (2, 0)


def test_the_numbers_go_round() -> None:
    assert counted((SSRC, range(65530, 65545))) == (0, 0)
    assert counted((SSRC, [65534, 65537])) == (2, 0)


def test_what_comes_after_all_or_twice_is_late() -> None:
    assert counted((SSRC, [1, 3, 2, 4])) == (1, 1)
    assert counted((SSRC, [1, 2, 2, 3])) == (0, 1)
    assert counted((SSRC, [65535, 65537, 65536, 65538])) == (1, 1)


def test_a_jump_further_than_any_loss_is_a_new_beginning() -> None:
    assert counted((SSRC, [1, 2 + MAX_GAP, 3 + MAX_GAP])) == (0, 0)
    assert counted((SSRC, [1000, 1000 - MAX_LATE, 1001 - MAX_LATE])) == (0, 0)


def test_another_source_begins_anew() -> None:
    assert counted((SSRC, [1, 2]), (OTHER, [50, 51]), (SSRC, [3, 4])) == (0, 0)


@given(st.integers(0, LAST_NUMBER), st.sets(st.integers(1, 498), max_size=400))
def test_every_lost_packet_is_missing_wherever_the_numbers_begin(first: int, lost: set[int]) -> None:
    numbers = [first + number for number in range(500) if number not in lost]

    assert counted((SSRC, numbers)) == (len(lost), 0)


@given(st.integers(0, LAST_NUMBER), st.lists(st.integers(1, 8), min_size=1, max_size=50))
def test_what_is_only_out_of_order_is_missing_and_then_late(first: int, spans: list[int]) -> None:
    """Groups that arrive backwards: the last comes first, so the others of its group come late."""
    numbers, start = [first], first + 1
    for span in spans:
        numbers += reversed(range(start, start + span))
        start += span

    late = sum(span - 1 for span in spans)
    assert counted((SSRC, numbers)) == (late, late)
