"""Each strategy's order, and what is true of all of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from routing.compile import compile_plan
from routing.decide import decide
from routing.decision import Strategy
from routing.explain import explain_lines, question_of
from routing.explain_swedish import swedish_lines
from routing.hunt import in_order
from routing.plan import Plan
from routing.tables import Tables
from tests.support.plans import Presence

MAIN = "+46853061000"
NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
NAMES = ("anna", "bo", "cecilia", "david")


def tables(strategy: Strategy, **more: object) -> Tables:
    return compile_plan(
        Plan.model_validate(
            {
                "municipality": {"name": "Botkyrka", "main_number": MAIN, "contact_centre": "kc"},
                "phones": {name: {"display": name} for name in NAMES},
                "people": {name: {"name": name, "phones": [name]} for name in NAMES},
                "groups": {"kc": {"name": "KC", "members": NAMES, "strategy": strategy, **more}},
                "calendars": {"alltid": {"open": "always"}},
                "numbers": {MAIN: {"function": "KC", "calendar": "alltid", "destination": {"group": "kc"}}},
            }
        )
    )


def order(strategy: Strategy, known: Presence | None = None, draw: float = 0.0, **more: object) -> list[str]:
    group = tables(strategy, **more).groups["kc"]
    return [person.key for person in in_order(group, known or Presence(), NOON, draw)]


def ago(minutes: int) -> datetime:
    return NOON - timedelta(minutes=minutes)


@pytest.mark.parametrize("strategy", [Strategy.ALL, Strategy.LINEAR])
def test_all_and_linear_keep_the_order_of_the_plan(strategy: Strategy) -> None:
    busy = Presence(idle={"anna": ago(1)}, answered={"anna": 9}, first={"kc": "anna"})

    assert order(strategy, busy) == list(NAMES)


def test_round_robin_begins_after_who_was_first_last() -> None:
    assert order(Strategy.ROUND_ROBIN) == list(NAMES)
    assert order(Strategy.ROUND_ROBIN, Presence(first={"kc": "bo"})) == ["cecilia", "david", "anna", "bo"]
    assert order(Strategy.ROUND_ROBIN, Presence(first={"kc": "david"})) == list(NAMES)
    assert order(Strategy.ROUND_ROBIN, Presence(first={"kc": "gone", "other": "bo"})) == list(NAMES)


def test_longest_idle_begins_with_who_has_had_no_call_and_ends_with_the_latest() -> None:
    idle = Presence(idle={"anna": ago(5), "bo": ago(60), "david": ago(1)})

    assert order(Strategy.LONGEST_IDLE, idle) == ["cecilia", "bo", "anna", "david"]


def test_fewest_calls_begins_with_who_has_answered_least_today() -> None:
    answered = Presence(answered={"anna": 3, "bo": 1, "david": 1})

    assert order(Strategy.FEWEST_CALLS, answered) == ["cecilia", "bo", "david", "anna"]


def test_skill_comes_before_idleness() -> None:
    idle = Presence(idle={"cecilia": ago(1), "bo": ago(2)})
    skills = {"bo": 5, "cecilia": 5, "david": 2}

    assert order(Strategy.SKILL, idle, skills=skills) == ["bo", "cecilia", "david", "anna"]


def test_chance_gives_each_its_share_by_weight() -> None:
    draws = [step / 1000 for step in range(1000)]
    firsts = [order(Strategy.RANDOM, draw=draw, weights={"anna": 7})[0] for draw in draws]

    shares = {name: firsts.count(name) for name in NAMES}
    assert shares == {"anna": 700, "bo": 100, "cecilia": 100, "david": 100}


@pytest.mark.parametrize(
    ("strategy", "more", "said"),
    [
        (Strategy.ALL, {"weights": {"anna": 2}}, 'only with strategy = "random"'),
        (Strategy.RANDOM, {"skills": {"anna": 2}}, 'only with strategy = "skill"'),
        (Strategy.SKILL, {"skills": {"anna": 11}}, "less than or equal to 10"),
        (Strategy.RANDOM, {"weights": {"anna": 0}}, "greater than or equal to 1"),
    ],
)
def test_what_has_no_meaning_is_refused(strategy: Strategy, more: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        tables(strategy, **more)


@given(
    strategy=st.sampled_from(Strategy),
    draw=st.floats(0, 1, exclude_max=True),
    idle=st.dictionaries(st.sampled_from(NAMES), st.integers(0, 9).map(ago)),
    answered=st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3)),
    first=st.sampled_from(("", *NAMES)),
)
def test_everybody_is_asked_once_whatever_the_strategy(
    strategy: Strategy, draw: float, idle: dict[str, datetime], answered: dict[str, int], first: str
) -> None:
    presence = Presence(idle=idle, answered=answered, first={"kc": first})

    assert sorted(order(strategy, presence, draw)) == sorted(NAMES)


@pytest.mark.parametrize(
    ("strategy", "english", "swedish"),
    [
        (Strategy.ALL, "all at once", "hos alla samtidigt"),
        (Strategy.LINEAR, "each in turn", "en i taget"),
        (Strategy.ROUND_ROBIN, "each in turn, after who was first last", "en i taget i tur och ordning"),
        (Strategy.LONGEST_IDLE, "who has been idle the longest first", "den som varit ledig längst först"),
        (Strategy.FEWEST_CALLS, "the fewest calls today first", "den som svarat minst i dag först"),
        (Strategy.RANDOM, "by chance", "i slumpvis ordning"),
        (Strategy.SKILL, "the most skilled first", "den kunnigaste först"),
    ],
)
def test_a_call_is_rung_in_that_order_and_told_so(strategy: Strategy, english: str, swedish: str) -> None:
    presence = Presence(first={"kc": "bo"}, unregistered={"cecilia"})
    decision = decide(tables(strategy), question_of(MAIN, None), presence, NOON)

    assert decision.strategy is strategy
    assert english in explain_lines(decision)[0]
    assert swedish in swedish_lines(decision)[0]
    if strategy is Strategy.ROUND_ROBIN:
        assert [target.member for target in decision.targets] == ["david", "anna", "bo"]
