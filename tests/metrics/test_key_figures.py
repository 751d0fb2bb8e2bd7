import json

import pytest

from metrics.key_figures import FORMULAS, THRESHOLD_SECONDS, Tally, key_figures

DAY = Tally(
    offered=100,
    answered=70,
    answered_in_time=56,
    abandoned=30,
    abandoned_short=10,
    closed=25,
    answer_seconds=1050.0,
    talk_seconds=8400.0,
)
"""The example day of the domain facts, with closing time and durations added."""


def figures(tally: Tally) -> dict[str, float | None]:
    return {figure.formula.id: figure.value for figure in key_figures(tally)}


def test_the_usual_service_levels_of_one_day_differ() -> None:
    found = figures(DAY)

    assert [
        round(found[name] or 0.0, 1)
        for name in (
            "service_level_of_answered",
            "service_level_of_settled",
            "service_level_of_offered",
            "service_level_less_short",
        )
    ] == [80.0, 66.0, 56.0, 62.2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("answered_share", 70.0),
        ("abandoned_share", 30.0),
        ("abandoned_late_share", 20.0),
        ("closed_share", 20.0),
        ("nobody_there_share", 0.0),
        ("average_answer_seconds", 15.0),
        ("average_talk_seconds", 120.0),
    ],
)
def test_the_other_figures_of_the_day(name: str, value: float) -> None:
    assert figures(DAY)[name] == value


def test_without_calls_there_is_nothing_to_say() -> None:
    assert set(figures(Tally()).values()) == {None}


def test_a_day_with_nobody_there_has_shares_but_no_time_to_answer() -> None:
    found = figures(Tally(offered=4, nobody_there=4))

    assert found["answered_share"] == 0.0
    assert found["nobody_there_share"] == 100.0
    assert found["average_answer_seconds"] is None


def test_ids_are_unique_and_every_formula_names_counts_of_the_tally() -> None:
    assert len({formula.id for formula in FORMULAS}) == len(FORMULAS)
    counts = set(DAY.to_json())
    for formula in FORMULAS:
        assert {*formula.over, *formula.under} <= counts
        assert formula.version >= 1
        assert formula.unit in ("%", "s")


def test_what_has_a_limit_says_so() -> None:
    limited = {"answered_in_time", "abandoned_short", "abandoned_late"}
    for formula in FORMULAS:
        has_limit = bool(limited & {*formula.over, *formula.under})
        assert formula.threshold == (THRESHOLD_SECONDS if has_limit else None)


def test_a_figure_can_be_worked_out_again_from_its_object_and_the_counts() -> None:
    counts = json.loads(json.dumps(DAY.to_json()))
    for figure in key_figures(DAY):
        said = json.loads(json.dumps(figure.to_json()))
        over, under = ([counts[name] for name in said[side]] for side in ("over", "under"))
        scale = 100 if said["unit"] == "%" else 1
        assert said["value"] == round(scale * sum(over) / sum(under), 2)


def test_the_object_of_a_figure() -> None:
    first, *_ = key_figures(Tally(answered=3, answered_in_time=2))

    assert first.to_json() == {
        "id": "service_level_of_answered",
        "version": 1,
        "name": "Servicenivå av besvarade",
        "words": "answered in time / answered",
        "over": ["answered_in_time"],
        "under": ["answered"],
        "unit": "%",
        "threshold_seconds": 20.0,
        "value": 66.67,
    }
    assert key_figures(Tally())[0].to_json()["value"] is None
