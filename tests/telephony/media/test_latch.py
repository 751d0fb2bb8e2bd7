import pytest

from telephony.media.latch import LATCH_SECONDS, Latch, RtcpLatch

SAID = ("192.0.2.10", 4000)
NAT = ("198.51.100.7", 61000)
ATTACKER = ("203.0.113.66", 5004)
START = 100.0
LATE = START + LATCH_SECONDS + 0.001


@pytest.fixture
def latch() -> Latch:
    latch = Latch(signalled_from=NAT[0])
    latch.aim(SAID, START)
    return latch


def test_sound_goes_where_the_session_description_says_until_some_comes(latch: Latch) -> None:
    assert latch.destination == SAID


def test_nobody_is_believed_and_nothing_sent_before_a_session_description() -> None:
    latch = Latch()

    assert not latch.accept(SAID, START)
    assert latch.destination is None


def test_a_host_that_is_in_no_net_is_never_believed() -> None:
    latch = Latch(NAT[0], lambda host: host == NAT[0])
    latch.aim(SAID, START)

    assert not latch.accept(ATTACKER, START)
    assert not latch.accept(SAID, START)
    assert latch.accept(NAT, LATE - 1)


def test_settles_on_the_address_of_the_session_description(latch: Latch) -> None:
    assert latch.accept(SAID, START + 0.5)

    assert not latch.accept(ATTACKER, START + 0.6)
    assert latch.accept(SAID, LATE)
    assert latch.destination == SAID


def test_believes_the_address_of_the_session_description_however_late_it_comes(latch: Latch) -> None:
    assert latch.accept(SAID, START + 3600)


def test_settles_on_the_first_other_source_in_time(latch: Latch) -> None:
    assert latch.accept(NAT, START + LATCH_SECONDS)

    assert latch.destination == NAT
    assert latch.accept(NAT, LATE)
    assert not latch.accept(ATTACKER, START + LATCH_SECONDS)


def test_refuses_another_source_that_comes_too_late(latch: Latch) -> None:
    assert not latch.accept(ATTACKER, LATE)

    assert latch.destination == SAID


def test_the_session_descriptions_address_wins_over_another_while_there_is_time(latch: Latch) -> None:
    latch.accept(ATTACKER, START + 0.1)

    assert latch.accept(SAID, START + 0.2)
    assert not latch.accept(ATTACKER, START + 0.3)
    assert latch.destination == SAID


def test_another_source_stays_when_the_time_is_over(latch: Latch) -> None:
    latch.accept(NAT, START + 0.1)

    assert not latch.accept(SAID, LATE)
    assert latch.destination == NAT


@pytest.mark.parametrize("phone", [SAID, NAT, ("192.0.2.10", 4010)])
def test_a_stranger_who_was_quicker_gives_way_when_the_phone_speaks(
    latch: Latch, phone: tuple[str, int]
) -> None:
    assert latch.accept(ATTACKER, START + 0.1)

    assert latch.accept(phone, LATE)
    assert latch.destination == phone
    assert not latch.accept(ATTACKER, LATE)
    assert not latch.accept(("203.0.113.67", 5004), LATE)


def test_one_stranger_does_not_give_way_to_another(latch: Latch) -> None:
    latch.accept(ATTACKER, START + 0.1)

    assert not latch.accept(("203.0.113.67", 5004), START + 0.2)


def test_a_new_address_frees_the_latch(latch: Latch) -> None:
    latch.accept(SAID, START)
    moved = ("192.0.2.20", 6000)

    latch.aim(moved, START + 60)

    assert latch.destination == moved
    assert not latch.accept(SAID, START + 60 + LATCH_SECONDS + 0.001)
    assert latch.accept(moved, START + 70)


def test_the_same_address_again_moves_nothing(latch: Latch) -> None:
    latch.accept(NAT, START)

    latch.aim(SAID, START + 60)

    assert latch.destination == NAT
    assert not latch.accept(ATTACKER, START + 60)
    assert not latch.accept(SAID, START + 60)


def test_the_time_to_settle_begins_again_while_no_sound_has_come(latch: Latch) -> None:
    latch.aim(SAID, START + 20)

    assert latch.accept(NAT, START + 21)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_unspecified_address_moves_nothing(latch: Latch, host: str) -> None:
    latch.accept(NAT, START)

    latch.aim((host, 4000), START + 60)
    latch.aim(SAID, START + 90)

    assert latch.destination == NAT


def test_reports_go_to_the_port_above_until_some_come(latch: Latch) -> None:
    assert RtcpLatch(latch).destination == ("192.0.2.10", 4001)


def test_reports_are_believed_from_the_first_port_of_the_host_that_the_sound_goes_to(latch: Latch) -> None:
    latch.accept(NAT, START)
    reports = RtcpLatch(latch)

    assert not reports.accept(("203.0.113.66", 61001))
    assert reports.accept(("198.51.100.7", 50000))
    assert reports.accept(("198.51.100.7", 50000))
    assert not reports.accept(("198.51.100.7", 50001))
    assert reports.destination == ("198.51.100.7", 50000)


def test_the_source_of_reports_is_freed_with_that_of_the_sound(latch: Latch) -> None:
    reports = RtcpLatch(latch)
    reports.accept(("192.0.2.10", 50000))

    latch.aim(("192.0.2.10", 6000), START + 60)

    assert reports.destination == ("192.0.2.10", 6001)
    assert reports.accept(("192.0.2.10", 6001))


def test_no_reports_are_sent_or_taken_before_a_session_description() -> None:
    reports = RtcpLatch(Latch())

    assert reports.destination is None
    assert not reports.accept(SAID)


def test_there_is_no_port_above_the_last() -> None:
    latch = Latch()
    latch.aim(("192.0.2.10", 65535), START)

    assert RtcpLatch(latch).destination is None
