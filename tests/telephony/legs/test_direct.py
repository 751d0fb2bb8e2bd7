"""Sound past us, between two of a net that allows it: when it goes, and what brings it back."""

import pytest

from telephony.call import facts as f
from telephony.legs.direct import AGAIN_SECONDS, MOST_TIMES, PROOF_SECONDS
from telephony.legs.ping import PING_SECONDS
from telephony.sdp.description import SessionDescription
from telephony.sip.message import Request
from tests.support.plans import MUNICIPALITY
from tests.support.scripted_peer import Incoming, Outgoing, Party, sdp
from tests.support.stage import DIRECT, Stage
from tests.support.switchboard import ADDRESS
from tests.telephony.legs.test_refer import PEOPLE, answered, refer, told

A = '[nets.a]\nprefixes = ["192.0.2.10"]\ndirect = true\n'
NET = '[nets.office]\nprefixes = ["192.0.2.0/24"]\ndirect = true\n'


def where(message: Request | bytes) -> tuple[str, int]:
    """Where a description of ours has the sound sent."""
    described = SessionDescription.parse(message if isinstance(message, bytes) else message.body)
    connection = described.connection_of(described.media[0])
    assert connection is not None
    assert described.origin.address == ADDRESS[0]
    return connection.address, described.media[0].port


def accept(party: Party, body: str = "") -> tuple[str, int]:
    """Take our re-INVITE; the address that it tells."""
    invite = party.peer.take("INVITE")
    party.peer.answer(invite, 200, body or sdp(party.peer.host, "8 101"))
    party.peer.take("ACK")
    return where(invite)


def connected(stage: Stage) -> tuple[Outgoing, Incoming]:
    """A caller and Amina, to whom we have said so far to send to us."""
    caller, amina = stage.connected()
    return caller, amina


def direct(stage: Stage) -> tuple[Outgoing, Incoming]:
    """The two talk past us."""
    caller, amina = connected(stage)
    assert accept(caller) == ("192.0.2.101", 4000)
    assert accept(amina) == ("192.0.2.10", 4000)
    assert not caller.peer.has("INVITE") and not amina.peer.has("INVITE")
    return caller, amina


def relayed(stage: Stage, *parties: Party) -> bool:
    """Each takes a re-INVITE to send its sound to us."""
    return all(accept(party)[0] == ADDRESS[0] for party in parties)


@pytest.fixture(name="office")
def _office() -> Stage:
    return Stage(people=PEOPLE, more=NET)


def test_each_is_told_the_others_address_and_our_ports_stay(office: Stage) -> None:
    caller, amina = direct(office)

    assert office.media.bridges == {}  # or a phone that sends to where sound comes from would send to us
    assert len(office.media.open_legs) == 2
    caller.hang_up()
    amina.peer.answer(amina.peer.take("BYE"), 200)
    office.assert_nothing_kept()


def test_the_version_rises_when_the_address_alone_is_new(office: Stage) -> None:
    caller, _ = connected(office)
    invite = caller.peer.take("INVITE")

    before = SessionDescription.parse(caller.assert_answered().body).origin
    after = SessionDescription.parse(invite.body).origin

    assert (after.session_id, int(after.version)) == (before.session_id, int(before.version) + 1)


@pytest.mark.parametrize(
    "more",
    [
        "",
        NET.replace("direct = true", ""),
        A + '[nets.b]\nprefixes = ["192.0.2.101"]\ndirect = true\n',
        A + '[nets.b]\nprefixes = ["192.0.2.101"]\n',
    ],
    ids=["no nets", "not allowed", "two nets", "one allows it"],
)
def test_only_within_one_net_that_allows_it(more: str) -> None:
    caller, amina = connected(Stage(people=PEOPLE, more=more))

    assert not caller.peer.has("INVITE") and not amina.peer.has("INVITE")


@pytest.mark.parametrize(
    ("caller", "member"),
    [
        (sdp("192.0.2.10", "8 101"), sdp("192.0.2.101", "0 101")),
        (sdp("192.0.2.10", "8 101", connection="192.0.2.77"), sdp("192.0.2.101", "8 101")),
        (sdp("192.0.2.10", "8 101", "sendonly"), sdp("192.0.2.101", "8 101", "recvonly")),
        (sdp("192.0.2.10", "8 111 101"), sdp("192.0.2.101", "8 111 101").replace("111", "96")),
    ],
    ids=["converted", "behind a NAT", "on hold", "other numbers"],
)
def test_not_where_we_are_needed(office: Stage, caller: str, member: str) -> None:
    office.register("kc1")
    call = office.call(DIRECT, body=caller)
    amina = office.offered("kc1")
    amina.accept(member)
    amina.peer.take("ACK")
    call.pick_up()

    asked = [request for party in (call, amina) for request in party.peer.requests]
    assert {where(request)[0] for request in asked if request.method == "INVITE"} <= {ADDRESS[0]}


