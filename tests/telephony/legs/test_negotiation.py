"""telephony/legs/negotiation.py: hold, resume and other changes, from one side to the other."""

from collections.abc import Callable
from functools import partial

import pytest

from routing.places import Place
from telephony.call import facts as f
from telephony.call.actions import Announce, Connect, Dial
from telephony.call.facts import Target
from telephony.sdp.description import SessionDescription
from telephony.sip.message import Request
from tests.support.scripted_peer import Party, sdp
from tests.support.stage import CLOSED, DIRECT, Stage

SIDES = ["caller", "member"]
NAMES = {"caller": "call1.0", "member": "call1.1"}


def sides(stage: Stage, side: str) -> tuple[Party, Party]:
    """A connected call: who changes something, and the other."""
    call, member = stage.connected()
    return (call, member) if side == "caller" else (member, call)


def direction(body: bytes) -> str:
    """What a description says of its audio."""
    text = body.decode()
    return next(name for name in ("sendrecv", "sendonly", "recvonly", "inactive") if f"a={name}" in text)


def follow(party: Party, answered: str, formats: str = "8 101") -> str:
    """Take the re-INVITE that must have come, answer it, and return what it asked for."""
    invite = party.peer.take("INVITE")
    party.peer.answer(invite, 200, sdp(party.peer.host, formats, answered))
    ack = party.peer.take("ACK")
    assert ack.cseq.number == invite.cseq.number
    return direction(invite.body)


def held(stage: Stage) -> list[tuple[str, bool]]:
    return [(fact.leg, fact.held) for fact in stage.facts(f.LegHeld)]


# ---- hold


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("hold", "our_answer", "passed_on", "its_answer"),
    [
        (partial(sdp, direction="sendonly"), "recvonly", "sendonly", "recvonly"),
        (partial(sdp, direction="inactive"), "inactive", "inactive", "inactive"),
        (partial(sdp, session_direction="sendonly"), "recvonly", "sendonly", "recvonly"),
        (partial(sdp, session_direction="inactive"), "inactive", "inactive", "inactive"),
        (partial(sdp, connection="0.0.0.0"), "recvonly", "sendonly", "recvonly"),
        (partial(sdp, connection="0.0.0.0", direction="inactive"), "inactive", "inactive", "inactive"),
    ],
)
def test_hold_in_every_spelling_is_passed_on(
    stage: Stage, side: str, hold: Callable[[str], str], our_answer: str, passed_on: str, its_answer: str
) -> None:
    holder, other = sides(stage, side)

    response = holder.reinvite(hold(holder.peer.host))

    assert (response.status, direction(response.body)) == (200, our_answer)
    assert follow(other, its_answer) == passed_on
    assert held(stage) == [(NAMES[side], True)]
    assert not stage.media.streams[NAMES[side]].direction.sends

    response = holder.reinvite(sdp(holder.peer.host, "8 101"))

    assert direction(response.body) == "sendrecv"
    assert follow(other, "sendrecv") == "sendrecv"
    assert held(stage) == [(NAMES[side], True), (NAMES[side], False)]
    assert not holder.peer.requests and not other.peer.requests


def test_both_hold_and_resume_in_either_order(stage: Stage) -> None:
    call, member = sides(stage, "caller")
    call.reinvite(sdp(call.peer.host, "8 101", "sendonly"))
    assert follow(member, "recvonly") == "sendonly"

    answer = member.reinvite(sdp(member.peer.host, "8 101", "inactive"))
    assert direction(answer.body) == "inactive"
    assert follow(call, "inactive") == "inactive"
    assert held(stage) == [("call1.0", True), ("call1.1", True)]

    answer = member.reinvite(sdp(member.peer.host, "8 101", "sendrecv"))
    assert direction(answer.body) == "sendonly"  # the caller still holds
    assert follow(call, "sendonly") == "sendrecv"
    assert held(stage)[2:] == [("call1.1", False)]

    answer = call.reinvite(sdp(call.peer.host, "8 101", "sendrecv"))
    assert direction(answer.body) == "sendrecv"
    assert follow(member, "sendrecv") == "sendrecv"
    assert held(stage)[3:] == [("call1.0", False)]
    assert not call.peer.requests and not member.peer.requests


