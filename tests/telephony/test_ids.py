from datetime import UTC, datetime, timedelta
from uuid import UUID

from telephony.ids import call_ids, token, uuid7


def test_a_uuid7_has_its_version_variant_and_time() -> None:
    made = UUID(uuid7(0x0123456789AB, (1 << 74) - 1))

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == 0x0123456789AB


def test_the_example_of_rfc_9562_appendix_a6() -> None:
    random_bits = (0xCC3 << 62) | 0x18C4DC0C0C07398F

    assert uuid7(0x017F22E279B0, random_bits) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_uuid7s_sort_by_time() -> None:
    assert uuid7(1, 2**74 - 1) < uuid7(2, 0)


def test_tokens_are_long_and_differ() -> None:
    tokens = {token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(text) for text in tokens} == {20}


def test_ids_of_calls_are_in_the_order_of_their_time_and_never_the_same() -> None:
    now = datetime(2026, 11, 26, 9, tzinfo=UTC)
    times = iter([now, now, now + timedelta(milliseconds=1)])
    new_call = call_ids(lambda: next(times))
    first, second, later = new_call(), new_call(), new_call()

    assert first != second
    assert later > max(first, second)
    assert first.startswith(uuid7(int(now.timestamp() * 1000), 0)[:13])