def test_not_where_keys_are_listened_for() -> None:
    stage = Stage(people=PEOPLE, more=NET, municipality=MUNICIPALITY + 'transfer_code = "**"\n')

    caller, _ = connected(stage)

    assert not caller.peer.has("INVITE")


def test_not_with_112(office: Stage) -> None:
    call = office.call("112")
    alarm = office.offered_at(office.alarm)
    alarm.accept()
    call.pick_up()

    assert not call.peer.has("INVITE") and not alarm.peer.has("INVITE")


@pytest.mark.parametrize("status", [488, 500, 606])
def test_a_refusal_leaves_the_sound_with_us(office: Stage, status: int) -> None:
    caller, amina = connected(office)
    accept(caller)

    amina.peer.answer(amina.peer.take("INVITE"), status)

    assert relayed(office, caller)
    assert office.media.bridges == {"call1.0": "call1.1", "call1.1": "call1.0"}
    assert not amina.peer.has("INVITE") and not caller.peer.has("INVITE")
    assert not office.facts(f.LegLost)


def test_the_first_refuses_and_the_second_is_told_nothing_more(office: Stage) -> None:
    caller, amina = connected(office)

    caller.peer.answer(caller.peer.take("INVITE"), 488)
    accept(amina)

    assert relayed(office, amina)
    assert not caller.peer.has("INVITE")


def test_who_does_not_answer_is_not_lost_for_it(office: Stage) -> None:
    caller, amina = connected(office)
    accept(caller)

    office.wait(33.0)

    assert not office.facts(f.LegLost)
    assert relayed(office, caller)
    assert amina.peer.has("INVITE")


def test_a_glare_is_tried_again(office: Stage) -> None:
    caller, amina = connected(office)
    accept(caller)
    amina.peer.answer(amina.peer.take("INVITE"), 491)
    amina.peer.take("ACK")

    office.wait(5.0)

    assert accept(amina) == ("192.0.2.10", 4000)


def test_hold_brings_it_back_and_resume_sends_it_past_us_again(office: Stage) -> None:
    caller, amina = direct(office)

    assert where(amina.reinvite(sdp("192.0.2.101", "8 101", "sendonly")).body)[0] == ADDRESS[0]
    assert office.media.bridges == {"call1.0": "call1.1", "call1.1": "call1.0"}
    assert accept(caller, sdp("192.0.2.10", "8 101", "recvonly"))[0] == ADDRESS[0]
    assert where(amina.reinvite(sdp("192.0.2.101", "8 101")).body)[0] == ADDRESS[0]
    accept(caller)

    addresses = [accept(party) for party in (caller, amina, caller, amina) if party.peer.has("INVITE")]
    assert addresses[-1][0] != ADDRESS[0]


def test_a_phone_that_moves_is_followed(office: Stage) -> None:
    caller, amina = direct(office)

    answer = amina.reinvite(sdp("192.0.2.101", "8 101", port=5000))

    assert where(answer.body) == ("192.0.2.10", 4000)
    assert accept(caller) == ("192.0.2.101", 5000)


def test_two_that_move_each_time_are_left_with_us(office: Stage) -> None:
    caller, amina = connected(office)

    told_of: list[tuple[str, int]] = []
    for turn in range(10 * MOST_TIMES):
        for party in (caller, amina):
            if party.peer.has("INVITE"):
                told_of.append(accept(party, sdp(party.peer.host, "8 101", port=6000 + 2 * turn)))

    assert not caller.peer.has("INVITE") and not amina.peer.has("INVITE")
    assert {host for host, _ in told_of[-2:]} == {ADDRESS[0]}


def test_a_transfer_brings_both_back(office: Stage) -> None:
    office.register("bygg1")
    caller, amina = direct(office)

    assert refer(amina) == 202

    silenced(amina)
    assert relayed(office, caller)
    told(amina.peer)
    answered(office, "bygg1")
    assert accept(caller) == ("192.0.2.111", 4000)


def silenced(party: Party) -> None:
    """Is to send nothing more: the other would go on with it, and hear nothing of ours."""
    invite = party.peer.take("INVITE")
    assert b"a=inactive" in invite.body
    party.peer.answer(invite, 200, sdp(party.peer.host, "8 101", "inactive"))
    party.peer.take("ACK")
    assert where(invite)[0] == ADDRESS[0]


