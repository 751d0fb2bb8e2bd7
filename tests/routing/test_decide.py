from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.decide import decide
from routing.decision import Branch, Decision, Kind, Origin, Question, Reason, Strategy, Target
from routing.explain import question_of
from routing.override import Override
from routing.places import Found, Named, Place
from routing.situation import Everybody
from routing.tables import Tables
from tests.support.plans import BYGGLOV, FORSKOLA, MAIN, NUMBERS, PEOPLE, SOCIAL, TRUNKS, Presence, tables_of

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
TABLES = tables_of(version=3)
ALL_BYGGLOV = {"bygg1", "bygg1m", "bygg2"}
ALL_KC = {"kc1", "kc2"}


def ask(
    dialled: str,
    presence: Presence | None = None,
    tables: Tables = TABLES,
    origin: Origin = Origin.TRUNK,
    origin_name: str = "operator",
) -> Decision:
    question = Question(dialled, origin, origin_name, "+46701740605")
    return decide(tables, question, presence or Presence(), NOON)


def ask_again(
    before: Decision, branch: Branch, presence: Presence | None = None, tables: Tables = TABLES
) -> Decision:
    question = Question(
        before.visited[0], Origin.TRUNK, "operator", None, branch, before.number, before.visited
    )
    return decide(tables, question, presence or Presence(), NOON)


def with_number(key: str, destination: str, *lines: str, calendar: str = "alltid") -> Tables:
    rows = [
        f'[numbers."{key}"]',
        f'function = "{key}"',
        f'calendar = "{calendar}"',
        f"destination = {destination}",
    ]
    return tables_of(numbers="\n".join([NUMBERS, *rows, *lines, ""]))


def phones(decision: Decision) -> list[str]:
    return [target.phone for target in decision.targets]


def rules(decision: Decision) -> list[str]:
    return [f"{reason.rule} {reason.where}" for reason in decision.reasons]


# ---- a number rings


def test_an_open_number_rings_its_group() -> None:
    decision = ask(BYGGLOV)

    assert decision.kind is Kind.RING
    assert (decision.number, decision.function, decision.group) == (BYGGLOV, "Bygglov", "bygglov")
    assert (decision.strategy, decision.ring_seconds) == (Strategy.LINEAR, 15)
    assert decision.targets == (Target("david", "bygg1"), Target("david", "bygg1m"), Target("elif", "bygg2"))
    assert (decision.outcome, decision.status, decision.first_response_seconds) == ("", 0, 0)
    assert decision.plan_version == 3
    assert decision.visited == (BYGGLOV,)


def test_every_step_is_a_reason() -> None:
    assert rules(ask(BYGGLOV)) == [
        f"number numbers.{BYGGLOV}",
        "calendar calendars.alltid.open",
        f"destination numbers.{BYGGLOV}.destination",
        "presence groups.bygglov",
    ]


def test_a_number_may_go_to_a_person_who_chose_so() -> None:
    tables = tables_of(
        people=PEOPLE.replace(
            'phones = ["bygg1", "bygg1m"],', 'phones = ["bygg1", "bygg1m"], number_public = true,'
        ),
        numbers=NUMBERS
        + f'[numbers."{FORSKOLA}"]\nfunction = "F"\ncalendar = "alltid"\ndestination = {{person="david"}}',
    )

    decision = ask(FORSKOLA, tables=tables)

    assert (decision.group, phones(decision), decision.ring_seconds) == ("", ["bygg1", "bygg1m"], 25)
    assert decision.strategy is Strategy.ALL


# ---- it does not ring: branches in one go


def test_nobody_there_goes_on_to_kontaktcenter() -> None:
    decision = ask(BYGGLOV, Presence(unregistered=ALL_BYGGLOV))

    assert (decision.number, decision.group, phones(decision)) == (MAIN, "kc", ["kc1", "kc2"])
    assert decision.function == "Bygglov", "Kontaktcenter sees what the caller wanted"
    assert decision.visited == (BYGGLOV, f"{BYGGLOV}/nobody_there", MAIN)
    assert decision.outcome == ""


def test_all_busy_takes_the_branch_of_busy() -> None:
    tables = with_number(FORSKOLA, '{ group = "bygglov" }', 'busy = { announcement = "busy", early = true }')

    decision = ask(FORSKOLA, Presence(busy={"david", "elif"}), tables)

    assert (decision.kind, decision.prompt, decision.early) == (Kind.ANNOUNCE, "busy", True)
    assert (decision.status, decision.outcome) == (480, "busy")