def test_who_is_held_and_changes_something_does_not_hold(stage: Stage) -> None:
    call, member = sides(stage, "caller")
    call.reinvite(sdp(call.peer.host, "8 101", "inactive"))
    assert follow(member, "inactive") == "inactive"

    answer = member.reinvite(sdp(member.peer.host, "8 101", port=4444))

    assert direction(answer.body) == "inactive"
    assert held(stage) == [("call1.0", True)]
    assert not call.peer.has("INVITE")


def test_a_far_end_that_answers_with_a_hold_of_its_own_is_passed_on(stage: Stage) -> None:
    call, member = sides(stage, "caller")
    call.reinvite(sdp(call.peer.host, "8 101", "sendonly"))
    follow(member, "recvonly")
    call.reinvite(sdp(call.peer.host, "8 101"))

    assert follow(member, "sendonly") == "sendrecv"

    assert held(stage)[-1] == ("call1.1", True)
    assert follow(call, "recvonly") == "sendonly"


# ---- other changes


def test_a_refresh_that_changes_nothing_stays_on_its_leg(stage: Stage) -> None:
    call, member = sides(stage, "caller")

    assert call.reinvite(sdp(call.peer.host)).status == 200

    assert not member.peer.requests


def test_a_media_address_that_moves_is_taken(stage: Stage) -> None:
    call, member = sides(stage, "caller")

    call.reinvite(sdp("192.0.2.200", "8 101", port=5004))

    assert stage.media.streams["call1.0"].remote == ("192.0.2.200", 5004)
    assert not member.peer.requests


def test_fewer_codecs_are_passed_on() -> None:
    stage = Stage()
    stage.register("kc1")
    call = stage.call(DIRECT, body=sdp("192.0.2.10", "8 0 101"))
    member = stage.offered("kc1")
    member.accept(sdp("192.0.2.101", "8 0 101"))
    call.pick_up()
    member.peer.take("ACK")

    call.reinvite(sdp("192.0.2.10", "0"))

    invite = member.peer.take("INVITE")
    assert SessionDescription.parse(invite.body).media[0].formats == ("0",)


def test_the_version_in_o_rises_with_each_change(stage: Stage) -> None:
    call, member = stage.connected()
    first = SessionDescription.parse(member.invite.body).origin

    call.reinvite(sdp(call.peer.host, "8 101", "sendonly"))

    second = SessionDescription.parse(member.peer.take("INVITE").body).origin
    assert second.session_id == first.session_id
    assert int(second.version) == int(first.version) + 1


def test_a_reinvite_without_common_codec_is_488_and_the_call_goes_on(stage: Stage) -> None:
    call, _ = sides(stage, "caller")
    before = stage.media.streams["call1.0"]

    assert call.reinvite(sdp(call.peer.host, "111")).status == 488

    assert stage.media.streams["call1.0"] == before
    assert call.reinvite(sdp(call.peer.host, "8 101")).status == 200
    assert not stage.facts(f.CallEnded)


def test_fax_is_488_and_the_call_goes_on(stage: Stage) -> None:
    call, _ = sides(stage, "member")
    fax = sdp("192.0.2.101").partition("m=")[0] + "m=image 4000 udptl t38\r\n"

    assert call.reinvite(fax).status == 488

    assert stage.media.bridges
    assert call.reinvite(sdp(call.peer.host, "8 101", "sendonly")).status == 200


def test_added_video_gets_port_0(stage: Stage) -> None:
    call, member = sides(stage, "caller")

    answer = call.reinvite(sdp(call.peer.host, "8 101", more="m=video 4002 RTP/AVP 96"))

    assert [media.port > 0 for media in SessionDescription.parse(answer.body).media] == [True, False]
    assert not member.peer.requests


@pytest.mark.parametrize(("content_type", "status"), [("text/plain", 415), ("application/sdp", 400)])
def test_a_body_that_is_not_understood(stage: Stage, content_type: str, status: int) -> None:
    call, _ = sides(stage, "caller")

    response = call.reinvite("hello", ("Content-Type", content_type))

    assert response.status == status
    assert ("Accept" in response.headers) is (status == 415)


# ---- a re-INVITE without an offer


@pytest.mark.parametrize("side", SIDES)
def test_our_offer_is_in_the_200_and_the_answer_in_the_ack(stage: Stage, side: str) -> None:
    party, other = sides(stage, side)

    offer = party.reinvite()
    assert direction(offer.body) == "sendrecv"
    party.ack(sdp(party.peer.host, "8 101", "sendonly"))

    assert held(stage) == [(NAMES[side], True)]
    assert follow(other, "recvonly") == "sendonly"