def test_a_transfer_that_nobody_takes_lets_them_talk_past_us_again(office: Stage) -> None:
    office.register("bygg1")
    caller, amina = direct(office)
    refer(amina)
    silenced(amina)
    assert relayed(office, caller)
    told(amina.peer)

    office.offered("bygg1").refuse(486)

    last: dict[str, str] = {}
    while asked := [party for party in (caller, amina) if party.peer.has("INVITE")]:
        last |= {party.peer.host: accept(party)[0] for party in asked}
    assert last == {"192.0.2.10": "192.0.2.101", "192.0.2.101": "192.0.2.10"}
    assert office.media.bridges == {}


def test_silence_is_no_death_of_what_we_cannot_hear(office: Stage) -> None:
    caller, amina = direct(office)

    for _ in range(3):
        office.wait(PING_SECONDS)
        for party in (caller, amina):
            party.peer.answer_all("OPTIONS")

    assert not office.facts(f.LegLost)


def test_who_answers_no_options_is_heard_first(office: Stage) -> None:
    caller, amina = direct(office)
    office.wait(PING_SECONDS)
    caller.peer.answer_all("OPTIONS")

    office.wait(32.0)

    assert not office.facts(f.LegLost)
    assert relayed(office, caller, amina)
    for _ in range(20):
        office.loud("call1.0", "call1.1")
        office.wait(10.0)
        caller.peer.answer_all("OPTIONS")
    assert not office.facts(f.LegLost)


def test_a_key_for_the_sound_brings_it_back(office: Stage) -> None:
    caller, amina = direct(office)

    pressed = caller.ask("INFO", "Signal=1", ("Content-Type", "application/dtmf-relay"))

    assert pressed.status == 200
    assert office.media.keys == [("call1.1", "1", 160)]
    assert relayed(office, caller, amina)


def test_two_that_still_send_to_us_are_brought_back_and_tried_once_more(office: Stage) -> None:
    caller, amina = direct(office)
    office.wait(PROOF_SECONDS - 0.05)
    office.loud("call1.0", "call1.1")

    office.wait(0.1)
    assert office.media.bridges == {"call1.0": "call1.1", "call1.1": "call1.0"}
    assert relayed(office, caller, amina)
    office.wait(AGAIN_SECONDS)
    assert office.media.bridges == {}  # nothing of ours comes to them meanwhile
    assert accept(caller) == ("192.0.2.101", 4000)
    assert accept(amina) == ("192.0.2.10", 4000)
    assert office.media.bridges == {}

    office.wait(PROOF_SECONDS - 0.05)
    office.loud("call1.1")
    office.wait(0.1)
    assert relayed(office, caller, amina)
    office.wait(2 * AGAIN_SECONDS)
    assert not caller.peer.has("INVITE") and not amina.peer.has("INVITE")
    assert office.media.bridges == {"call1.0": "call1.1", "call1.1": "call1.0"}


def test_who_does_not_answer_the_second_time_is_passed_sound_on(office: Stage) -> None:
    caller, amina = direct(office)
    office.wait(PROOF_SECONDS - 0.05)
    office.loud("call1.0", "call1.1")
    office.wait(0.1)
    assert relayed(office, caller, amina)
    office.wait(AGAIN_SECONDS)
    assert accept(caller) == ("192.0.2.101", 4000)

    office.wait(PROOF_SECONDS)

    assert office.media.bridges == {"call1.0": "call1.1", "call1.1": "call1.0"}
    assert accept(amina) == ("192.0.2.10", 4000)
    assert office.media.bridges == {}


def test_who_sends_past_us_is_left_alone(office: Stage) -> None:
    caller, amina = direct(office)
    office.loud("call1.0", "call1.1")  # what was on its way

    office.wait(2 * PROOF_SECONDS)

    assert not caller.peer.has("INVITE") and not amina.peer.has("INVITE")
    assert office.media.bridges == {}


def test_nothing_is_due_of_who_has_hung_up_meanwhile(office: Stage) -> None:
    caller, amina = direct(office)
    office.wait(PROOF_SECONDS - 0.05)
    office.loud("call1.0")
    office.wait(0.1)
    assert relayed(office, caller, amina)

    caller.hang_up()
    amina.peer.answer(amina.peer.take("BYE"), 200)

    office.wait(2 * AGAIN_SECONDS)
    office.assert_nothing_kept()