def test_nobody_anywhere_ends_in_a_refusal() -> None:
    decision = ask(BYGGLOV, Presence(unregistered=ALL_BYGGLOV | ALL_KC))

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, 480, "nobody_there")
    assert decision.number == MAIN


def test_all_busy_everywhere_is_busy_here() -> None:
    decision = ask(BYGGLOV, Presence(busy={"david", "elif", "amina", "bengt"}))

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, 486, "busy")


def test_a_branch_to_a_group_that_is_empty_too_takes_the_next_branch() -> None:
    tables = with_number(
        FORSKOLA, '{ group = "bygglov" }', 'nobody_there = { group = "kc" }', "busy = { reject = 600 }"
    )

    decision = ask(FORSKOLA, Presence(unregistered=ALL_BYGGLOV, busy={"amina", "bengt"}), tables)

    assert (decision.status, decision.outcome) == (600, "busy")


def test_a_branch_taken_twice_ends_the_call() -> None:
    tables = with_number(FORSKOLA, '{ group = "bygglov" }', 'nobody_there = { group = "kc" }')

    decision = ask(FORSKOLA, Presence(unregistered=ALL_BYGGLOV | ALL_KC), tables)

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, 480, "nobody_there")
    assert decision.reasons[-1].rule == "loop"


def test_a_loop_through_busy_ends_busy() -> None:
    tables = with_number(FORSKOLA, '{ group = "bygglov" }', 'busy = { group = "kc" }')

    decision = ask(FORSKOLA, Presence(busy={"david", "elif", "amina", "bengt"}), tables)

    assert (decision.status, decision.outcome) == (486, "busy")


# ---- nobody answered: asked again


def test_no_answer_goes_on_to_kontaktcenter() -> None:
    decision = ask_again(ask(BYGGLOV), Branch.NO_ANSWER)

    assert (decision.kind, decision.number, decision.group) == (Kind.RING, MAIN, "kc")
    assert decision.function == "Bygglov"
    assert decision.visited == (BYGGLOV, f"{BYGGLOV}/no_answer", MAIN)


def test_no_answer_at_kontaktcenter_either_ends_in_a_refusal() -> None:
    decision = ask_again(ask_again(ask(BYGGLOV), Branch.NO_ANSWER), Branch.NO_ANSWER)

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, 480, "no_answer")


def test_a_branch_asked_for_twice_ends_the_call() -> None:
    tables = with_number(FORSKOLA, '{ group = "bygglov" }', 'no_answer = { group = "kc" }')

    overflow = ask_again(ask(FORSKOLA, tables=tables), Branch.NO_ANSWER, tables=tables)
    end = ask_again(overflow, Branch.NO_ANSWER, tables=tables)

    assert (overflow.number, overflow.group) == (FORSKOLA, "kc")
    assert (end.kind, end.status, end.outcome) == (Kind.REJECT, 480, "no_answer")


def test_a_number_that_left_the_plan_meanwhile_goes_to_kontaktcenter() -> None:
    question = Question(FORSKOLA, Origin.TRUNK, "operator", None, Branch.NO_ANSWER, FORSKOLA, (FORSKOLA,))

    decision = decide(TABLES, question, Presence(), NOON)

    assert (decision.kind, decision.number, decision.function) == (Kind.RING, MAIN, "Kontaktcenter")
    assert decision.reasons[0].rule == "plan"


def test_and_ends_there_when_it_has_been_there() -> None:
    question = Question(FORSKOLA, Origin.TRUNK, "operator", None, Branch.BUSY, FORSKOLA, (FORSKOLA, MAIN))

    decision = decide(TABLES, question, Presence(), NOON)

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, 486, "busy")


# ---- closed


def test_a_closed_number_plays_the_announcement_after_an_answer() -> None:
    decision = ask(FORSKOLA, tables=with_number(FORSKOLA, '{ group = "kc" }', calendar="aldrig"))

    assert (decision.kind, decision.prompt, decision.early) == (Kind.ANNOUNCE, "closed", False)
    assert (decision.status, decision.outcome) == (0, "closed")
    assert rules(decision)[1:] == ["calendar calendars.aldrig.open", f"destination numbers.{FORSKOLA}.closed"]


