"""Registrations of ours with trunks (RFC 3261 10.2, RFC 5626 4.5)."""

from itertools import pairwise

import pytest

from routing.places import Found, Named
from telephony.call.trunk_facts import TrunkCredentialsRefused, TrunkRegistered, TrunkRegistrationLost
from tests.support.asking_trunk import NET, NET_2, REGISTERED, AskingTrunk, registered_stage
from tests.support.digest_server import DigestServer
from tests.support.plans import tables_of
from tests.support.stage import GROUPS, NUMBERS, TRUNKS, Stage
from tests.support.switchboard import ADDRESS, VirtualNode


@pytest.fixture
def stage() -> Stage:
    return registered_stage()


@pytest.fixture
def net(stage: Stage) -> AskingTrunk:
    return begin(AskingTrunk(stage))


def begin(net: AskingTrunk) -> AskingTrunk:
    net.stage.node.legs.registrations.begin(net.stage.now)
    net.stage.wait(1.0)
    return net


def load(stage: Stage, trunk: str) -> None:
    tables = tables_of(2, trunks=TRUNKS + trunk, groups=GROUPS, numbers=NUMBERS)
    stage.virtual.directory.load(tables)
    stage.node.legs.registrations.begin(stage.now)
    stage.wait(1.0)


def times(net: AskingTrunk, seconds: float, status: int) -> list[float]:
    """When the first gateway is asked within this time, refusing each."""
    found, until = [], net.stage.now + seconds
    while net.stage.now < until:
        while net.first.has("REGISTER"):
            net.first.answer(net.take(), status)
            found.append(net.stage.now)
        net.stage.wait(0.5)
    return found


# ---- what is sent


def test_a_trunk_that_wants_it_is_registered_with_and_that_is_a_fact(stage: Stage, net: AskingTrunk) -> None:
    request = net.register()
    stage.node.handle_timer(stage.now)

    assert request.uri == "sip:sip.net.example"
    assert str(request.to) == "<sip:0853061000@sip.net.example>"
    assert request.headers.get("Contact") == f"<sip:0853061000@{ADDRESS[0]}:5060>;expires=3600"
    fact = stage.facts(TrunkRegistered)[0]
    assert (fact.trunk, fact.registrar, fact.seconds, fact.stream) == ("net", NET, 3600, "trunk/net")
    assert stage.virtual.switchboard.house.registrar("net") == NET
    assert not net.second.requests


def test_it_is_refreshed_before_what_was_granted_is_over_in_one_series(
    stage: Stage, net: AskingTrunk
) -> None:
    first = net.register("600")

    stage.wait(600 * 0.74)
    assert not net.first.has("REGISTER")
    stage.wait(600 * 0.17)
    again = net.register("600")

    assert again.call_id == first.call_id and again.from_.tag == first.from_.tag
    assert again.cseq.number == first.cseq.number + 2
    assert len(stage.facts(TrunkRegistered)) == 1


@pytest.mark.parametrize(
    ("contact", "expires", "refreshed_by"),
    [
        ("", "120", 109),
        (";expires=60", "3600", 55),
        (";expires=junk", "60", 3600),
        ("malformed", "60", 3600),
        (";expires=1", "1", 6),
    ],
)
def test_the_registrar_says_for_how_long(
    stage: Stage, net: AskingTrunk, contact: str, expires: str, refreshed_by: float
) -> None:
    request = net.take()
    ours = (request.headers.get("Contact") or "").partition(";")[0]
    others = f"<sip:0853061000@192.0.2.99>;expires=5, {ours}{contact}"

    net.first.answer(request, 200, Contact="<<<" if contact == "malformed" else others, Expires=expires)
    stage.wait(refreshed_by * 0.7)
    assert not net.first.has("REGISTER") or refreshed_by < 10

    stage.wait(refreshed_by * 0.3)
    assert net.first.has("REGISTER")


def test_a_lone_contact_is_ours_and_none_leaves_what_was_asked_for(stage: Stage, net: AskingTrunk) -> None:
    request = net.take()
    net.first.answer(request, 200, Contact="<sip:0853061000@203.0.113.7:1024>;expires=100")
    stage.wait(92)

    net.first.answer(net.take(), 200, Contact="")

    stage.wait(2600)
    assert not net.first.has("REGISTER")
    stage.wait(700)
    assert net.first.has("REGISTER")


def test_a_longer_time_is_asked_for_once_when_the_registrar_wants_that(
    stage: Stage, net: AskingTrunk
) -> None:
    net.first.answer(net.take(), 423, Min_Expires="7200")
    longer = net.take()
    assert longer.headers.get("Expires") == "7200"

    net.first.answer(longer, 423, Min_Expires="9000")

    assert not net.first.requests
    assert stage.facts(TrunkRegistrationLost)[0].status == 423


