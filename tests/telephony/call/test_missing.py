"""telephony/call/missing.py: how an offer was missed, and what follows. (In calls: test_queueing.)"""

import pytest

from telephony.call import duty_facts as d
from telephony.call.house import House
from telephony.call.missing import missed, why_missed
from tests.support.calls import NOON, after


@pytest.mark.parametrize(
    ("status", "withdrawn", "why"),
    [
        (0, "ring_time", "ring_time"),
        (0, "unconfirmed", "ring_time"),
        (0, "no_response", "unreachable"),
        (0, "declined", "declined"),
        (302, "", "forwarded"),
        (480, "", "unreachable"),
        (486, "", "declined"),
        (603, "", "declined"),
    ],
)
def test_how_it_was_not_taken(status: int, withdrawn: str, why: str) -> None:
    assert why_missed(status, withdrawn) == why


@pytest.mark.parametrize(
    ("why", "limit", "is_paused"),
    [("declined", 2, True), ("declined", 3, False), ("declined", 0, False), ("forwarded", 1, False)],
)
def test_who_has_missed_so_many_has_a_pause(why: str, limit: int, is_paused: bool) -> None:
    house = House()
    offer = d.OfferMissed(at=NOON, member="anna", by="", call="c", group="kc", why=why, until=after(5))
    house.evolve(
        d.OfferMissed(at=NOON, member="anna", by="", call="b", group="kc", why="ring_time", until=NOON)
    )

    facts = missed(offer, limit, house)
    assert facts[0] is offer
    assert [fact.member for fact in facts[1:] if isinstance(fact, d.MemberPaused)] == ["anna"] * is_paused
