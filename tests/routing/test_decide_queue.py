"""A group with a queue: who may wait there, for how long, and where they go on to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from routing.compile import compile_plan
from routing.decide import decide
from routing.decision import Branch, Decision, Kind, Origin, Question, Strategy
from routing.errors import PlanRefused
from routing.explain import explain_json, explain_lines
from routing.explain_swedish import swedish_lines
from routing.override import Override
from routing.situation import Everybody
from routing.tables import Tables
from routing.transfer import transfer_target
from tests.support.plans import BYGGLOV, MAIN, Presence, plan_of
from tests.support.queue_town import NUMBERS, URGENT, queue_tables

MONDAY = datetime(2027, 3, 1, 11, tzinfo=UTC)
CLOSES = datetime(2027, 3, 1, 15, 30, tzinfo=UTC)
TABLES = queue_tables()
NOBODY = {"kc1", "kc2", "bygg1", "bygg1m"}


def ask(
    dialled: str = MAIN,
    presence: Presence | None = None,
    tables: Tables = TABLES,
    branch: Branch = Branch.ARRIVED,
    at: datetime = MONDAY,
    **more: object,
) -> Decision:
    visited = () if branch is Branch.ARRIVED else (dialled,)
    question = Question(dialled, Origin.TRUNK, "operator", None, branch, dialled, visited)
    return decide(tables, replace(question, **more), presence or Presence(), at)  # type: ignore[arg-type]


def texts(decision: Decision) -> list[str]:
    return [reason.text for reason in decision.reasons]


def test_whoever_calls_a_group_with_a_queue_waits_for_their_turn() -> None:
    decision = ask(presence=Presence(queued={"kc": 3}, busy={"amina"}))

    assert (decision.kind, decision.group, decision.targets) == (Kind.QUEUE, "kc", ())
    assert (decision.strategy, decision.ring_seconds) == (Strategy.LINEAR, 15)
    assert decision.wait is not None
    assert (decision.wait.priority, decision.wait.max_wait_seconds, decision.wait.keys) == (5, 1200, "")
    assert texts(decision)[-1] == "3 wait, 1 of 2 free, rings linear for 15 s"


def test_a_number_may_go_before_others() -> None:
    wait = ask(URGENT).wait
    assert wait is not None
    assert wait.priority == 1


def test_that_all_are_busy_is_what_one_waits_for() -> None:
    decision = ask(presence=Presence(busy={"amina", "bengt"}))

    assert decision.kind is Kind.QUEUE
    assert texts(decision)[-2:] == [
        "all who are there are busy",
        "0 wait, 0 of 2 free, rings linear for 15 s",
    ]


def test_where_all_have_a_pause_that_is_said_and_not_that_they_are_away() -> None:
    paused = Presence(off_duty={"amina", "bengt"})
    assert "all are paused or logged out" in texts(ask(presence=paused))
    assert "all are away" not in texts(ask(presence=paused))

    decision = ask(presence=paused, tables=queue_tables("staffed_only = false"))
    assert texts(decision)[-1] == "0 wait, all are paused or logged out"
    assert any("0 väntar, alla har paus eller är utloggade" in line for line in swedish_lines(decision))


def test_so_is_that_they_are_left_alone_for_a_moment() -> None:
    assert ask(presence=Presence(resting={"amina", "bengt"})).kind is Kind.QUEUE


@pytest.mark.parametrize("presence", [Presence(unregistered=NOBODY), Presence(off_duty={"amina", "bengt"})])
def test_nobody_waits_where_nobody_is_there(presence: Presence) -> None:
    decision = ask(presence=presence)

    assert (decision.kind, decision.outcome) == (Kind.REJECT, "nobody_there")
    assert ask(presence=presence, tables=queue_tables("staffed_only = false")).kind is Kind.QUEUE


def test_a_full_queue_takes_no_more() -> None:
    tables = queue_tables(bygglov="max_waiting = 2")

    decision = ask(BYGGLOV, Presence(queued={"bygglov": 2}), tables)

    assert (decision.kind, decision.prompt, decision.outcome) == (Kind.ANNOUNCE, "busy", "full")
    assert "2 wait: it is full" in texts(decision)
    assert ask(BYGGLOV, Presence(queued={"bygglov": 1}), tables).kind is Kind.QUEUE


def test_how_long_one_may_wait_is_known_from_the_beginning() -> None:
    wait = ask(BYGGLOV).wait
    assert wait is not None
    assert (wait.closes_at, wait.leave_at) == (CLOSES, CLOSES + timedelta(seconds=1800))

    wait = ask(BYGGLOV, tables=queue_tables(bygglov='at_closing = "leave"\nclosing = false')).wait
    assert wait is not None
    assert (wait.closes_at, wait.leave_at) == (None, CLOSES)


def test_what_never_closes_ends_no_wait() -> None:
    wait = ask().wait
    assert wait is not None
    assert (wait.closes_at, wait.leave_at) == (None, None)


def test_an_override_moves_the_end() -> None:
    longer = Override(True, CLOSES + timedelta(hours=1), "Kvällsöppet", "Anna")

    wait = ask(BYGGLOV, Presence(by_hand={BYGGLOV: longer})).wait

    assert wait is not None
    assert wait.closes_at == longer.until


def test_who_was_still_there_when_it_closed_goes_where_closed_callers_go() -> None:
    decision = ask(BYGGLOV, branch=Branch.CLOSING)

    assert (decision.kind, decision.prompt, decision.outcome) == (Kind.ANNOUNCE, "closed", "closed")
    assert texts(decision)[0] == "it has closed while the caller waited"


def test_who_has_waited_too_long_goes_on_by_no_answer() -> None:
    decision = ask(BYGGLOV, branch=Branch.NO_ANSWER)

    assert (decision.kind, decision.voicemail, decision.outcome) == (Kind.VOICEMAIL, "bygglov", "no_answer")


KEYED = queue_tables('keys = { 2 = { voicemail = "bygglov" } }')


def test_a_key_leads_out() -> None:
    decision = ask(tables=KEYED, branch=Branch.PRESSED, queue="kc", key="2")

    assert (decision.kind, decision.voicemail, decision.outcome) == (
        Kind.VOICEMAIL,
        "bygglov",
        "self_service",
    )
    assert texts(decision)[0] == "the caller pressed 2"
    wait = ask(tables=KEYED).wait
    assert wait is not None
    assert wait.keys == "2"


def test_a_key_that_has_left_the_plan_meanwhile_leads_on_as_a_long_wait() -> None:
    assert ask(branch=Branch.PRESSED, queue="kc", key="2").kind is Kind.REJECT
    assert ask(BYGGLOV, branch=Branch.PRESSED, queue="bygglov", key="2").voicemail == "bygglov"


def test_a_callback_is_promised_also_when_its_number_has_left_the_plan() -> None:
    decision = ask("+46853069999", branch=Branch.CALLBACK, queue="kc", key="1")

    assert (decision.kind, decision.prompt) == (Kind.ANNOUNCE, "callback_promised")
    assert (decision.number, decision.outcome) == (MAIN, "callback")


def test_who_came_by_a_protected_number_is_not_offered_a_callback_at_the_next_either() -> None:
    tables = queue_tables(kc="callback = true")
    protected = replace(tables.numbers[BYGGLOV], protected=True)
    hidden = replace(tables, numbers={**tables.numbers, BYGGLOV: protected})

    for plan, is_offered in ((tables, True), (hidden, False)):
        asked = ask(BYGGLOV, tables=plan, branch=Branch.PRESSED, queue="gone", key="2", caller="+46701740605")
        wait = asked.wait
        assert wait is not None
        assert wait.callback is is_offered


def test_a_queue_that_has_left_the_plan_leads_to_kontaktcenter() -> None:
    decision = ask(BYGGLOV, branch=Branch.PRESSED, queue="gone", key="2")

    assert (decision.kind, decision.group) == (Kind.QUEUE, "kc")
    assert texts(decision)[0] == "the queue is no longer in the plan: the call goes to the main number"


def test_nobody_is_transferred_into_a_queue() -> None:
    decision = transfer_target(TABLES, MAIN, "bygg2", Presence(), MONDAY)
    assert (decision.kind, decision.strategy) == (Kind.RING, Strategy.LINEAR)

    busy = transfer_target(TABLES, MAIN, "bygg2", Presence(busy={"amina", "bengt"}), MONDAY)
    assert (busy.kind, busy.status) == (Kind.REJECT, 486)


def test_a_key_that_leads_back_is_a_loop() -> None:
    plan = plan_of(
        numbers=NUMBERS,
        groups=f"""