@pytest.mark.parametrize("least", ["", "junk", "60"])
def test_a_423_that_asks_for_nothing_longer_is_a_refusal(net: AskingTrunk, least: str) -> None:
    net.first.answer(net.take(), 423, Min_Expires=least)

    assert not net.first.requests


# ---- what fails


def test_the_next_gateway_is_tried_and_stayed_with(stage: Stage, net: AskingTrunk) -> None:
    request = net.take()
    net.first.answer(request, 100)
    net.first.answer(request, 503)
    request = net.second.take("REGISTER")
    net.grant(request, "60", net.second)
    assert stage.facts(TrunkRegistered)[0].registrar == NET_2

    stage.wait(55)

    assert net.second.has("REGISTER") and not net.first.has("REGISTER")


def test_silence_at_all_gateways_is_told_once_and_tried_again_ever_later(
    stage: Stage, net: AskingTrunk
) -> None:
    stage.wait(70)

    lost = stage.facts(TrunkRegistrationLost)
    assert [(fact.status, fact.why) for fact in lost] == [(0, "no_answer")]
    assert stage.virtual.switchboard.house.registrar("net") is None
    stage.wait(4000)
    assert len(stage.facts(TrunkRegistrationLost)) == 1


def test_it_waits_longer_after_each_refusal_and_never_beyond_half_an_hour(
    stage: Stage, net: AskingTrunk
) -> None:
    asked = times(net, 20_000, 403)

    gaps = [after - before for before, after in pairwise(asked)]
    for place, gap in enumerate(gaps):
        most = min(1800.0, 30.0 * 2 ** (place + 1))
        assert most / 2 - 0.5 <= gap <= most + 1.0
    assert len(gaps) > 10
    assert not net.second.requests  # what is said of us is not asked elsewhere


@pytest.mark.parametrize(("wait", "least"), [("300;duration=9", 300), ("soon", 30), ("300 (busy)", 300)])
def test_a_registrar_that_wants_to_be_left_alone_is(stage: Stage, wait: str, least: float) -> None:
    net = begin(AskingTrunk(stage))
    net.first.answer(net.take(), 403, Retry_After=wait)

    stage.wait(least - 1)
    assert not net.first.requests
    stage.wait(62)

    assert net.first.has("REGISTER")


def test_what_is_granted_lasts_while_a_refresh_fails_and_then_is_lost(stage: Stage, net: AskingTrunk) -> None:
    net.register("300")
    house = stage.virtual.switchboard.house

    stage.wait(299)
    assert house.registrar("net") == NET
    stage.wait(2)

    assert house.registrar("net") is None
    assert [fact.why for fact in stage.facts(TrunkRegistrationLost)] == ["no_answer"]


def test_a_refused_refresh_loses_it_at_once_and_the_next_good_answer_finds_it(
    stage: Stage, net: AskingTrunk
) -> None:
    net.register("100")
    stage.wait(90)
    net.first.answer(net.take(), 403)
    assert [(fact.status, fact.why) for fact in stage.facts(TrunkRegistrationLost)] == [(403, "refused")]

    stage.wait(60)
    net.register()

    assert len(stage.facts(TrunkRegistered)) == 2
    assert stage.virtual.switchboard.house.registrar("net") == NET


def test_no_seconds_granted_is_no_registration(stage: Stage, net: AskingTrunk) -> None:
    net.grant(net.take(), "0")

    assert [fact.status for fact in stage.facts(TrunkRegistrationLost)] == [200]


# ---- passwords


def test_a_wrong_password_is_tried_once_and_told_without_it(stage: Stage) -> None:
    net = AskingTrunk(stage, DigestServer("net.example", "anna@net.example", "another"))
    begin(net)
    net.challenge(net.take())
    again = net.take()
    assert net.judge(again) == "wrong"

    net.challenge(again)

    assert not net.first.requests and not net.second.requests
    refused = stage.facts(TrunkCredentialsRefused)
    assert [(fact.method, fact.realm, fact.why) for fact in refused] == [
        ("REGISTER", "net.example", "password")
    ]
    assert stage.facts(TrunkRegistrationLost)[0].status == 401


def test_a_password_that_is_set_is_tried_at_once(stage: Stage) -> None:
    stage.virtual.trunk_passwords["net"] = ""
    net = begin(AskingTrunk(stage))
    net.challenge(net.take())
    assert [fact.why for fact in stage.facts(TrunkCredentialsRefused)] == ["no_password"]

    del stage.virtual.trunk_passwords["net"]
    begin(net)

    net.register()
    assert stage.facts(TrunkRegistered)


# ---- the plan


