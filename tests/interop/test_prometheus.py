"""Prometheus scrapes the running service: its sums are those of the call log, and so are the key figures."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from metrics.key_figures import Tally, key_figures
from telephony.call import facts as f
from tests.support.eventually import eventually
from tests.support.live_town import (
    AWAY,
    BYGGLOV,
    CLOSED,
    CLOSED_BRIEFLY,
    CLOSED_EARLY,
    FASTIGHET,
    FORSKOLA,
    KONTAKTCENTER,
    MENU,
    PARK,
    UNKNOWN,
    VAKT,
    VOICEMAIL,
    Town,
)
from tests.support.prometheus import Prometheus, complaints, exposition
from tests.support.running_service import HTTP_PORT

COUNTS = {
    "offered": 'sum(vaxeln_calls_total{outcome!="closed",number!~"112|unknown"})',
    "answered": 'sum(vaxeln_answer_seconds_count{number!="112"})',
    "answered_in_time": 'sum(vaxeln_answer_seconds_bucket{le="20.0",number!="112"})',
    "abandoned": 'sum(vaxeln_abandoned_total{number!="112"})',
    "abandoned_short": 'sum(vaxeln_abandoned_total{when="short",number!="112"})',
    "no_answer": 'sum(vaxeln_calls_total{outcome="no_answer"})',
    "busy": 'sum(vaxeln_calls_total{outcome="busy"})',
    "nobody_there": 'sum(vaxeln_calls_total{outcome="nobody_there"})',
    "full": 'sum(vaxeln_calls_total{outcome="full"})',
    "self_service": 'sum(vaxeln_calls_total{outcome="self_service"})',
    "closed": 'sum(vaxeln_calls_total{outcome="closed"})',
    "answer_seconds": 'sum(vaxeln_answer_seconds_sum{number!="112"})',
    "talk_seconds": "vaxeln_talk_seconds_sum",
}
"""The counts of a tally as a dashboard asks for them."""

README = Path(__file__).parents[2] / "README.md"


def expressions() -> list[str]:
    """Those that the README gives: what nobody could answer now, and its share of the open time."""
    section = README.read_text("utf-8").partition("### Figures")[2]
    return section.split("```")[1].strip().splitlines()


Log = list[dict[str, Any]]


@pytest.fixture(name="target")
def _target(town: Town) -> str:
    return f"{town.service.host}:{HTTP_PORT}"


def make_calls(town: Town) -> None:
    """One call of each kind, nine in all; that to 112 goes to a trunk on a loopback address."""
    town.register("anna", "cecilia")
    answering = town.sipp.start("member_answers", town.phone("anna"))
    town.sipp.play("caller_talks", town.operator)
    answering.wait()
    ringing = town.sipp.start("member_rings", town.phone("anna"))
    town.sipp.play("caller_gives_up", town.operator, status="487")
    ringing.wait()
    refusing = town.sipp.start("member_refuses", town.phone("anna"), status="486")
    town.sipp.play("caller_refused", town.operator, status="486")
    refusing.wait()
    silent = town.sipp.start("member_rings", town.phone("cecilia"), reason="ring time")
    town.sipp.play("caller_refused", town.operator, dialled=FORSKOLA, status="480")
    silent.wait()
    town.sipp.play("caller_refused", town.operator, dialled=UNKNOWN, status="404")
    town.sipp.play("caller_talks", town.operator, dialled=CLOSED)  # to the announcement
    again = town.sipp.start("member_answers", town.phone("cecilia"), ring_ms="600")
    town.sipp.play("caller_talks", town.operator, dialled=BYGGLOV)
    again.wait()
    third = town.sipp.start("member_refuses", town.phone("anna"), status="480")
    town.sipp.play("caller_refused", town.operator, dialled=FASTIGHET, status="480")
    third.wait()
    rescue = town.sipp.start("member_answers", town.first_sos)
    town.sipp.play("caller_talks", town.operator, dialled="112")
    rescue.wait()
    town.assert_calm()


def call_log(town: Town) -> Log:
    calls: Log = json.loads(town.service.run("calls", "--json"))["calls"]
    return calls


def tally(calls: Log) -> Tally:
    """The counts of the call log, by the words of `Tally`."""
    plan_calls = [call for call in calls if call["number"] not in ("", "112")]
    answered = [call for call in plan_calls if call["person_answered_at"]]
    abandoned = [call for call in plan_calls if call["outcome"] == "abandoned"]
    outcomes = Counter(call["outcome"] for call in plan_calls)
    return Tally(
        offered=len(plan_calls) - outcomes["closed"],
        answered=len(answered),
        answered_in_time=sum(call["waiting_seconds"] <= 20 for call in answered),
        abandoned=len(abandoned),
        abandoned_short=sum(call["waiting_seconds"] <= 20 for call in abandoned),
        no_answer=outcomes["no_answer"],
        busy=outcomes["busy"],
        nobody_there=outcomes["nobody_there"],
        full=outcomes["full"],
        self_service=outcomes["self_service"],
        closed=outcomes["closed"],
        answer_seconds=sum(call["waiting_seconds"] for call in answered),
        talk_seconds=sum(call["talk_seconds"] for call in answered),
    )


def test_the_sums_are_those_of_the_call_log_and_promtool_is_content(
    town: Town, target: str, tmp_path: Path
) -> None:
    with Prometheus(tmp_path / "prometheus", town.operator, target) as prometheus:
        make_calls(town)
        calls = call_log(town)
        assert len(calls) == 9

        eventually(lambda: prometheus.value("sum(vaxeln_calls_total)") == 9, "all calls are scraped")

        expected = Counter((call["number"] or "unknown", call["outcome"]) for call in calls)
        assert prometheus.query("vaxeln_calls_total", "number", "outcome") == expected
        assert prometheus.value("vaxeln_calls_in_progress") == 0
        rang = [call["ringing_seconds"] for call in calls if call["rang"] and not call["emergency"]]
        assert prometheus.value("vaxeln_ring_seconds_count") == len(rang)
        assert prometheus.value("vaxeln_ring_seconds_sum") == pytest.approx(sum(rang), abs=0.01)
        assert_same_key_figures(prometheus, tally(calls))
        assert complaints(exposition(target)) == ""


def assert_same_key_figures(prometheus: Prometheus, counted: Tally) -> None:
    """Prometheus gives the counts, and from them alone the key figures, that the log gives."""
    shown = {name: prometheus.value(expression) for name, expression in COUNTS.items()}
    shown["abandoned_late"] = shown["abandoned"] - shown["abandoned_short"]
    counts: Mapping[str, float] = counted.to_json()
    assert shown == pytest.approx({name: counts[name] for name in shown}, abs=0.01)
    for figure in key_figures(counted):
        formula = figure.formula
        over, under = (sum(shown[name] for name in side) for side in (formula.over, formula.under))
        assert over / under * (100 if formula.unit == "%" else 1) == pytest.approx(figure.value, rel=0.01)


def test_numbers_that_nobody_could_answer_are_found(town: Town, target: str, tmp_path: Path) -> None:
    unattended, share = expressions()
    with Prometheus(tmp_path / "prometheus", town.operator, target) as prometheus:
        every = {(KONTAKTCENTER,), (BYGGLOV,), (FORSKOLA,), (FASTIGHET,), (PARK,), (VAKT,), (AWAY,)}
        assert set(prometheus.query(unattended, "number")) == every
        whole = dict.fromkeys(every | {(MENU,)}, 1.0)  # what is behind a menu is counted, and no one group
        eventually(lambda: prometheus.query(share, "number") == pytest.approx(whole), "all time unattended")

        town.register("cecilia")

        left = every - {(BYGGLOV,), (FORSKOLA,)}
        eventually(lambda: set(prometheus.query(unattended, "number")) == left, "two numbers are answerable")
        eventually(lambda: prometheus.query(share, "number")[(BYGGLOV,)] < 1, "some time attended")
        assert set(prometheus.query("vaxeln_open == 0", "number")) == {
            (CLOSED,),
            (CLOSED_BRIEFLY,),
            (CLOSED_EARLY,),
            (VOICEMAIL,),
        }


def test_a_restart_begins_at_nothing_and_measures_no_downtime(town: Town, target: str) -> None:
    town.register("anna")
    member = town.sipp.start("member_rings", town.phone("anna"), reason="restarted")
    caller = town.sipp.start("caller_refused", town.operator, status="503")
    town.service.await_fact(f.CallerAlerted)

    town.service.kill()
    town.service.start()

    member.wait()
    caller.wait()
    shown = exposition(target).decode()
    assert f'vaxeln_calls_total{{number="{KONTAKTCENTER}",outcome="interrupted"}} 1\n' in shown
    assert "vaxeln_answer_seconds_count" not in shown
    assert "vaxeln_ring_seconds_count 0\n" in shown
    assert "vaxeln_calls_in_progress 0\n" in shown