def test_a_closed_number_may_go_to_one_that_is_open() -> None:
    tables = with_number(
        FORSKOLA, '{ group = "bygglov" }', f'closed = {{ number = "{MAIN}" }}', calendar="aldrig"
    )

    decision = ask(FORSKOLA, tables=tables)

    assert (decision.kind, decision.number, decision.outcome) == (Kind.RING, MAIN, "")


def test_a_closed_number_may_refuse() -> None:
    tables = with_number(FORSKOLA, '{ group = "kc" }', "closed = { reject = 603 }", calendar="aldrig")

    decision = ask(FORSKOLA, tables=tables)

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, 603, "closed")


def test_the_clock_decides() -> None:
    tables = with_number(FORSKOLA, '{ group = "kc" }', calendar="kontorstid")
    question = Question(FORSKOLA, Origin.TRUNK, "operator", None)

    before, after = (
        decide(tables, question, Presence(), datetime(2027, 3, 1, 15, *rest, tzinfo=UTC))
        for rest in ((29, 59), (30, 0))
    )

    assert (before.kind, after.kind) == (Kind.RING, Kind.ANNOUNCE)


# ---- who may dial what


@pytest.mark.parametrize(
    ("origin", "dialled", "status"),
    [
        (Origin.TRUNK, "+46853069999", 404),
        (Origin.TRUNK, "+46701740699", 404),
        (Origin.TRUNK, "anna", 404),
        (Origin.PHONE, "+46853069999", 404),
        (Origin.PHONE, "anna", 404),
        (Origin.PHONE, "+46701740699", 403),
        (Origin.PHONE, "+4712345678", 403),
        (Origin.PHONE, "118118", 403),
    ],
)
def test_what_is_no_number_of_the_plan_is_refused(origin: Origin, dialled: str, status: int) -> None:
    decision = ask(dialled, origin=origin)

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, status, "failed")
    assert (decision.number, decision.outside) == ("", dialled if status == 403 else "")
    assert decision.reasons


def test_a_plan_without_own_series_knows_no_unknown_numbers_of_its_own() -> None:
    tables = tables_of(trunks=TRUNKS.replace('numbers = ["+4685306"]', ""))

    assert ask("+46853069999", tables=tables, origin=Origin.PHONE).status == 403


def test_a_phone_may_dial_the_plan_s_numbers_and_is_not_rung_itself() -> None:
    decision = ask(MAIN, origin=Origin.PHONE, origin_name="kc1")

    assert phones(decision) == ["kc2"]


def test_a_phone_of_nobody_may_dial_too() -> None:
    assert phones(ask(MAIN, origin=Origin.PHONE, origin_name="lobby")) == ["kc1", "kc2"]


@pytest.mark.parametrize(("public", "from_outside"), [("true", Kind.RING), ("false", Kind.REJECT)])
def test_a_person_s_own_number_is_hidden_from_outside_unless_public(public: str, from_outside: Kind) -> None:
    own = f'phones = ["kc1"], number = "+46701740605", number_public = {public}'
    tables = tables_of(people=PEOPLE.replace('phones = ["kc1"]', own))

    outside = ask("+46701740605", tables=tables)
    inside = ask("+46701740605", tables=tables, origin=Origin.PHONE, origin_name="kc2")

    assert outside.kind is from_outside
    assert phones(inside) == ["kc1"]


def test_an_unknown_number_and_a_hidden_one_look_the_same_from_outside() -> None:
    own = 'phones = ["kc1"], number = "+46701740605"'
    tables = tables_of(people=PEOPLE.replace('phones = ["kc1"]', own))

    assert ask("+46701740605", tables=tables) == ask("+46701740699", tables=tables)


# ---- protected


def test_a_call_that_overflows_from_a_protected_number_stays_protected() -> None:
    tables = with_number(SOCIAL, '{ group = "bygglov" }', "protected = true")

    first = ask(SOCIAL, tables=tables)
    overflow = ask_again(first, Branch.NO_ANSWER, tables=tables)

    assert first.protected
    assert (overflow.number, overflow.protected) == (MAIN, True)
    assert not ask(MAIN, tables=tables).protected


# ---- whatever happens