def test_a_new_plan_that_leaves_it_as_it_is_changes_nothing(stage: Stage, net: AskingTrunk) -> None:
    net.register()

    load(stage, REGISTERED)

    assert not net.first.requests


def test_a_plan_without_it_takes_the_registration_back(stage: Stage, net: AskingTrunk) -> None:
    net.register()

    load(stage, "")
    net.challenge(net.take())
    gone = net.take()

    assert net.judge(gone) == "right"
    assert gone.headers.get("Expires") == "0"
    net.grant(gone, "0")
    assert [fact.why for fact in stage.facts(TrunkRegistrationLost)] == ["left"]
    stage.wait(8000)
    assert not net.first.requests


def test_a_plan_with_another_address_registers_that_and_takes_the_old_one_back(
    stage: Stage, net: AskingTrunk
) -> None:
    net.register()

    load(stage, REGISTERED.replace("0853061000@", "0853061001@"))

    old, new = net.take(), net.take()
    assert old.headers.get("Expires") == "0" and "0853061000" in str(old.to)
    assert new.headers.get("Expires") == "3600" and "0853061001" in str(new.to)


def test_a_plan_with_more_gateways_changes_nothing(stage: Stage, net: AskingTrunk) -> None:
    net.register()

    load(stage, REGISTERED.replace('["192.0.2.40",', '["192.0.2.49", "192.0.2.40",'))

    assert not net.first.requests


def test_a_plan_without_the_gateway_that_took_it_goes_to_another(stage: Stage, net: AskingTrunk) -> None:
    net.register()

    load(stage, REGISTERED.replace('["192.0.2.40",', "["))

    assert net.take().headers.get("Expires") == "0"
    assert net.second.take("REGISTER").headers.get("Expires") == "3600"


def test_what_is_granted_after_the_plan_dropped_it_is_given_back(stage: Stage, net: AskingTrunk) -> None:
    load(stage, "")
    request = net.take()

    net.grant(request)

    assert net.take().headers.get("Expires") == "0"
    assert not stage.facts(TrunkRegistered)


def test_a_refusal_after_the_plan_dropped_it_is_let_be(stage: Stage, net: AskingTrunk) -> None:
    load(stage, "")
    request = net.take()

    net.first.answer(request, 403)

    assert not net.first.requests and not stage.facts(TrunkRegistrationLost)


def test_a_plan_that_comes_while_an_answer_is_awaited_asks_no_second_time(
    stage: Stage, net: AskingTrunk
) -> None:
    load(stage, REGISTERED)
    stage.wait(0.2)

    net.take()
    assert not net.first.requests


# ---- the end


def test_the_end_of_the_service_takes_all_registrations_back(stage: Stage, net: AskingTrunk) -> None:
    net.register()

    stage.node.leave(stage.now)
    stage.pump()
    assert stage.node.is_leaving
    net.register("0")

    assert not stage.node.is_leaving
    assert [fact.why for fact in stage.facts(TrunkRegistrationLost)] == ["left"]


def test_what_was_never_registered_is_not_taken_back(stage: Stage, net: AskingTrunk) -> None:
    net.first.answer(net.take(), 403)

    stage.node.leave(stage.now)
    stage.pump()

    assert not stage.node.is_leaving and not net.first.requests


def test_several_trunks_register_each_for_itself() -> None:
    other = REGISTERED.replace("trunks.net", "trunks.other").replace("0853061000@", "0853062000@")
    stage = registered_stage(other)
    net = begin(AskingTrunk(stage))

    asked = [net.take() for _ in range(2)]

    assert sorted(str(request.to) for request in asked) == [
        "<sip:0853061000@sip.net.example>",
        "<sip:0853062000@sip.net.example>",
    ]
    assert asked[0].call_id != asked[1].call_id


def test_a_registrar_whose_name_means_nothing_yet_is_registered_with_once_it_does() -> None:
    named = Named("sip.net.example", None, "UDP")
    known: list[Found] = []

    class Names:
        def places(self, asked: Named) -> tuple[Found, ...]:
            return tuple(known) if asked == named else ()

    trunks = TRUNKS + REGISTERED.replace(f'"{NET[0]}", "{NET_2[0]}"', '"sip.net.example"')
    tables = tables_of(1, trunks=trunks, groups=GROUPS, numbers=NUMBERS)
    stage = Stage(VirtualNode(tables, names=Names()))
    registrar = stage.peer(*NET)
    stage.node.legs.registrations.begin(stage.now)
    stage.wait(1.0)
    assert [fact.why for fact in stage.facts(TrunkRegistrationLost)] == ["no_answer"]

    known.append(Found(0, 0, (named.at(*NET),)))
    stage.node.names_changed(stage.now)
    stage.wait(1.0)

    assert registrar.has("REGISTER")