def test_a_second_offer_while_ours_waits_for_its_ack_is_491(stage: Stage) -> None:
    call, _ = sides(stage, "caller")
    call.reinvite()

    assert call.ask("INVITE").status == 491
    assert call.ask("INVITE", sdp(call.peer.host)).status == 491
    call.ack(sdp(call.peer.host, "8 101", port=4444), cseq=2)

    assert stage.media.streams["call1.0"].remote[1] == 4444
    assert not stage.facts(f.LegLost)


def test_an_ack_that_comes_late_is_not_taken_for_the_answer(stage: Stage) -> None:
    call, _ = sides(stage, "caller")
    assert call.ask("INVITE", sdp(call.peer.host, "8 101")).status == 200
    assert call.ask("INVITE").status == 200

    call.ack(cseq=2)
    assert not stage.facts(f.LegLost)
    call.ack(sdp(call.peer.host, "8", port=4444), cseq=3)

    assert stage.media.streams["call1.0"].remote[1] == 4444


def test_no_answer_in_the_ack_ends_the_call(stage: Stage) -> None:
    call, member = sides(stage, "caller")
    call.reinvite()

    call.ack()

    assert stage.facts(f.LegLost)[0].why == "no_common_sound"
    assert call.peer.has("BYE") and member.peer.has("BYE")


def test_an_answer_in_the_ack_of_a_leg_that_ends_means_nothing(stage: Stage) -> None:
    call, member = sides(stage, "caller")
    call.reinvite()
    member.hang_up()

    call.ack(sdp(call.peer.host, "8", "sendonly"))

    assert not stage.media.streams and not held(stage)
    assert not member.peer.has("INVITE")


def test_a_refused_answer_in_the_ack_of_a_leg_that_ends_means_nothing(stage: Stage) -> None:
    call, member = sides(stage, "caller")
    call.reinvite()
    member.hang_up()

    call.ack()

    assert not stage.facts(f.LegLost)


def test_a_reinvite_that_is_never_acknowledged_ends_the_call(stage: Stage) -> None:
    call, _ = sides(stage, "caller")
    call.ask("INVITE", sdp(call.peer.host, "8 101"))

    for _ in range(8):
        stage.wait(4.01)
        stage.loud("call1.0", "call1.1")

    assert stage.facts(f.LegLost)[0].why == "no_ack"
    assert call.peer.has("BYE")


# ---- glare (RFC 3261 14.1, 14.2)


def hold_half_way(stage: Stage, side: str = "caller") -> tuple[Party, Party, Request]:
    """`holder` holds, and the re-INVITE to the other side is on its way."""
    holder, other = sides(stage, side)
    holder.reinvite(sdp(holder.peer.host, "8 101", "sendonly"))
    return holder, other, other.peer.take("INVITE")


def test_a_reinvite_that_meets_ours_is_491(stage: Stage) -> None:
    _, other, _ = hold_half_way(stage)

    assert other.reinvite(sdp(other.peer.host, "8 101")).status == 491


@pytest.mark.parametrize(("side", "latest"), [("caller", 4.0), ("member", 2.0)])
def test_after_a_491_we_try_again_in_time(stage: Stage, side: str, latest: float) -> None:
    _, other, invite = hold_half_way(stage, side)

    other.peer.answer(invite, 491)
    other.peer.take("ACK")
    stage.wait(latest)

    assert follow(other, "recvonly") == "sendonly"


def test_who_made_the_call_id_waits_longer_after_a_491(stage: Stage) -> None:
    _, member, invite = hold_half_way(stage, "caller")

    member.peer.answer(invite, 491)
    stage.wait(2.09)

    assert not member.peer.has("INVITE")


def test_while_backing_off_their_reinvite_is_served_and_ours_comes_after(stage: Stage) -> None:
    _, member, invite = hold_half_way(stage)
    member.peer.answer(invite, 491)
    member.peer.requests.clear()

    answer = member.reinvite(sdp(member.peer.host, "8 101", port=4444))

    assert direction(answer.body) == "sendonly"
    stage.wait(4.1)
    assert not member.peer.has("INVITE")  # its own said it all


