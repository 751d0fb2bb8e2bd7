"""How long names mean what DNS said, on a clock of the test."""

import pytest
from structlog.testing import capture_logs

from routing.places import Found, Named
from telephony.name_book import KEEP_SECONDS, MAX_TTL, MIN_TTL, NameBook, Remembered

NAME = Named("pbx.example.se", None, "TLS")
OTHER = Named("sos.example.se", 5060, "UDP")
FIRST = (Found(0, 0, (NAME.at("192.0.2.1", 5061),)),)
SECOND = (Found(0, 0, (NAME.at("192.0.2.2", 5061),)),)


@pytest.fixture(name="book")
def _book() -> NameBook:
    book = NameBook()
    book.load([NAME], 100.0)
    return book


def test_a_new_name_is_looked_up_at_once_and_means_nothing_until_then(book: NameBook) -> None:
    assert book.places(NAME) == book.places(OTHER) == ()
    assert book.next_due() == 100.0
    assert book.take_due(100.0) == [NAME]
    assert book.take_due(100.0) == []  # it is being looked up
    assert book.next_due() == float("inf")


@pytest.mark.parametrize(
    ("ttl", "due"),
    [(1000.0, 800.0), (0.0, 0.8 * MIN_TTL), (1e9, 0.8 * MAX_TTL)],
    ids=["ttl", "floor", "ceiling"],
)
def test_it_is_looked_up_again_before_the_answer_is_too_old(book: NameBook, ttl: float, due: float) -> None:
    book.take_due(100.0)

    assert book.answered(NAME, FIRST, ttl, 100.0)

    assert book.places(NAME) == FIRST
    assert book.next_due() == 100.0 + due
    assert book.take_due(100.0 + due) == [NAME]
    assert not book.answered(NAME, FIRST, ttl, 200.0)
    assert book.answered(NAME, SECOND, ttl, 300.0)


def test_while_dns_is_away_the_last_answer_is_used_for_a_week(book: NameBook) -> None:
    book.answered(NAME, FIRST, 300.0, 100.0)

    with capture_logs() as logged:
        assert not book.failed(NAME, "no answer", 340.0)
        assert book.unconfirmed(350.0) == 0
        assert book.next_due() == 345.0
        assert not book.failed(NAME, "no answer", 345.0)
        assert book.next_due() == 355.0
        for _ in range(10):
            book.failed(NAME, "no answer", 500.0)
        assert book.next_due() == 560.0  # no rarer than that
        assert book.unconfirmed(500.0) == 1
        assert not book.failed(NAME, "no answer", 99.0 + KEEP_SECONDS)
        assert book.places(NAME) == FIRST
        assert book.failed(NAME, "no answer", 100.0 + KEEP_SECONDS)
        assert book.places(NAME) == ()
        assert book.answered(NAME, FIRST, 300.0, 200.0 + KEEP_SECONDS)

    told = [(each["event"], each["log_level"], each.get("kept")) for each in logged]
    assert told == [
        ("gateway_name_not_resolved", "warning", True),
        ("gateway_name_not_resolved", "error", False),
        ("gateway_name_resolved", "info", None),
    ]
    assert book.unconfirmed(200.0 + KEEP_SECONDS) == 0


def test_a_name_that_never_had_an_answer_is_told_and_counted(book: NameBook) -> None:
    with capture_logs() as logged:
        assert not book.failed(NAME, "pbx.example.se has no address", 101.0)

    assert (logged[0]["log_level"], logged[0]["problem"]) == ("error", "pbx.example.se has no address")
    assert book.unconfirmed(101.0) == 1


def test_another_plan_keeps_what_is_known_and_forgets_who_has_left(book: NameBook) -> None:
    book.answered(NAME, FIRST, 300.0, 100.0)

    book.load([NAME, OTHER], 110.0)
    assert book.places(NAME) == FIRST
    assert book.take_due(110.0) == [OTHER]

    book.load([OTHER], 120.0)
    assert book.places(NAME) == ()
    assert not book.answered(NAME, SECOND, 300.0, 121.0)  # it was still being looked up
    assert not book.failed(NAME, "no answer", 121.0)
    assert book.known(121.0) == {}


def test_what_an_earlier_life_knew_is_used_until_it_is_too_old() -> None:
    book = NameBook()

    book.load([NAME, OTHER], 0.0, {NAME: Remembered(FIRST, 3600.0), OTHER: Remembered(SECOND, KEEP_SECONDS)})

    assert (book.places(NAME), book.places(OTHER)) == (FIRST, ())
    assert book.take_due(0.0) == [NAME, OTHER]
    assert book.known(10.0) == {NAME: Remembered(FIRST, 3610.0)}
    assert book.failed(NAME, "no answer", KEEP_SECONDS - 3600.0)
