import struct
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.media.counters import Counters
from telephony.media.reception import LAST_NUMBER, MAX_DIFFERENCE, MAX_GAP, MAX_LATE, TIMED, Reception

SSRC, OTHER = b"\0\0\0\1", b"\0\0\0\2"


def counted(*sources: tuple[bytes, Iterable[int]]) -> tuple[int, int]:
    """How many packets are missing and late of these, fed one after the other as a leg feeds them."""
    counters = Counters()
    reception = Reception(counters)
    for ssrc, numbers in sources:
        for number in numbers:
            sequence = number & LAST_NUMBER
            if sequence == reception.due:
                reception.due = sequence + 1 & LAST_NUMBER
            else:
                reception.jump(sequence, ssrc)
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


# ---- of one leg


def packet(sequence: int, timestamp: int, payload_type: int = 8) -> bytearray:
    """The header of one."""
    numbers = sequence & LAST_NUMBER, timestamp % (1 << 32), 1
    return bytearray(struct.pack("!BBHII", 0x80, payload_type, *numbers))


def fed(packets: Iterable[tuple[bytearray, float]]) -> Reception:
    """As a leg feeds them, with the times that they come at."""
    reception = Reception(Counters())
    reception.rates = {8: 8000}
    for data, now in packets:
        sequence = data[2] << 8 | data[3]
        if sequence == reception.due:
            reception.due = sequence + 1 & LAST_NUMBER
            if not sequence & TIMED:
                reception.look(data, now)
        else:
            reception.jump(sequence, bytes(data[8:12]))
    return reception


def test_packets_and_losses_of_a_leg_are_counted_over_many_rounds_of_the_numbers() -> None:
    numbers = [number for number in range(60_001, 200_000) if number % 1000]

    reception = fed((packet(number, 160 * number), 0.02 * number) for number in numbers)

    assert (reception.packets, reception.lost) == (len(numbers), 139)
    share, lost, highest, _ = reception.report()
    assert (share, lost, highest & LAST_NUMBER) == (139 * 256 // 139_999, 139, 199_999 & LAST_NUMBER)


def test_the_share_lost_is_of_what_came_since_the_last_report() -> None:
    reception = fed((packet(number, 160 * number), 0.0) for number in range(100))
    assert reception.report()[:2] == (0, 0)
    assert reception.report()[0] == 0

    for number in (*range(100, 150), *range(200, 250)):
        reception.jump(number, b"\0\0\0\1")

    assert reception.report()[:2] == (256 * 50 // 150, 50)


def test_nothing_came() -> None:
    reception = Reception(Counters())

    assert (reception.packets, reception.lost, reception.jitter, reception.ssrc) == (0, 0, None, b"")


@pytest.mark.parametrize("first", [0, (1 << 32) - 160 * 40], ids=["", "round the timestamp's end"])
def test_packets_on_time_have_no_jitter(first: int) -> None:
    reception = fed((packet(number, first + 160 * number), 50 + 0.02 * number) for number in range(100))

    assert reception.jitter == pytest.approx(0.0, abs=1e-9)
    assert reception.report()[3] == 0


def test_jitter_is_how_much_earlier_or_later_they_come_than_they_were_spoken() -> None:
    """Each timed packet comes 10 ms early or late, by turns: two that are compared differ by 20."""
    late = {number: 0.010 if number // 8 % 2 else -0.010 for number in range(4000)}
    reception = fed((packet(number, 160 * number), 0.02 * number + late[number]) for number in range(4000))

    assert reception.jitter == pytest.approx(0.020)
    assert reception.report()[3] == pytest.approx(160, abs=1)  # in units of 1/8000 s


def test_pauses_of_the_sender_and_keys_are_no_jitter() -> None:
    keys = [(packet(number, 0, 101), 0.02 * number) for number in range(100, 200)]
    sound = [(packet(number, 160 * number), 0.02 * number) for number in (*range(100), *range(200, 300))]
    later = [(data, now + 2 * MAX_DIFFERENCE) for data, now in sound[100:]]

    assert fed(sound[:100] + keys + later).jitter == pytest.approx(0.0, abs=1e-9)


def test_another_source_is_not_compared_with_the_one_before() -> None:
    other = [packet(number, 10_000 + 160 * number) for number in range(100)]
    for data in other:
        data[8:12] = b"\0\0\0\2"
    one = [(packet(1000 + number, 160 * number), 0.02 * number) for number in range(100)]

    reception = fed(one + [(data, 2.0 + 0.02 * number) for number, data in enumerate(other)])

    assert reception.jitter == pytest.approx(0.0, abs=1e-9)
    assert (reception.packets, reception.lost) == (200, 0)
