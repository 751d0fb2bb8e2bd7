"""routing/outside.py: who may call the public network, and by which trunks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from routing.decide import decide
from routing.decision import Branch, Decision, Kind, Origin, Question, Strategy
from routing.explain import explain_lines
from routing.places import Place
from routing.tables import Tables
from routing.transfer import transfer_target
from tests.support.plans import BYGGLOV, MAIN, MUNICIPALITY, PEOPLE, Presence, tables_of

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
MOBILE = "+46701740699"
FIXED = "+46317654321"
TRUNKS = """
[trunks.operator]
peers = ["192.0.2.10"]
numbers = ["+4685306"]
outside = true
gateways = ["192.0.2.10", "192.0.2.11"]
[trunks.second]
peers = ["192.0.2.20"]
outside = true
channels = 10
emergency_channels = 1
incoming_channels = 4
[trunks.alarm]
peers = ["192.0.2.30"]
emergency = true
"""
TOWN = MUNICIPALITY + 'outside = ["fixed", "public_service"]\n'
BY_OWN = PEOPLE.replace('"Amina Berg"', '"Amina Berg", outside = ["mobile"]')
FORWARDED = f"""
[numbers."+46853061800"]
function = "Simhall"
calendar = "alltid"
destination = {{ outside = "{FIXED}" }}
"""


def tables(**parts: str) -> Tables:
    return tables_of(
        1, **{"municipality": TOWN, "trunks": TRUNKS, "people": BY_OWN, "more": FORWARDED, **parts}
    )


def ask(
    dialled: str,
    phone: str = "kc2",
    presence: Presence | None = None,
    plan: Tables | None = None,
    **more: Any,
) -> Decision:
    question = Question(dialled, Origin.PHONE, phone, None, **more)
    return decide(plan or tables(), question, presence or Presence(), NOON)


# ---- who may


@pytest.mark.parametrize(
    ("phone", "dialled", "may"),
    [
        ("kc2", FIXED, True),
        ("kc2", "1177", True),
        ("kc2", MOBILE, False),
        ("kc1", MOBILE, True),
        ("kc1", FIXED, False),  # what a person has goes instead of what everybody has
        ("nobody", FIXED, True),
        ("kc2", "+4712345678", False),
        ("kc2", "118118", False),
    ],
)
def test_what_the_person_or_else_everybody_is_allowed(phone: str, dialled: str, may: bool) -> None:
    decision = ask(dialled, phone)

    assert decision.outside == dialled
    assert (decision.kind, decision.status) == ((Kind.RING, 0) if may else (Kind.REJECT, 403))


def test_a_refusal_names_what_is_allowed_and_where_that_stands() -> None:
    (reason,) = ask(FIXED, "kc1").reasons

    assert (reason.rule, reason.where) == ("barring", "people.amina.outside")
    assert reason.text == "an outside number (fixed); allowed are mobile, numbers of the plan, and 112"
    assert "allowed are numbers of the plan, and 112" in ask(FIXED, plan=tables_of()).reasons[0].text


def test_no_reason_tells_the_number_for_reasons_are_logged() -> None:
    assert not [reason for reason in ask(FIXED).reasons if "765" in reason.text]


@pytest.mark.parametrize("dialled", ["+46853069999", "anna"])
def test_a_number_of_our_own_series_never_goes_out(dialled: str) -> None:
    assert (ask(dialled).status, ask(dialled).outside) == (404, "")


def test_a_trunks_caller_is_never_sent_on_outside() -> None:
    question = Question(FIXED, Origin.TRUNK, "operator", "+46701740605")

    assert decide(tables(), question, Presence(), NOON).status == 404


# ---- by which trunks


def test_each_trunk_is_tried_by_its_gateways_in_turn() -> None:
    decision = ask(FIXED)

    assert [(target.member, target.trunk, target.number) for target in decision.targets] == [
        ("trunk/operator", "operator", FIXED),
        ("trunk/operator/2", "operator", FIXED),
        ("trunk/second", "second", FIXED),
    ]
    assert (decision.strategy, decision.first_response_seconds) == (Strategy.LINEAR, 4.0)
    assert explain_lines(decision)[0] == "031-765 43 21, outside: rings by trunk, each in turn, for 120 s"


def test_gateways_that_do_not_answer_come_last() -> None:
    decision = ask(FIXED, presence=Presence(down={Place("192.0.2.10", 5060)}))

    assert [target.member for target in decision.targets] == [
        "trunk/operator/2",
        "trunk/second",
        "trunk/operator",
    ]
    assert decision.reasons[-1].where == "trunks.operator.gateways[0]"


@pytest.mark.parametrize(("calls", "is_full"), [(4, False), (5, True)])
def test_channels_for_incoming_calls_and_112_are_kept(calls: int, is_full: bool) -> None:
    decision = ask(FIXED, presence=Presence(calls={"second": calls}))

    assert ("second" in {target.trunk for target in decision.targets}) is not is_full
    assert ("trunks.second.channels" in [reason.where for reason in decision.reasons]) is is_full


def test_without_a_way_out_it_is_503_with_the_reasons() -> None:
    full = TRUNKS.replace("outside = true\ngateways", "gateways")
    decision = ask(FIXED, presence=Presence(calls={"second": 5}), plan=tables(trunks=full))
    nowhere = ask(FIXED, plan=tables(trunks=TRUNKS.replace("outside = true", ""), more=""))

    assert (decision.status, decision.reasons[-1].rule) == (503, "channels")
    assert (nowhere.status, nowhere.reasons[-1].text) == (503, "no trunk takes calls to the public network")


def test_a_gateway_whose_name_means_nothing_is_told() -> None:
    named = TRUNKS.replace('"192.0.2.11"]', '"sip.operator.example"]')

    texts = [reason.text for reason in ask(FIXED, plan=tables(trunks=named)).reasons]

    assert "no address of sip.operator.example is known" in texts


# ---- when it leads nowhere


@pytest.mark.parametrize(
    ("branch", "status", "told"),
    [
        (Branch.BUSY, 486, 486),
        (Branch.NO_ANSWER, 404, 404),
        (Branch.NO_ANSWER, 0, 480),
        (Branch.NOBODY_THERE, 0, 503),
        (Branch.NO_ANSWER, 407, 480),
    ],
)
def test_the_caller_is_told_what_the_network_said(branch: Branch, status: int, told: int) -> None:
    before = ask(FIXED)
    decision = ask(FIXED, branch=branch, number=before.number, visited=before.visited, status=status)

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, told, branch.value)
    assert decision.outside == FIXED


# ---- a number of ours that goes on outside


def test_a_function_may_go_on_outside_whoever_calls() -> None:
    question = Question("+46853061800", Origin.TRUNK, "operator", MOBILE)
    decision = decide(tables(), question, Presence(), NOON)

    assert (decision.function, decision.number, decision.outside) == ("Simhall", "+46853061800", "")
    assert {target.number for target in decision.targets} == {FIXED}
    assert explain_lines(decision)[0] == "Simhall, at 08-530 618 00: rings by trunk, each in turn, for 120 s"


def test_where_no_trunk_is_free_the_call_goes_on_to_kontaktcenter() -> None:
    question = Question("+46853061800", Origin.TRUNK, "operator", MOBILE)
    one = TRUNKS.replace("outside = true\ngateways", "gateways")
    decision = decide(tables(trunks=one), question, Presence(calls={"second": 9}), NOON)

    assert (decision.number, decision.group) == (MAIN, "kc")


def test_after_it_the_branches_of_the_number_apply() -> None:
    question = Question(
        "+46853061800",
        Origin.TRUNK,
        "operator",
        MOBILE,
        Branch.BUSY,
        "+46853061800",
        ("+46853061800",),
        status=486,
    )

    assert decide(tables(), question, Presence(), NOON).number == MAIN


# ---- handing on


def test_calls_are_handed_on_outside_by_who_may_call_there() -> None:
    plan = tables()

    assert transfer_target(plan, FIXED, "kc2", Presence(), NOON).kind is Kind.RING
    assert transfer_target(plan, MOBILE, "kc2", Presence(), NOON).status == 403
    assert transfer_target(plan, BYGGLOV, "kc2", Presence(), NOON).group == "bygglov"


# ---- full, and faults

FULL = Presence(calls={"second": 10})
ONLY_SECOND = TRUNKS.replace("outside = true\ngateways", "outside = false\ngateways")
BRANCHES = FORWARDED + 'full = { announcement = "closed" }\nerror = { reject = 502 }\n'
UNKNOWN = TRUNKS.replace('"192.0.2.10", "192.0.2.11"]', '"gw.example.se"]').replace(
    "outside = true\nchannels", "channels"
)


def test_a_function_that_goes_on_outside_has_a_branch_for_full_trunks() -> None:
    question = Question("+46853061800", Origin.TRUNK, "operator", None)

    decision = decide(tables(trunks=ONLY_SECOND, more=BRANCHES), question, FULL, NOON)

    assert (decision.kind, decision.outcome) == (Kind.ANNOUNCE, "full")
    assert decision.visited == ("+46853061800", "+46853061800/full")


def test_and_one_for_faults() -> None:
    question = Question("+46853061800", Origin.TRUNK, "operator", None)

    decision = decide(tables(trunks=UNKNOWN, more=BRANCHES), question, Presence(), NOON)

    assert (decision.kind, decision.status, decision.outcome) == (Kind.REJECT, 502, "failed")
    assert decision.visited == ("+46853061800", "+46853061800/error")


def test_a_phone_that_calls_outside_is_turned_away_full() -> None:
    decision = ask(FIXED, presence=FULL, plan=tables(trunks=ONLY_SECOND))

    assert (decision.status, decision.outcome) == (503, "full")


@pytest.mark.parametrize(
    ("branch", "outcome"), [(Branch.ERROR, "failed"), (Branch.NOBODY_THERE, "nobody_there")]
)
def test_what_the_network_failed_at_has_failed(branch: Branch, outcome: str) -> None:
    before = ask(FIXED)

    decision = ask(FIXED, branch=branch, visited=before.visited)

    assert (decision.status, decision.outcome) == (503, outcome)


def test_whatever_branch_is_asked_for_outside_has_an_answer() -> None:
    before = ask(FIXED)

    for branch in set(Branch) - {Branch.ARRIVED}:
        assert ask(FIXED, branch=branch, visited=before.visited).kind is Kind.REJECT
