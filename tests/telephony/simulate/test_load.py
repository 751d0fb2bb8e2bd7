from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.simulate.draws import Draws
from telephony.simulate.load import Load, LoadInvalid, calls_of, knowledge_of, period_of, read_load
from telephony.simulate.values import MAX_CALLS, TooManyCalls
from tests.support.plans import BYGGLOV, MAIN
from tests.support.simulated import came

TEXT = """
date = 2026-12-07
[calls]
"08-53061000" = 400
"+46853061201" = 40.5
[profile]
"08:00" = 3
"08:30" = 1
"12:00" = 0
[means]
talk = 90
"""


def test_a_load_is_read_with_what_it_leaves_out() -> None:
    load = read_load(TEXT)

    assert load.date == date(2026, 12, 7)
    assert dict(load.calls) == {MAIN: 400.0, BYGGLOV: 40.5}
    assert (load.means.talk, load.means.patience, load.means.answer) == (90.0, 120.0, 8.0)


def test_the_example_is_a_load() -> None:
    load = read_load(Path("deploy/load.toml").read_text("utf-8"))

    assert 600 < len(calls_of(load, Draws(1))) < 800


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2026-12-07", "2026-12-07T08:00:00", "date: must be a date such as 2026-12-07"),
        ("2026-12-07", '"7 december"', "date: must be a date such as 2026-12-07"),
        ("2026-12-07", "20261207", "date: must be a date such as 2026-12-07"),
        ("2026-12-07", "1926-12-07", "date: must be from 2000-01-01 to 2199-12-31"),
        ("08-53061000", "kontaktcenter", "must be a number such as +46853061000"),
        ("400", "-1", "greater than or equal to 0"),
        ("400", "nan", "finite number"),
        ('"08:30"', '"08:15"', "must be a half-hour"),
        ('"08:30"', '"8.30"', "must be a half-hour"),
        ("talk", "speech", "means.speech: Extra inputs"),
        ("talk = 90", "talk = 0", "means.talk: Input should be greater than or equal to 1"),
        ("[means]", '[staff.kc]\n"08:00" = -1\n[means]', "staff.kc.08:00: Input should be greater"),
        ("[means]", '[staff.kc]\n"08:00" = 1.5\n[means]', "staff.kc.08:00: Input should be a valid integer"),
        ("[means]", '[staff.kc]\n"08:10" = 1\n[means]', "must be a half-hour"),
        ("[means]", "[staff.kc]\n[means]", "staff.kc: Dictionary should have at least 1 item"),
        ("[calls]", "[calls", "must be TOML"),
        ("[calls]", "calls = 3\n[other]", "calls: Input should be a valid dictionary"),
        ('3\n"08:30" = 1', "0", "profile: must have a share above 0"),
        ('"+46853061201"', '"+46853061000"', "calls: names 08-530 610 00 twice"),
    ],
)
def test_what_is_no_load_is_said(old: str, new: str, said: str) -> None:
    with pytest.raises(LoadInvalid) as refused:
        calls_of(read_load(TEXT.replace(old, new, 1)), Draws(1))

    assert said in str(refused.value)


def test_a_date_may_be_text_as_in_json() -> None:
    assert read_load(TEXT.replace("2026-12-07", '"2026-12-07"')) == read_load(TEXT)


def test_calls_come_when_the_profile_says_in_local_time() -> None:
    calls = [call for seed in range(8) for call in calls_of(read_load(TEXT), Draws(seed))]

    begin = datetime(2026, 12, 7, 7, tzinfo=UTC)
    early = [call for call in calls if call.arrived_at < begin + timedelta(minutes=30)]
    assert all(begin <= call.arrived_at < begin + timedelta(hours=1) for call in calls)
    assert len(early) / len(calls) == pytest.approx(0.75, abs=0.03)
    assert {call.dialled for call in calls} == {MAIN, BYGGLOV}


@given(seed=st.integers(0, 10_000), mean=st.floats(0, 300))
def test_so_many_calls_come_by_chance_and_the_same_for_a_seed(seed: int, mean: float) -> None:
    load = Load.model_validate({"date": "2026-12-07", "calls": {MAIN: mean}, "profile": {"08:00": 1.0}})

    calls = calls_of(load, Draws(seed))

    assert abs(len(calls) - mean) <= 6 * mean**0.5 + 8
    assert calls == calls_of(load, Draws(seed))
    assert len({call.id for call in calls}) == len(calls)


def test_a_load_has_a_bound() -> None:
    document = {"date": "2026-12-07", "profile": {"08:00": 1.0}}

    with pytest.raises(TooManyCalls):
        calls_of(Load.model_validate({**document, "calls": {MAIN: 30_000, BYGGLOV: 30_000}}), Draws(1))
    # On average as many as are allowed: by chance it may be one more
    load = Load.model_validate({**document, "calls": {MAIN: MAX_CALLS}})
    sizes = []
    for seed in range(4):
        try:
            sizes.append(len(calls_of(load, Draws(seed))))
        except TooManyCalls:
            sizes.append(MAX_CALLS + 1)
    assert max(sizes) > MAX_CALLS and min(sizes) <= MAX_CALLS


def test_everybody_behaves_by_the_means() -> None:
    knowledge = knowledge_of(read_load(TEXT), Draws(1))

    talks = [knowledge.talks_for(came(f"c{n}")) for n in range(1000)]
    assert sum(talks) / 1000 == pytest.approx(90.0, rel=0.1)
    assert "90 s" in knowledge.invented[2]


def test_its_period_is_the_local_day() -> None:
    assert period_of(read_load(TEXT)) == (
        datetime(2026, 12, 6, 23, tzinfo=UTC),
        datetime(2026, 12, 7, 23, tzinfo=UTC),
    )
