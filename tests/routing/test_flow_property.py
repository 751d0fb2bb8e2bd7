"""Whatever plan the check lets pass, whatever key, whatever time: every step is answered, and a call ends."""

from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.check import check
from routing.compile import compile_plan
from routing.decide import decide
from routing.decision import OVERFLOW, Branch, Decision, Kind, Origin, Question
from routing.explain_swedish import swedish_reason
from routing.plan import Plan
from routing.problem import Severity
from routing.tables import Tables
from tests.support.plans import Presence

MAIN = "+46853061000"
NUMBERS = [MAIN, "+46853061201", "+46853061202", "+46853061203"]
MENUS = ["a", "b", "c"]
PHONES = ["kc1", "kc2", "bygg1", "hiss"]
CALENDARS = {
    "always": {"open": "always"},
    "never": {"open": "never"},
    "office": {"weekly": {"mon": ["08:00-16:30"], "tue": ["22:00-06:00"]}, "holidays": "SE"},
}
OFTEN_OPEN = ["always", "always", "always", "never", "office"]
MOST_STEPS = 200
"""More than the plans here have places: a call that goes on longer goes round."""

places = st.one_of(
    st.sampled_from(NUMBERS).map(lambda number: {"number": number}),
    st.sampled_from(MENUS).map(lambda name: {"menu": name}),
    st.sampled_from(MENUS).map(lambda name: {"menu": name}),
    st.sampled_from(MENUS).map(lambda name: {"menu": name}),
    st.sampled_from(["kc", "bygglov"]).map(lambda name: {"group": name}),
    st.sampled_from(["hiss"]).map(lambda name: {"phone": name}),
    st.sampled_from(
        [{"person": "public"}, {"voicemail": "box"}, {"announcement": "closed"}, {"reject": 480}]
    ),
)
conditions: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.sampled_from([{"caller": kind} for kind in ("internal", "external", "hidden")]),
    st.just({"caller": "listed", "list": "known"}),
    st.sampled_from([{state: name} for state in ("open", "closed") for name in CALENDARS]),
)
cases = st.lists(st.tuples(conditions, places), min_size=1, max_size=3).flatmap(
    lambda rows: places.map(lambda last: [*({"when": when, **place} for when, place in rows), last])
)
flows: st.SearchStrategy[Any] = st.one_of(places, cases)
numbers = st.fixed_dictionaries(
    {"function": st.just("F"), "calendar": st.sampled_from(OFTEN_OPEN), "destination": flows},
    optional={branch.value: flows for branch in OVERFLOW} | {"closed": flows, "protected": st.booleans()},
)
menus = st.fixed_dictionaries(
    {"prompt": st.just("valj"), "keys": st.dictionaries(st.sampled_from("1230*#"), flows, min_size=1)},
    optional={"no_key": flows},
)
main_numbers = st.fixed_dictionaries(
    {"function": st.just("KC"), "calendar": st.sampled_from(OFTEN_OPEN)},
    optional={"closed": flows, "busy": flows, "no_answer": flows},
).map(lambda rest: {**rest, "destination": {"group": "kc"}})
plans = st.fixed_dictionaries(
    {
        "numbers": st.fixed_dictionaries(
            {number: main_numbers if number == MAIN else numbers for number in NUMBERS}
        ),
        "menus": st.fixed_dictionaries(dict.fromkeys(MENUS, menus)),
    }
)
steps = st.lists(st.sampled_from([*OVERFLOW, *"1230*#9", ""]), min_size=1, max_size=20)
times = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
callers = st.sampled_from(
    [
        (Origin.TRUNK, "operator", None),
        (Origin.TRUNK, "operator", "+46701740605"),
        (Origin.PHONE, "hiss", None),
        (Origin.PHONE, "kc1", "+46853061000"),
    ]
)


