"""Who takes part in answering."""

from datetime import UTC, datetime, timedelta

from telephony.call.duty import ALL_GROUPS, Duties, Duty, Pause, Rest, RestKind

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def test_who_has_said_nothing_takes_part() -> None:
    assert Duty().is_on("anna", "bygglov")


def test_who_has_left_one_group_takes_part_in_the_others() -> None:
    duty = Duty()
    duty.log_out("anna", "bygglov", NOW)
    assert not duty.is_on("anna", "bygglov")
    assert duty.is_on("anna", "miljo")
    assert duty.logged_out_since("anna", "bygglov") == NOW
    duty.log_in("anna", "bygglov")
    assert duty.is_on("anna", "bygglov")


def test_who_has_left_all_groups_takes_part_in_none() -> None:
    duty = Duty()
    duty.log_out("anna", ALL_GROUPS, NOW)
    assert not duty.is_on("anna", "bygglov")
    duty.log_in("anna", ALL_GROUPS)
    assert duty.is_on("anna", "bygglov")


def test_to_leave_twice_keeps_the_first_time() -> None:
    duty = Duty()
    duty.log_out("anna", ALL_GROUPS, NOW)
    duty.log_out("anna", ALL_GROUPS, LATER)
    assert duty.logged_out_since("anna", "bygglov") == NOW


def test_to_come_back_to_one_group_leaves_the_others_as_they_are() -> None:
    duty = Duty()
    duty.log_out("anna", "bygglov", NOW)
    duty.log_out("anna", "miljo", NOW)
    duty.log_in("anna", "bygglov")
    assert not duty.is_on("anna", "miljo")


def test_a_pause_is_of_all_groups_and_keeps_its_beginning() -> None:
    duty = Duty()
    duty.begin_pause("anna", "Lunch", NOW)
    duty.begin_pause("anna", "Möte", LATER)
    assert duty.pause("anna") == Pause("Möte", NOW)
    assert not duty.is_on("anna", "bygglov")
    duty.end_pause("anna")
    assert duty.is_on("anna", "bygglov")


def test_after_a_call_there_is_time_to_write_down_what_it_was_about() -> None:
    duty = Duty()
    duty.answer("anna", "c.1", MINUTE)
    assert duty.is_on("anna", "bygglov")
    duty.leg_over("c.1")
    duty.freed("anna", NOW)
    assert duty.rest("anna") == Rest(RestKind.WRAP_UP, NOW, NOW + MINUTE)
    assert not duty.is_on("anna", "bygglov")
    duty.end_rest("anna")
    assert duty.is_on("anna", "bygglov")


def test_without_such_a_time_there_is_no_rest() -> None:
    duty = Duty()
    duty.answer("anna", "c.1", timedelta())
    duty.leg_over("c.1")
    duty.freed("anna", NOW)
    assert duty.rest("anna") is None


def test_of_two_calls_the_longer_time_begins_once_the_member_is_free() -> None:
    duty = Duty()
    duty.answer("anna", "c.1", 2 * MINUTE)
    duty.answer("anna", "d.1", MINUTE)
    duty.leg_over("c.1")
    duty.leg_over("d.1")
    assert duty.rest("anna") is None
    duty.freed("anna", NOW)
    assert duty.rest("anna") == Rest(RestKind.WRAP_UP, NOW, NOW + 2 * MINUTE)
    duty.freed("anna", NOW + MINUTE)
    assert duty.rest("anna") == Rest(RestKind.WRAP_UP, NOW, NOW + 2 * MINUTE)


def test_missed_offers_are_counted_until_one_is_answered_or_a_pause_begins() -> None:
    duty = Duty()
    duty.miss("anna")
    duty.miss("anna")
    duty.miss("bo")
    assert duty.missed("anna") == 2
    duty.answer("anna", "c.1", timedelta())
    duty.begin_pause("bo", "missed", NOW)
    assert duty.missed("anna") == duty.missed("bo") == 0


def test_all_of_it_is_carried_over() -> None:
    before, after = Duty(), Duty()
    before.begin_pause("anna", "Lunch", NOW)
    before.log_out("bo", "bygglov", NOW)
    before.miss("cia")
    before.begin_rest("cia", Rest(RestKind.MISSED, NOW, LATER))
    after.begin_pause("dan", "Möte", NOW)
    after.carried(before.carry())
    assert after.carry() == before.carry()
    assert before.carry() == Duties(
        {"anna": Pause("Lunch", NOW)},
        {"bo": {"bygglov": NOW}},
        {"cia": Rest(RestKind.MISSED, NOW, LATER)},
        {"cia": 1},
    )
    assert after.resting() == {"cia": Rest(RestKind.MISSED, NOW, LATER)}


def test_a_step_of_the_clock_moves_the_times_along() -> None:
    duty = Duty()
    duty.begin_pause("anna", "Lunch", NOW)
    duty.log_out("bo", "bygglov", NOW)
    duty.begin_rest("cia", Rest(RestKind.MISSED, NOW, LATER))
    duty.shift(MINUTE)
    assert duty.pause("anna") == Pause("Lunch", NOW + MINUTE)
    assert duty.logged_out_since("bo", "bygglov") == NOW + MINUTE
    assert duty.rest("cia") == Rest(RestKind.MISSED, NOW + MINUTE, LATER + MINUTE)
