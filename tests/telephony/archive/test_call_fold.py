"""The rows of the call log, folded piece by piece."""

from collections.abc import Sequence

import pytest

from telephony.archive import call_fold
from telephony.archive.call_fold import CallFold, CallRow
from telephony.call import facts as f
from telephony.call.house_facts import ClockStepped
from telephony.call.record import RECORDED, RecordedFact, records
from tests.support.call_scenarios import SCENARIOS, Scenario, play
from tests.support.calls import after, arrive


def numbered(facts: Sequence[f.Fact]) -> list[tuple[int, RecordedFact]]:
    """The recorded facts with the positions they have among all."""
    return [(at, fact) for at, fact in enumerate(facts, 1) if isinstance(fact, RECORDED)]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("forgets", [False, True])
def test_it_makes_the_records_that_all_facts_make(scenario: Scenario, forgets: bool) -> None:
    facts = play(scenario).facts
    fold = CallFold("node")
    rows: dict[str, CallRow] = {}
    for pair in numbered(facts):
        earlier = {call: rows[call] for call in fold.missing([pair])}
        changed = fold.after([pair], earlier)
        fold.keep(changed)
        rows |= changed
        if forgets:
            fold.clear()

    assert {call: row.record for call, row in rows.items()} == records(facts)


def test_what_is_not_kept_is_forgotten() -> None:
    fold = CallFold("node")

    assert fold.after([(1, arrive())], {})["c1"].position == 1

    alerted = f.MemberAlerted(at=after(1), call="c1", leg="c1.1")
    assert fold.missing([(2, alerted)]) == {"c1"}
    assert fold.after([(2, alerted)], {}) == {}


def test_those_that_no_fact_came_for_longest_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_fold, "KEPT", 2)
    fold = CallFold("node")
    for position, call in enumerate(["c1", "c2", "c1", "c3"], 1):
        fold.keep(fold.after([(position, arrive(call))], {}))

    lost = [f.MemberAlerted(at=after(1), call=call, leg="x") for call in ("c1", "c2", "c3")]

    assert fold.missing((9, fact) for fact in lost) == {"c2"}


def test_a_step_of_the_clock_moves_the_live_calls_at_hand() -> None:
    fold = CallFold("node")
    ended = f.CallEnded(at=after(1), call="c2", outcome=f.Outcome.ABANDONED, ended_by=f.EndedBy.CALLER)
    fold.keep(fold.after([(1, arrive("c1")), (2, arrive("c2")), (3, ended)], {}))
    earlier = CallFold("node").after([(0, arrive("c0"))], {})

    rows = fold.after([(4, ClockStepped(at=after(-3595), seconds=-3600.0)), (5, arrive("c3"))], earlier)

    assert {call: row.record.arrived_at for call, row in rows.items()} == {
        "c0": after(-3600),
        "c1": after(-3600),
        "c3": after(0),
    }
    assert fold.missing([(6, ClockStepped(at=after(5), seconds=3600.0))]) == set()


def test_a_row_knows_its_columns() -> None:
    row = CallFold("node").after([(3, arrive())], {})["c1"]

    columns = row.to_columns()

    assert (columns["node"], columns["position"], columns["caller"]) == ("node", 3, "+46701740605")
    assert columns["talk_seconds"] is None
