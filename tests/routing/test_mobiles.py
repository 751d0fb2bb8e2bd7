"""People who are reached outside: the ways there, within the channels of the trunks that the plan names."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from routing.decide import decide
from routing.decision import Branch, Decision, Kind, Origin, Question
from routing.explain import explain_json, explain_lines
from routing.explain_swedish import swedish_lines
from routing.places import Named, Place
from routing.tables import Tables
from tests.support.plans import BYGGLOV, PEOPLE, TRUNKS, Presence, tables_of

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
ELIF = "+46701740699"
FIRST, SECOND = Place("192.0.2.40", 5060), Place("192.0.2.41", 5060)
NET = """
[trunks.net]
peers = ["192.0.2.40"]
gateways = ["192.0.2.40", "192.0.2.41"]
outside = true
"""
GROUPS = """
[groups]
kc = { name = "Kontaktcenter", members = ["amina"] }
bygglov = { name = "Bygglov", members = ["david", "elif", "ulla"] }
"""
MOBILE = (
    PEOPLE.replace('["bygg2"]', f'["bygg2"], mobile = "{ELIF}"')
    + 'ulla = { name = "Ulla Ek", mobile = "+46701740698" }\n'
)
NO_PHONES = {"bygg1", "bygg1m", "bygg2"}


def town(options: str = "", groups: str = GROUPS, net: str = NET) -> Tables:
    return tables_of(people=MOBILE, trunks=TRUNKS + net + options, groups=groups)


def asked(tables: Tables, presence: Presence | None = None, caller: str = "+46855500100") -> Decision:
    question = Question(dialled=BYGGLOV, origin=Origin.TRUNK, origin_name="operator", caller=caller)
    return decide(tables, question, presence or Presence(), NOON)


def rung(decision: Decision) -> list[tuple[str, str]]:
    """Who is rung, by which phone or host."""
    return [
        (target.member, target.phone or (target.gateway.host if target.gateway else ""))
        for target in decision.targets
    ]


def texts(decision: Decision) -> list[str]:
    return [reason.text for reason in decision.reasons]


def test_a_mobile_is_rung_beside_the_phones_of_a_person_and_alone_where_there_are_none() -> None:
    decision = asked(town())

    assert rung(decision) == [
        ("david", "bygg1"),
        ("david", "bygg1m"),
        ("elif", "bygg2"),
        ("elif", "192.0.2.40"),
        ("elif", "192.0.2.41"),
        ("ulla", "192.0.2.40"),
        ("ulla", "192.0.2.41"),
    ]
    mobile = decision.targets[3]
    assert mobile.is_mobile and (mobile.trunk, mobile.number) == ("net", ELIF)
    assert not decision.targets[0].is_mobile
    assert "3 of 3 free, rings all for 20 s" in texts(decision)
    assert "Ulla Ek is rung outside by net" in texts(decision)
    assert ELIF not in " ".join(texts(decision))  # a private number is told to nobody


def test_those_rung_together_have_no_more_channels_than_are_free() -> None:
    decision = asked(town("channels = 4\nincoming_channels = 1\n"), Presence(calls={"net": 2}))

    assert [member for member, _ in rung(decision)] == ["david", "david", "elif", "elif", "elif"]
    assert "Ulla Ek is not rung outside: no channel is free" in texts(decision)


def test_those_rung_one_after_the_other_take_a_channel_each_in_turn() -> None:
    linear = GROUPS.replace('"ulla"] }', '"ulla"], strategy = "linear" }')

    decision = asked(town("channels = 3\n", linear), Presence(calls={"net": 2}))

    assert rung(decision)[-1] == ("ulla", "192.0.2.41")


def test_a_gateway_that_is_down_is_the_last() -> None:
    decision = asked(town(), Presence(unregistered=NO_PHONES, down={FIRST}))

    assert rung(decision)[:2] == [("elif", "192.0.2.41"), ("elif", "192.0.2.40")]


def test_who_is_in_a_call_is_not_called_outside() -> None:
    presence = Presence(unregistered=NO_PHONES, busy={"ulla"})
    assert [member for member, _ in rung(asked(town(), presence))] == ["elif", "elif"]

    decision = asked(town(), replace(presence, busy={"ulla", "elif"}))

    assert "all who are there are busy" in texts(decision)


def test_the_duty_and_the_absences_of_a_person_are_theirs_outside_too() -> None:
    assert rung(asked(town(), Presence(unregistered=NO_PHONES, off_duty={"elif", "ulla"}))) == [
        ("amina", "kc1")
    ]
    away = MOBILE.replace('+46701740698"', '+46701740698", absences = [{ from = 2027-03-01 }]')
    tables = tables_of(people=away, trunks=TRUNKS + NET, groups=GROUPS)
    decision = asked(tables, Presence(unregistered=NO_PHONES, off_duty={"david", "elif"}))
    assert rung(decision) == [("amina", "kc1")]
    assert "all are away" in texts(decision)


def test_without_a_channel_for_anybody_it_is_full() -> None:
    tables = town("channels = 1\n")
    decision = asked(tables, Presence(unregistered=NO_PHONES, calls={"net": 1}))

    assert f"{BYGGLOV}/{Branch.FULL}" in decision.visited
    assert "no channel is free for those who are outside" in texts(decision)


def test_without_a_way_there_nobody_is_there() -> None:
    named = NET.replace('gateways = ["192.0.2.40", "192.0.2.41"]', 'gateways = ["udp:net.example.se"]')
    decision = asked(town(net=named), Presence(unregistered=NO_PHONES, names={Named("x", 1, "UDP"): ()}))

    assert f"{BYGGLOV}/{Branch.NOBODY_THERE}" in decision.visited
    assert "Ulla Ek is not rung outside: there is no way" in texts(decision)


@pytest.mark.parametrize("caller", ["+46701740698", ELIF])
def test_who_calls_from_their_mobile_is_not_rung_there(caller: str) -> None:
    numbers = {target.number for target in asked(town(), caller=caller).targets}

    assert caller not in numbers and len(numbers - {""}) == 1


def test_a_hidden_caller_is_nobody_of_ours() -> None:
    question = Question(dialled=BYGGLOV, origin=Origin.TRUNK, origin_name="operator", caller=None)

    assert ("ulla", "192.0.2.40") in rung(decide(town(), question, Presence(), NOON))


def test_it_is_explained_without_the_number() -> None:
    decision = asked(town(), Presence(unregistered=NO_PHONES))

    english, swedish = "\n".join(explain_lines(decision)), "\n".join(swedish_lines(decision))
    assert "rings group bygglov, all at once" in english
    assert "elif outside, by trunk net, at 192.0.2.40:5060" in english
    assert "ringer i gruppen bygglov, hos alla samtidigt" in swedish
    assert "Det ringer hos elif utanför växeln genom net." in swedish
    assert "Ulla Ek rings upp utanför växeln genom net." in swedish
    for text in (english, swedish):
        assert "0740699" not in text and "074 06 99" not in text
    assert decision.kind is Kind.RING and explain_json(decision)["group"] == "bygglov"