[groups.kc]
name = "Kontaktcenter"
members = ["amina"]
queue = {{ keys = {{ 2 = {{ number = "{MAIN}" }} }} }}
[groups.bygglov]
name = "Bygglov"
members = ["david"]
""",
    )
    with pytest.raises(PlanRefused, match=r"a loop: .* -> queue kc key 2"):
        compile_plan(plan)


def test_explain_tells_how_one_waits_in_both_languages() -> None:
    tables = queue_tables(bygglov='keys = { 2 = { voicemail = "bygglov" } }')
    question = Question(BYGGLOV, Origin.TRUNK, "operator", None)
    decision = decide(tables, question, Everybody(), MONDAY)

    assert explain_json(decision)["wait"] == {
        "priority": 5,
        "max_wait_seconds": 1200.0,
        "retry_seconds": 5.0,
        "missed_limit": 3,
        "wrap_up_seconds": 0.0,
        "music": "music",
        "welcome": "queue_welcome",
        "comfort": "queue_comfort",
        "comfort_seconds": 45.0,
        "tells_position": True,
        "tells_estimate": True,
        "keys": "2",
        "callback": False,
        "closes_at": "2027-03-01T16:30:00+01:00",
        "leave_at": "2027-03-01T17:00:00+01:00",
    }
    text = " ".join(explain_lines(decision))
    assert "waits for group bygglov, priority 5, at most 1200 s, until 17:00, keys 2" in text
    swedish = swedish_lines(decision)
    assert swedish[0] == (
        "Samtalet till Bygglov på 08-530 612 01 ställs i kö till gruppen bygglov, prioritet 5, "
        "i högst 1200 sekunder och längst till 17:00, med knapparna 2."
    )
    assert "0 väntar, 2 av 2 är lediga: det ringer hos en i taget i 15 sekunder." in swedish
    called_back = queue_tables(bygglov='callback = true\nkeys = { 0 = { voicemail = "bygglov" } }')
    asked = decide(called_back, replace(question, caller="+46701740605"), Everybody(), MONDAY)
    assert "until 17:00, keys 0 1" in " ".join(explain_lines(asked))
    assert "med knapparna 0 1." in swedish_lines(asked)[0]
    plain = decide(TABLES, replace(question, dialled=MAIN), Everybody(), MONDAY)
    assert swedish_lines(plain)[0].endswith("prioritet 5, i högst 1200 sekunder.")
    assert "at most 1200 s" in " ".join(explain_lines(plain))
