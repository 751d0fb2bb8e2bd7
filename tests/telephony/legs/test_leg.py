"""telephony/legs/leg.py: what both kinds of legs do inside a dialog."""

import pytest

from telephony.call import facts as f
from tests.support.scripted_peer import Incoming, Outgoing, Party, sdp
from tests.support.stage import DIRECT, Stage

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