@given(
    dialled=st.text() | st.sampled_from([MAIN, BYGGLOV, "112"]),
    origin=st.sampled_from(Origin),
    branch=st.sampled_from(Branch),
    number=st.sampled_from([MAIN, BYGGLOV, FORSKOLA, ""]),
    visited=st.lists(st.sampled_from([MAIN, BYGGLOV, f"{BYGGLOV}/busy", f"{MAIN}/no_answer", "x"])),
    unregistered=st.sets(st.sampled_from(sorted(ALL_BYGGLOV | ALL_KC))),
)
def test_every_question_gets_a_decision_with_a_reason(
    dialled: str, origin: Origin, branch: Branch, number: str, visited: list[str], unregistered: set[str]
) -> None:
    question = Question(dialled, origin, "kc1", None, branch, number, tuple(visited))

    decision = decide(TABLES, question, Presence(unregistered=unregistered), NOON)

    assert decision.reasons
    assert bool(decision.targets) is (decision.kind is Kind.RING)
    assert bool(decision.outcome) is (decision.kind is not Kind.RING)
    assert (decision.status >= 400) is (decision.kind is Kind.REJECT)


def test_an_override_with_an_announcement_of_its_own_is_told_by_that() -> None:
    flood = Override(False, NOON + timedelta(hours=1), "Vattenläcka", "Anna", "water")
    situation = Everybody({MAIN: flood})

    decision = decide(tables_of(1), question_of(MAIN, None), situation, NOON)

    assert (decision.prompt, decision.outcome) == ("water", "closed")
    assert decision.reasons[-1].where == f"overrides.{MAIN}.announcement"
    assert decision.reasons[-1].text == "this override has its own"
    opened = replace(flood, open=True)
    assert decide(tables_of(1), question_of(MAIN, None), Everybody({MAIN: opened}), NOON).kind is Kind.RING


def test_a_day_with_an_announcement_of_its_own_is_told_by_that() -> None:
    day = '{ date = 2027-03-01, note = "Flytt", announcement = "moving" }'
    tables = tables_of(calendars=f'[calendars]\nalltid = {{ open = "always", deviations = [{day}] }}\n')

    decision = decide(tables, Question(MAIN, Origin.TRUNK, "operator", None), Presence(), NOON)

    assert (decision.kind, decision.prompt, decision.early) == (Kind.ANNOUNCE, "moving", False)
    assert decision.outcome == "closed"
    assert decision.reasons[-1].where == "calendars.alltid.deviations[0].announcement"


# ---- gateways by name

NAMED = Named("sos.example.se", None, "TLS")
BY_NAME = """
[trunks.sos]
peers = ["192.0.2.10"]
emergency = true
gateways = ["tls:sos.example.se", "192.0.2.40"]
"""


def test_an_emergency_call_goes_to_every_address_of_a_name() -> None:
    first, second = NAMED.at("192.0.2.41", 5061), NAMED.at("192.0.2.42", 5061)
    known: tuple[Found, ...] = (Found(1, 0, (first,)), Found(2, 0, (second,)))
    presence = Presence(names={NAMED: known}, down={first})

    decision = ask("112", presence, tables=tables_of(trunks=BY_NAME), origin=Origin.PHONE)

    assert [(target.member, target.gateway) for target in decision.targets] == [
        ("trunk/sos#2", second),
        ("trunk/sos/2", Place("192.0.2.40", 5060)),
        ("trunk/sos", first),
    ]
    assert decision.reasons[1].text == (
        "it does not answer at tls:192.0.2.41:5061 (sos.example.se): tried after the others"
    )


def test_a_name_that_means_nothing_is_told_and_the_others_are_tried() -> None:
    decision = ask("112", tables=tables_of(trunks=BY_NAME), origin=Origin.PHONE)

    assert [target.gateway for target in decision.targets] == [Place("192.0.2.40", 5060)]
    assert decision.reasons[1] == Reason(
        "gateway", "trunks.sos.gateways[0]", "no address of tls:sos.example.se is known"
    )


def test_when_no_name_means_anything_it_is_no_lack_of_trunks() -> None:
    only = BY_NAME.replace(', "192.0.2.40"', "")

    decision = ask("112", tables=tables_of(trunks=only), origin=Origin.PHONE)

    assert (decision.kind, decision.status) == (Kind.REJECT, 503)
    assert [reason.text for reason in decision.reasons] == [
        "no emergency trunk can be reached",
        "no address of tls:sos.example.se is known",
    ]