def test_a_change_while_ours_is_on_its_way_follows_it(stage: Stage) -> None:
    call, member, invite = hold_half_way(stage)
    call.reinvite(sdp(call.peer.host, "8 101"))
    assert not member.peer.has("INVITE")

    member.peer.answer(invite, 200, sdp(member.peer.host, "8 101", "recvonly"))

    member.peer.take("ACK")
    assert follow(member, "sendrecv") == "sendrecv"


def test_a_change_while_we_wait_for_an_ack_follows_it(stage: Stage) -> None:
    call, member = sides(stage, "caller")
    assert member.ask("INVITE", sdp(member.peer.host, "8 101")).status == 200
    call.reinvite(sdp(call.peer.host, "8 101", "sendonly"))
    assert not member.peer.has("INVITE")

    member.ack()

    assert follow(member, "recvonly") == "sendonly"


def test_a_reinvite_in_the_early_dialog_is_500(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    stage.offered("kc1").ring()
    call.remote = str(call.responses(call.branch)[-1].to)

    response = call.ask("INVITE", sdp(call.peer.host))

    assert response.status == 500
    assert 0 <= int(response.headers.get("Retry-After") or "-1") <= 10


def test_a_reinvite_to_a_leg_that_ends_is_481(stage: Stage) -> None:
    call, member = sides(stage, "caller")
    member.hang_up()

    assert call.ask("INVITE", sdp(call.peer.host)).status == 481


# ---- our re-INVITE is refused, or not answered


@pytest.mark.parametrize("status", [400, 488, 500, 603])
def test_a_reinvite_of_ours_that_is_refused_changes_nothing(stage: Stage, status: int) -> None:
    holder, other, invite = hold_half_way(stage)
    before = stage.media.streams["call1.1"]

    other.peer.answer(invite, status)

    assert stage.media.streams["call1.1"] == before
    assert not stage.facts(f.LegLost)
    assert not other.peer.has("INVITE")
    assert direction(holder.reinvite(sdp(holder.peer.host, "8 101")).body) == "sendrecv"
    assert not other.peer.has("INVITE")


@pytest.mark.parametrize("status", [408, 481])
def test_a_reinvite_of_ours_that_finds_no_dialog_is_the_end(stage: Stage, status: int) -> None:
    holder, other, invite = hold_half_way(stage)

    other.peer.answer(invite, status)

    assert stage.facts(f.LegLost)[0].why == "no_dialog"
    assert holder.peer.has("BYE") and other.peer.has("BYE")


def test_a_reinvite_of_ours_that_nobody_answers_is_the_end(stage: Stage) -> None:
    hold_half_way(stage)

    stage.wait(32.1)

    assert stage.facts(f.LegLost)[0].why == "no_dialog"


def test_a_reinvite_of_ours_that_only_rings_is_cancelled(stage: Stage) -> None:
    _, other, invite = hold_half_way(stage)
    other.peer.answer(invite, 100)

    stage.wait(32.1)
    cancel = other.peer.take("CANCEL")
    other.peer.answer(cancel, 200)
    other.peer.answer(invite, 487)

    assert not stage.facts(f.LegLost)
    assert other.reinvite(sdp(other.peer.host, "8 101", "recvonly")).status == 200


@pytest.mark.parametrize("body", ["", sdp("192.0.2.101", "111")])
def test_an_unusable_answer_to_our_reinvite_leaves_what_was(stage: Stage, body: str) -> None:
    _, other, invite = hold_half_way(stage)
    before = stage.media.streams["call1.1"]

    other.peer.answer(invite, 200, body)

    assert other.peer.has("ACK")
    assert stage.media.streams["call1.1"] == before
    assert not stage.facts(f.LegLost)


def test_a_2xx_to_our_reinvite_that_comes_again_is_acknowledged_again(stage: Stage) -> None:
    holder, other, invite = hold_half_way(stage)
    other.peer.answer(invite, 200, sdp(other.peer.host, "8 101", "recvonly"))
    holder.reinvite(sdp(holder.peer.host, "8 101"))
    second = other.peer.take("INVITE")

    other.peer.answer(invite, 200, sdp(other.peer.host, "8 101", "recvonly"))
    other.peer.answer(second, 200, sdp(other.peer.host, "8 101"))

    numbers = [other.peer.take("ACK").cseq.number for _ in range(3)]
    assert numbers == [invite.cseq.number, invite.cseq.number, second.cseq.number]
    assert stage.media.streams["call1.1"].direction.sends
    assert stage.media.streams["call1.1"].direction.receives


@pytest.mark.parametrize("status", [200, 487, 491])
def test_an_answer_to_our_reinvite_after_the_end_leaves_nothing(stage: Stage, status: int) -> None:
    holder, other, invite = hold_half_way(stage)
    other.peer.answer(invite, 100)
    holder.hang_up()
    other.peer.answer(other.peer.take("BYE"), 200)
    other.peer.answer_all("CANCEL")

    other.peer.answer(invite, status, sdp(other.peer.host, "8 101") if status == 200 else "")

    assert not stage.media.streams
    stage.assert_nothing_kept()


def test_a_reinvite_that_is_never_answered_does_not_outlive_its_call(stage: Stage) -> None:
    holder, other, invite = hold_half_way(stage)
    other.peer.answer(invite, 100)

    holder.hang_up()

    assert other.peer.has("CANCEL")
    stage.assert_nothing_kept()


def test_a_trunks_2xx_to_our_reinvite_moves_its_target(stage: Stage) -> None:
    gateway = stage.peer("192.0.2.39", 5090)
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept()
    call.pick_up()
    member.reinvite(sdp("192.0.2.101", "8 101", "sendonly"))
    invite = call.peer.take("INVITE")

    moved = {"Contact": "<sip:gw@192.0.2.39:5090>"}
    call.peer.answer(invite, 200, sdp(call.peer.host, "8 101", "recvonly"), **moved)
    member.hang_up()

    assert gateway.has("BYE")


# ---- beyond calls of two


def test_a_leg_without_a_peer_negotiates_for_itself(stage: Stage) -> None:
    call = stage.call(CLOSED)
    call.pick_up()

    assert direction(call.reinvite(sdp("192.0.2.10", "8 101", "sendonly")).body) == "recvonly"
    assert direction(call.reinvite().body) == "sendrecv"


def full_of_numbers() -> str:
    """An offer of G.722 that leaves no payload number for anything else."""
    numbers = [0, 8, *range(96, 128), *range(35, 64)]
    maps = "\n".join(f"a=rtpmap:{number} x{number}/8000" for number in numbers)
    return sdp("192.0.2.10", "9 " + " ".join(map(str, numbers)), more=maps)


def test_a_far_end_that_has_used_up_the_payload_numbers_keeps_what_it_has(stage: Stage) -> None:
    legs = stage.node.legs
    stage.register("kc1")
    call = stage.call(DIRECT, body=full_of_numbers())
    stage.offered("kc1").accept(sdp("192.0.2.101", "9"))
    call.pick_up()
    legs.perform(
        Dial(
            "call1.9",
            "nobody",
            Target("t", trunk="pbx", number="1", gateway=Place("192.0.2.20", 5060)),
            None,
            "",
            None,
            "",
            9,
        ),
        0.0,
    )
    stage.pump()
    stage.offered_at(stage.pbx).accept(sdp("192.0.2.20", "0"))

    legs.perform(Connect("call1.0", "call1.9"), 0.0)
    stage.pump()

    assert not call.peer.has("INVITE")
    assert stage.media.bridges


def test_an_announced_caller_can_be_connected(stage: Stage) -> None:
    legs = stage.node.legs
    call = stage.call(CLOSED, body=sdp("192.0.2.10", "8 0 101"))
    call.pick_up()
    legs.perform(
        Dial(
            "call1.9",
            "call1.0",
            Target("t", trunk="pbx", number="1", gateway=Place("192.0.2.20", 5060)),
            None,
            "",
            None,
            "",
            9,
        ),
        0.0,
    )
    stage.pump()
    stage.offered_at(stage.pbx).accept(sdp("192.0.2.20", "0"))
    legs.perform(Announce("call1.0", "closed", False), 0.0)

    legs.perform(Connect("call1.0", "call1.9"), 0.0)
    stage.pump()

    assert SessionDescription.parse(call.peer.take("INVITE").body).media[0].formats == ("0",)


# ---- other spellings


@pytest.mark.parametrize("side", SIDES)
def test_hold_as_ipv6_spells_it(stage: Stage, side: str) -> None:
    holder, other = sides(stage, side)
    unspecified = sdp(holder.peer.host).replace(f"c=IN IP4 {holder.peer.host}", "c=IN IP6 ::")

    assert direction(holder.reinvite(unspecified).body) == "recvonly"

    assert follow(other, "recvonly") == "sendonly"
    assert held(stage) == [(NAMES[side], True)]


@pytest.mark.parametrize("side", SIDES)
def test_who_only_listens_does_not_hold(stage: Stage, side: str) -> None:
    listener, other = sides(stage, side)

    assert direction(listener.reinvite(sdp(listener.peer.host, "8 101", "recvonly")).body) == "sendonly"

    assert follow(other, "sendonly") == "recvonly"
    assert not held(stage)
    assert direction(listener.reinvite(sdp(listener.peer.host, "8 101")).body) == "sendrecv"
    assert follow(other, "sendrecv") == "sendrecv"


# ---- UPDATE (RFC 3311)


@pytest.mark.parametrize("side", SIDES)
def test_an_update_with_an_offer_is_a_change_like_any_other(stage: Stage, side: str) -> None:
    holder, other = sides(stage, side)

    answer = holder.ask("UPDATE", sdp(holder.peer.host, "8 101", "sendonly"))

    assert (answer.status, direction(answer.body)) == (200, "recvonly")
    assert answer.contacts
    assert follow(other, "recvonly") == "sendonly"
    assert held(stage) == [(NAMES[side], True)]
    assert direction(holder.ask("UPDATE", sdp(holder.peer.host, "8 101")).body) == "sendrecv"
    assert follow(other, "sendrecv") == "sendrecv"


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("with_offer", [True, False])
def test_an_update_that_changes_nothing_stays_on_its_leg(stage: Stage, side: str, with_offer: bool) -> None:
    party, other = sides(stage, side)

    answer = party.ask("UPDATE", sdp(party.peer.host, "8 101") if with_offer else "")

    assert (answer.status, bool(answer.body)) == (200, with_offer)
    assert not other.peer.requests


def test_an_update_moves_the_target(stage: Stage) -> None:
    gateway = stage.peer("192.0.2.39", 5090)
    call, member = sides(stage, "caller")

    assert call.ask("UPDATE", "", ("Contact", "<sip:gw@192.0.2.39:5090>")).status == 200

    assert "192.0.2.39" in str(stage.facts(f.LegDialogChanged)[-1].dialog)
    member.hang_up()
    assert gateway.has("BYE")


@pytest.mark.parametrize(("body", "status"), [(sdp("192.0.2.10", "111"), 488), ("hello", 400)])
def test_an_update_that_cannot_be_agreed_changes_nothing(stage: Stage, body: str, status: int) -> None:
    call, _ = sides(stage, "caller")
    before = stage.media.streams["call1.0"]

    assert call.ask("UPDATE", body).status == status

    assert stage.media.streams["call1.0"] == before
    assert call.reinvite(sdp(call.peer.host, "8 101")).status == 200


def test_an_update_with_a_body_of_another_type_is_415(stage: Stage) -> None:
    call, _ = sides(stage, "caller")

    assert call.ask("UPDATE", "hello", ("Content-Type", "text/plain")).status == 415


def test_an_offer_in_an_update_that_meets_ours_is_491(stage: Stage) -> None:
    _, other, _ = hold_half_way(stage)

    assert other.ask("UPDATE", sdp(other.peer.host, "8 101")).status == 491
    assert other.ask("UPDATE").status == 200


def test_an_offer_in_an_update_while_ours_waits_for_its_ack_is_491(stage: Stage) -> None:
    call, _ = sides(stage, "caller")
    call.reinvite()

    assert call.ask("UPDATE", sdp(call.peer.host)).status == 491


def test_an_update_to_a_leg_that_ends_is_481(stage: Stage) -> None:
    call, member = sides(stage, "caller")
    member.hang_up()

    assert call.ask("UPDATE").status == 481


def test_an_offer_before_the_invite_is_answered_has_to_wait(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    stage.offered("kc1").ring()
    call.remote = str(call.responses(call.branch)[-1].to)

    response = call.ask("UPDATE", sdp(call.peer.host))

    assert response.status == 500
    assert 0 <= int(response.headers.get("Retry-After") or "-1") <= 10
    assert call.ask("UPDATE").status == 200
