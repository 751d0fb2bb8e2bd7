"""routing/plan_calendar.py: calendars as a plan writes them."""

import pytest
from pydantic import ValidationError

from routing.plan_calendar import Calendar, HolidayRule


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"closes": "15:00"}, "must have either day_before"),
        ({"day_before": "any", "between": True, "closes": "15:00"}, "must have either day_before"),
        ({"day_before": "any"}, 'must have either closes = "15:00" or intervals'),
        ({"between": True, "closes": "15:00", "intervals": []}, "and not both"),
        ({"day_before": [], "closes": "15:00"}, "day_before"),
        ({"day_before": ["Luciadagen"], "closes": "15:00"}, "Trettondedag jul"),
        ({"day_before": [{"name": "Juldagen"}], "closes": "15:00"}, 'must be "any" or a list of holidays'),
        ({"day_before": "Juldagen", "closes": "15:00"}, 'must be "any" or a list of holidays'),
        ({"day_before": "any", "closes": 15}, 'must be text such as "15:00"'),
        ({"day_before": "any", "closes": "15.00"}, 'must be "HH:MM"'),
    ],
)
def test_a_rule_says_one_day_and_one_thing(parts: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        HolidayRule.model_validate({"note": "n", **parts})


def test_a_calendar_is_written_as_it_was_read() -> None:
    text = {
        "based_on": "kommunen",
        "breaks": ["12:00-13:00"],
        "rules": [
            {"day_before": ["Nyårsdagen"], "closes": "15:00", "note": "n"},
            {"between": True, "intervals": [], "note": "k"},
        ],
    }

    calendar = Calendar.model_validate(text)

    assert Calendar.model_validate_json(calendar.model_dump_json()) == calendar
    assert calendar.model_dump(mode="json")["rules"][0]["closes"] == "15:00"
