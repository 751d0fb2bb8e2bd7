from datetime import timedelta

import pytest

from telephony.call.duty_facts import MemberLoggedIn, MemberLoggedOut
from telephony.simulate.load import Load, LoadInvalid
from telephony.simulate.staffing import duties_of
from tests.support.plans import MAIN, tables_of
from tests.support.simulated import DAY

TABLES = tables_of()


def load(**staff: dict[str, int]) -> Load:
    return Load.model_validate(
        {"date": "2026-11-24", "calls": {MAIN: 10}, "profile": {"09:00": 1}, "staff": staff}
    )


def test_so_many_are_there_from_each_half_hour_on_as_the_load_says() -> None:
    found = duties_of(load(kc={"12:00": 1, "08:00": 2, "16:30": 0}), TABLES, DAY[0])

    told = [(fact.at - DAY[0], type(fact), fact.member) for fact in found]
    hour = timedelta(hours=1)
    assert told == [
        (0 * hour, MemberLoggedOut, "amina"),
        (0 * hour, MemberLoggedOut, "bengt"),
        (8 * hour, MemberLoggedIn, "amina"),
        (8 * hour, MemberLoggedIn, "bengt"),
        (12 * hour, MemberLoggedOut, "bengt"),
        (16.5 * hour, MemberLoggedOut, "amina"),
    ]
    assert {fact.group for fact in found if isinstance(fact, MemberLoggedIn | MemberLoggedOut)} == {"kc"}


def test_staff_that_the_plan_does_not_have_is_refused() -> None:
    with pytest.raises(LoadInvalid, match=r"staff\.x: the plan has no such group, but: bygglov, kc"):
        duties_of(load(x={"08:00": 1}), TABLES, DAY[0])
    with pytest.raises(LoadInvalid, match=r"staff\.kc: has 2 members, so at most as many are there"):
        duties_of(load(kc={"08:00": 3}), TABLES, DAY[0])
