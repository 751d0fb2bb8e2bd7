from datetime import UTC, datetime

from metrics.instruments import Instruments
from metrics.observer import Observer
from routing.decision import Decision, Kind, Origin
from telephony.call import facts as f
from telephony.call.evolve import begin, evolve

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAIN = "+46853061000"


def arrived(call: str, dialled: str = MAIN) -> f.CallArrived:
    return f.CallArrived(
        at=AT,
        call=call,
        leg=f"{call}.0",
        origin=Origin.TRUNK,
        origin_name="operator",
        caller="+46701740605",
        dialled=dialled,
        sip_call_id="c",
    )


def decided(call: str, number: str) -> f.RouteDecided:
    return f.RouteDecided(at=AT, call=call, decision=Decision(kind=Kind.RING, number=number), talk_limit=0.0)


def ended(call: str, outcome: f.Outcome) -> f.CallEnded:
    return f.CallEnded(at=AT, call=call, outcome=outcome, ended_by=f.EndedBy.CALLER)


def observed(*facts: f.Fact) -> str:
    instruments = Instruments(dict)
    observer = Observer(instruments)
    for fact in facts:
        observer.observe(fact)
    return instruments.text().decode()


def test_a_call_is_counted_by_number_and_outcome() -> None:
    text = observed(arrived("a"), decided("a", MAIN), ended("a", f.Outcome.ANSWERED))

    assert f'vaxeln_calls_total{{number="{MAIN}",outcome="answered"}} 1.0' in text
    assert "vaxeln_calls_in_progress 0.0" in text


def test_a_live_call_is_in_progress() -> None:
    assert "vaxeln_calls_in_progress 1.0" in observed(arrived("a"), decided("a", MAIN))


def test_an_overflowed_call_counts_where_it_ended() -> None:
    text = observed(
        arrived("a"), decided("a", "+46853061201"), decided("a", MAIN), ended("a", f.Outcome.ABANDONED)
    )

    assert f'number="{MAIN}",outcome="abandoned"' in text
    assert "+46853061201" not in text


def test_what_a_caller_dials_never_becomes_a_label() -> None:
    text = observed(arrived("a", "+46999999999"), decided("a", ""), ended("a", f.Outcome.FAILED))

    assert 'number="unknown",outcome="failed"' in text
    assert "+46999999999" not in text


def test_an_interrupted_call_is_counted_after_a_restart() -> None:
    instruments = Instruments(dict)
    observer = Observer(instruments)
    observer.adopt(evolve(begin(arrived("a")), decided("a", MAIN)))
    observer.observe(f.CallInterrupted(at=AT, call="a", ended_at=AT))

    text = instruments.text().decode()
    assert f'number="{MAIN}",outcome="interrupted"}} 1.0' in text
    assert "vaxeln_calls_in_progress 0.0" in text


def test_a_call_that_was_ending_at_the_crash_is_not_counted_twice() -> None:
    instruments = Instruments(dict)
    observer = Observer(instruments)
    over = evolve(evolve(begin(arrived("a")), decided("a", MAIN)), ended("a", f.Outcome.ANSWERED))
    observer.adopt(over)
    observer.observe(f.LegEnded(at=AT, call="a", leg="a.0"))

    assert "vaxeln_calls_in_progress 0.0" in instruments.text().decode()


def test_facts_of_calls_that_are_not_known_are_passed_over() -> None:
    text = observed(decided("x", MAIN), ended("x", f.Outcome.FAILED))

    assert "vaxeln_calls_total{" not in text
