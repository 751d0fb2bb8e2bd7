"""Who was not let in: counted for ever, told once, and a flood of kinds is told as such."""

from telephony.legs.refusals import MAX_KINDS, NotLetIn, Refusals, Why

STRANGER = NotLetIn(Why.STRANGER, "INVITE", "192.0.2.9")


def test_what_was_not_told_is_told_once_with_how_often() -> None:
    refusals = Refusals()
    refusals.note(STRANGER)
    refusals.note(STRANGER)

    assert refusals.untold() == [(STRANGER, 2)]
    assert refusals.untold() == []
    assert refusals.counts == {Why.STRANGER: 2}


def test_a_flood_from_many_addresses_takes_no_more_memory() -> None:
    refusals = Refusals()
    for address in range(1000):
        refusals.note(NotLetIn(Why.STRANGER, "INVITE", f"10.0.{address // 256}.{address % 256}"))

    told = refusals.untold()

    assert len(told) == MAX_KINDS + 1
    assert told[-1] == (NotLetIn(Why.OTHER, "", ""), 1000 - MAX_KINDS)
    assert refusals.counts == {Why.STRANGER: 1000}
