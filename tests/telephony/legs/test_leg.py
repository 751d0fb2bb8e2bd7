"""telephony/legs/leg.py: what both kinds of legs do inside a dialog."""

import pytest

from telephony.call import facts as f
from tests.support.scripted_peer import Incoming, Outgoing, Party, sdp
from tests.support.stage import CLOSED, DIRECT, Stage

SIDES = ["caller", "member"]


def pick(side: str, call: Outgoing, member: Incoming) -> tuple[Party, str]:
    """One side of a connected call, and our name for its leg."""
    return (call, "call1.0") if side == "caller" else (member, "call1.1")


# ---- requests of theirs


@pytest.mark.parametrize("side", SIDES)
def test_options_inside_a_dialog(stage: Stage, side: str) -> None:
    party, _ = pick(side, *stage.connected())

    response = party.ask("OPTIONS")

    assert (response.status, response.headers.get("Accept")) == (200, "application/sdp")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("method", "status"), [("MESSAGE", 405), ("PUBLISH", 405), ("REGISTER", 405), ("DANCE", 501)]
)
def test_methods_that_are_not_served_inside_a_dialog(
    stage: Stage, side: str, method: str, status: int
) -> None:
    party, _ = pick(side, *stage.connected())

    response = party.ask(method)

    assert response.status == status
    assert response.headers.get("Allow")


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_a_required_extension_inside_a_dialog_is_420(stage: Stage, method: str) -> None:
    call, _ = stage.connected()

    response = call.ask(method, "", ("Require", "timer, gruu"))

    assert (response.status, response.headers.get("Unsupported")) == (420, "gruu")


@pytest.mark.parametrize("side", SIDES)
def test_a_lower_cseq_is_500(stage: Stage, side: str) -> None:
    party, _ = pick(side, *stage.connected())
    assert party.ask("OPTIONS", cseq=20).status == 200

    assert party.ask("BYE", cseq=19).status == 500

    assert not stage.facts(f.LegHungUp)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("method", ["BYE", "INVITE", "OPTIONS"])
@pytest.mark.parametrize("wrong", ["local", "remote"])
def test_a_wrong_tag_is_481_and_no_call_ends(stage: Stage, side: str, method: str, wrong: str) -> None:
    party, _ = pick(side, *stage.connected())
    before = len(stage.virtual.journal.facts)
    address = getattr(party, wrong)
    setattr(party, wrong, address.partition(";")[0] + ";tag=guess")

    assert party.ask(method, sdp(party.peer.host) if method == "INVITE" else "").status == 481

    assert len(stage.virtual.journal.facts) == before


