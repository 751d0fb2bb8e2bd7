"""routing/gather_calendar.py: a calendar with what it takes from its base."""

import json

import pytest

from routing.errors import BaseLoop
from routing.gather_calendar import chain, gather, says_its_week
from routing.plan_calendar import Calendar

OFFICE = {"mon": ["08:00-16:30"]}


def calendars(**parts: dict[str, object]) -> dict[str, Calendar]:
    return {name: Calendar.model_validate(each) for name, each in parts.items()}


def test_the_week_is_that_of_the_first_that_has_one() -> None:
    known = calendars(a={"based_on": "b"}, b={"based_on": "c", "open": "always"}, c={"weekly": OFFICE})

    assert gather("a", known).week == ("calendars.b", known["b"])
    assert [says_its_week(known[name]) for name in "abc"] == [False, True, True]
    assert gather("c", calendars(c={})).week[0] == "calendars.c"


def test_entries_come_with_their_places_and_the_breaks_of_those_before() -> None:
    day = {"date": "2027-03-01", "note": "n"}
    text = {"holidays": "SE", "holiday_eves": True, "breaks": ["10:00-10:15"], "deviations": [day]}
    known = calendars(a={"based_on": "b", "breaks": ["12:00-13:00"]}) | {
        "b": Calendar.model_validate_json(json.dumps(text))
    }

    whole = gather("a", known)

    assert [where for where, _ in whole.breaks] == ["calendars.a.breaks[0]", "calendars.b.breaks[0]"]
    ((where, _, breaks),) = whole.deviations
    assert where == "calendars.b.deviations[0]"
    assert [path for path, _ in breaks] == ["calendars.a.breaks[0]"]
    assert (whole.holidays_path, whole.eves) == ("calendars.b", True)
    assert "Julafton" in whole.holidays().values()
    assert gather("a", calendars(a={})).holidays() == {}


def test_a_ring_and_a_base_that_is_none_are_told() -> None:
    with pytest.raises(BaseLoop, match="a -> b -> a"):
        list(chain("a", calendars(a={"based_on": "b"}, b={"based_on": "a"})))
    with pytest.raises(KeyError, match="gone"):
        list(chain("a", calendars(a={"based_on": "gone"})))