def plan_of(drawn: dict[str, Any]) -> Plan:
    return Plan.model_validate(
        {
            "municipality": {"name": "B", "main_number": MAIN, "contact_centre": "kc"},
            "phones": {name: {"display": name} for name in PHONES},
            "people": {
                "amina": {"name": "Amina", "phones": ["kc1"], "absences": [{"from": "2027-03-01"}]},
                "bengt": {"name": "Bengt", "phones": ["kc2"]},
                "public": {"name": "P", "phones": ["bygg1"], "number_public": True},
            },
            "groups": {
                "kc": {"name": "KC", "members": ["amina", "bengt"]},
                "bygglov": {"name": "B", "members": ["public"]},
            },
            "calendars": CALENDARS,
            "voicemails": {"box": {"function": "F", "greeting": "hej"}},
            "lists": {"known": {"numbers": ["+46701740605"]}},
            **drawn,
        }
    )


@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(
    drawn=plans,
    dialled=st.sampled_from(NUMBERS),
    caller=callers,
    steps=steps,
    now=times,
    unregistered=st.sets(st.sampled_from(PHONES)),
    busy=st.sets(st.sampled_from(["amina", "bengt", "public", "phone/hiss"])),
)
def test_every_call_ends_and_every_step_has_an_answer(
    drawn: dict[str, Any],
    dialled: str,
    caller: tuple[Origin, str, str | None],
    steps: list[str],
    now: datetime,
    unregistered: set[str],
    busy: set[str],
) -> None:
    tables = compile_plan(mended(plan_of(drawn)))
    presence = Presence(unregistered=unregistered, busy=busy)
    origin, name, number = caller

    decision = decide(tables, Question(dialled, origin, name, number), presence, now)
    menus_heard: list[str] = []
    for step in islice(cycle(steps), MOST_STEPS):
        _assert_sound(decision, tables)
        if decision.kind is Kind.MENU:
            assert decision.menu is not None
            menus_heard.append(decision.menu.name)
            assert len(set(menus_heard)) == len(menus_heard)
        elif decision.kind is not Kind.RING:
            return
        decision = decide(tables, _next(decision, step, caller, dialled), presence, now)
    raise AssertionError(f"it goes on and on: {decision}")


def mended(plan: Plan) -> Plan:
    """The plan, with what the check does not let pass taken out of it bit by bit."""
    document = plan.model_dump(mode="json", exclude_none=True)
    while errors := [problem for problem in check(plan) if problem.severity is Severity.ERROR]:
        table, node, *flow = errors[0].path.partition("[")[0].split(".")
        if table == "menus" and flow[0] == "keys":
            document[table][node]["keys"][flow[1]] = {"group": "kc"}
        elif flow[0] == "destination":
            document[table][node]["destination"] = {"phone": "hiss"}
        else:
            del document[table][node][flow[0]]
        plan = Plan.model_validate(document)
    return plan


def _next(before: Decision, step: str, caller: tuple[Origin, str, str | None], dialled: str) -> Question:
    origin, name, number = caller
    branch, key, menu = Branch.NO_ANSWER, "", ""
    if before.kind is Kind.MENU and before.menu is not None:
        key, menu = ("" if len(step) > 1 else step), before.menu.name
        branch = Branch.PRESSED if key else Branch.NO_KEY
    elif len(step) > 1:
        branch = Branch(step)
    return Question(dialled, origin, name, number, branch, before.number, before.visited, key=key, menu=menu)


def _assert_sound(decision: Decision, tables: Tables) -> None:
    assert decision.reasons
    for reason in decision.reasons:
        assert not swedish_reason(reason).startswith(f"{reason.rule}: "), reason
    assert bool(decision.targets) is (decision.kind is Kind.RING)
    assert bool(decision.outcome) is (decision.kind not in (Kind.RING, Kind.MENU))
    assert (decision.menu is not None) is (decision.kind is Kind.MENU)
    assert bool(decision.voicemail) is (decision.kind is Kind.VOICEMAIL)
    assert (decision.status >= 400) is (decision.kind is Kind.REJECT)
    assert "+46701740605" not in str([reason.text for reason in decision.reasons])
    assert decision.number in tables.numbers