def test_a_member_cannot_end_what_is_not_set_up(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring()

    assert member.hang_up().status == 481


@pytest.mark.parametrize("side", SIDES)
def test_bye_ends_the_other_side_too(stage: Stage, side: str) -> None:
    call, member = stage.connected()
    party, leg = pick(side, call, member)
    other = member if side == "caller" else call

    assert party.hang_up().status == 200

    other.peer.answer(other.peer.take("BYE"), 200)
    assert stage.facts(f.LegHungUp)[0].leg == leg
    assert stage.outcome().outcome is f.Outcome.ANSWERED
    assert stage.outcome().ended_by == side
    stage.assert_nothing_kept()


def test_byes_that_cross(stage: Stage) -> None:
    call, member = stage.connected()
    member.hang_up()

    assert call.hang_up().status == 200
    call.peer.answer(call.peer.take("BYE"), 481)

    assert len(stage.facts(f.LegEnded)) == 2
    assert len(stage.facts(f.LegHungUp)) == 1
    stage.assert_nothing_kept()


# ---- where our requests go


def test_a_callers_trunk_is_reached_by_its_contact(stage: Stage) -> None:
    gateway = stage.peer("192.0.2.39", 5090)
    stage.register("kc1")
    call = stage.call(DIRECT, ("Contact", "<sip:gw@192.0.2.39:5090>"))
    member = stage.offered("kc1")
    member.accept()
    call.pick_up()

    member.hang_up()

    assert gateway.take("BYE").uri == "sip:gw@192.0.2.39:5090"


def test_a_callers_trunk_is_reached_by_its_route(stage: Stage) -> None:
    stage.register("kc1")
    routes = "<sip:192.0.2.10;lr>, <sip:192.0.2.77;lr>"
    call = stage.call(DIRECT, ("Contact", "<sip:gw@10.0.0.1>"), ("Record-Route", routes))
    member = stage.offered("kc1")
    member.accept()
    call.pick_up()

    member.hang_up()

    bye = call.peer.take("BYE")
    assert bye.uri == "sip:gw@10.0.0.1"
    assert bye.headers.get_all("Route") == ["<sip:192.0.2.10;lr>", "<sip:192.0.2.77;lr>"]


def test_a_calling_phone_is_reached_where_it_calls_from(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.dial_from("bygg1", DIRECT, ("Contact", "<sip:bygg1@10.0.0.1:5062>"))
    member = stage.offered("kc1")
    member.accept()
    call.pick_up()

    member.hang_up()

    assert call.peer.take("BYE").uri == "sip:bygg1@10.0.0.1:5062"


@pytest.mark.parametrize(("body", "moves"), [(sdp("192.0.2.10"), True), (sdp("192.0.2.10", "111"), False)])
def test_only_an_accepted_reinvite_moves_the_target(stage: Stage, body: str, moves: bool) -> None:
    gateway = stage.peer("192.0.2.39", 5090)
    call, member = stage.connected()

    call.reinvite(body, ("Contact", "<sip:gw@192.0.2.39:5090>"))
    member.hang_up()

    assert gateway.has("BYE") is moves
    assert call.peer.has("BYE") is not moves


# ---- is anybody there


def test_connected_legs_are_asked_each_60_s(stage: Stage) -> None:
    call, member = stage.connected()
    asked = [set[str | None](), set[str | None]()]

    for _ in range(60):
        stage.wait(4.0)
        stage.loud("call1.0", "call1.1")
        for branches, party in zip(asked, (call, member), strict=True):
            branches |= party.peer.answer_all("OPTIONS")

    assert [len(branches) for branches in asked] == [4, 4]
    assert not stage.facts(f.LegLost)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("status", [408, 481])
def test_who_knows_nothing_of_the_dialog_is_lost(stage: Stage, side: str, status: int) -> None:
    call, member = stage.connected()
    stage.wait(60.0)
    stage.loud("call1.0", "call1.1")
    party, leg = pick(side, call, member)

    party.peer.answer(party.peer.take("OPTIONS"), status)

    assert [(lost.leg, lost.why) for lost in stage.facts(f.LegLost)] == [(leg, "no_options")]
    assert stage.outcome().outcome is f.Outcome.LOST
    assert call.peer.has("BYE") and member.peer.has("BYE")


@pytest.mark.parametrize("status", [405, 501, 403, 500])
def test_who_does_not_know_options_is_there(stage: Stage, status: int) -> None:
    call, _ = stage.connected()
    stage.wait(60.0)
    stage.loud("call1.0", "call1.1")

    call.peer.answer(call.peer.take("OPTIONS"), status)

    assert not stage.facts(f.LegLost)


def test_who_answers_nothing_and_is_silent_is_lost(stage: Stage) -> None:
    stage.connected()
    stage.wait(50.0)
    stage.loud("call1.0")

    stage.wait(50.0)

    assert stage.facts(f.LegLost)[0].why == "no_options"


def test_who_never_answers_options_but_sends_sound_lives_on(stage: Stage) -> None:
    stage.connected()

    for _ in range(60):
        stage.wait(5.0)
        stage.loud("call1.0", "call1.1")

    assert not stage.facts(f.LegLost)
    assert not stage.facts(f.CallEnded)


def test_silence_from_both_sides_for_60_s_is_the_end(stage: Stage) -> None:
    call, member = stage.connected()
    for _ in range(4):
        stage.wait(30.0)
        for party in (call, member):
            party.peer.answer_all("OPTIONS")

    assert stage.facts(f.LegLost)[0].why == "no_sound"
    assert stage.outcome().outcome is f.Outcome.LOST


def test_sound_from_one_side_is_enough(stage: Stage) -> None:
    call, member = stage.connected()
    for _ in range(40):
        stage.wait(5.0)
        stage.loud("call1.1")
        for party in (call, member):
            party.peer.answer_all("OPTIONS")

    assert not stage.facts(f.LegLost)


@pytest.mark.parametrize("side", SIDES)
def test_silence_on_hold_is_no_loss(stage: Stage, side: str) -> None:
    call, member = stage.connected()
    party, _ = pick(side, call, member)
    party.reinvite(sdp(party.peer.host, "8 101", "sendonly"))
    other = member if side == "caller" else call
    other.peer.answer(other.peer.take("INVITE"), 200, sdp(other.peer.host, "8 101", "recvonly"))

    for _ in range(40):
        stage.wait(10.0)
        for party in (call, member):
            party.peer.answer_all("OPTIONS")

    assert not stage.facts(f.LegLost)


def test_an_answer_to_options_after_the_end_means_nothing(stage: Stage) -> None:
    call, member = stage.connected()
    stage.wait(60.0)
    stage.loud("call1.0", "call1.1")
    options = call.peer.take("OPTIONS")
    member.hang_up()

    call.peer.answer(options, 481)

    assert not stage.facts(f.LegLost)


def test_an_announcement_is_not_asked_whether_it_is_there(stage: Stage) -> None:
    call = stage.call(CLOSED)
    call.pick_up()

    stage.wait(200.0)

    assert not call.peer.has("OPTIONS")
