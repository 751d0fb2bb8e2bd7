"""Blind transfers as the wire sees them: REFER and NOTIFY (RFC 3515), and who hears whom."""

import pytest

from routing.decision import TRANSFER_PROMPT
from telephony.call import facts as f
from telephony.call import transfer_facts as t
from telephony.call.facts import EndedBy, Outcome
from telephony.legs.leg import RINGING
from tests.support.plans import BYGGLOV, MAIN, PHONES
from tests.support.scripted_peer import Incoming, Outgoing, Party, ScriptedPeer, sdp
from tests.support.stage import DIRECT, Stage
from tests.support.switchboard import REALM

HANDED_ON = f"{TRANSFER_PROMPT}>{RINGING}"

PEOPLE = """
[people]
amina = { name = "Amina Berg", phones = ["kc1"] }
bengt = { name = "Bengt Lund", phones = ["kc2"] }
david = { name = "David Holm", phones = ["bygg1"], number = "+46853061777", ring_seconds = 25 }
elif = { name = "Elif Yilmaz", phones = ["bygg2"] }
"""
DAVID = "+46853061777"


def town() -> Stage:
    """The stage, where David has a number of his own."""
    return Stage(people=PEOPLE)


def refer(party: Party, to: str = f"<sip:{DAVID}@{REALM}>", *fields: tuple[str, str], **given: str) -> int:
    """Ask for a transfer; the status it gets."""
    return party.ask("REFER", "", ("Refer-To", to), ("Contact", party.peer.contact), *fields).status


def told(peer: ScriptedPeer) -> list[str]:
    """What NOTIFY has told the peer, each answered, as `STATUS STATE`."""
    found = []
    while peer.has("NOTIFY"):
        notify = peer.take("NOTIFY")
        assert notify.headers.get("Content-Type") == "message/sipfrag;version=2.0"
        peer.answer(notify, 200)
        status = notify.body.decode().split()[1]
        found.append(f"{status} {(notify.headers.get('Subscription-State') or '').partition(';')[0]}")
    return found


def talking(stage: Stage) -> tuple[Outgoing, Incoming]:
    """A caller talks with Amina, and David is there."""
    stage.register("bygg1")
    return stage.connected()


def answered(stage: Stage, account: str) -> Incoming:
    """This phone rings and is answered."""
    target = stage.offered(account)
    target.ring()
    target.accept()
    target.peer.take("ACK")
    return target


def test_the_caller_hears_ringing_until_the_target_answers_and_then_the_target() -> None:
    stage = town()
    caller, amina = talking(stage)

    assert refer(amina) == 202
    assert told(amina.peer) == ["100 active"]
    assert stage.media.playing == {"call1.0": HANDED_ON}
    david = stage.offered("bygg1")
    assert "David Holm" in (david.invite.headers.get("From") or "")
    david.ring()
    assert told(amina.peer) == ["180 active"]
    david.accept()

    assert told(amina.peer) == ["200 terminated"]
    assert stage.media.bridges == {"call1.0": "call1.2", "call1.2": "call1.0"}
    assert stage.media.playing == {}
    amina.peer.answer(amina.peer.take("BYE"), 200)
    assert not caller.peer.has("INVITE")  # nothing has changed for it
    assert david.hang_up().status == 200
    caller.peer.answer(caller.peer.take("BYE"), 200)
    assert (stage.outcome().outcome, stage.outcome().ended_by) == (Outcome.ANSWERED, EndedBy.MEMBER)
    stage.assert_nothing_kept()


def test_a_bye_right_after_the_202_ends_the_notifies_and_not_the_transfer() -> None:
    stage = town()
    caller, amina = talking(stage)

    refer(amina)
    assert amina.hang_up().status == 200
    told(amina.peer)
    answered(stage, "bygg1")

    assert told(amina.peer) == []
    assert stage.media.bridges == {"call1.0": "call1.2", "call1.2": "call1.0"}
    assert not caller.peer.has("BYE")


def test_a_caller_on_hold_is_taken_off_it_to_hear_that_it_rings() -> None:
    stage = town()
    caller, amina = talking(stage)
    assert amina.reinvite(sdp(amina.peer.host, "8 101", "inactive")).status == 200
    held = caller.peer.take("INVITE")
    assert b"a=inactive" in held.body
    caller.peer.answer(held, 200, sdp(caller.peer.host, "8 101", "inactive"))

    refer(amina)

    invite = caller.peer.take("INVITE")
    assert b"a=inactive" not in invite.body
    caller.peer.answer(invite, 200, sdp(caller.peer.host, "8 101"))
    assert stage.media.streams["call1.0"].direction.sends
    answered(stage, "bygg1")
    assert not caller.peer.has("INVITE")


@pytest.mark.parametrize("status", [486, 603])
def test_a_caller_whose_transfer_is_refused_goes_on_with_who_transferred(status: int) -> None:
    stage = town()
    _, amina = talking(stage)

    refer(amina)
    stage.offered("bygg1").refuse(status)

    assert told(amina.peer) == ["100 active", f"{486 if status == 486 else 480} terminated"]
    assert stage.media.bridges == {"call1.0": "call1.1", "call1.1": "call1.0"}
    assert refer(amina) == 202  # and may try again
    assert amina.peer.requests[-1].headers.get("Event") == f"refer;id={amina.cseq}"


def test_nobody_answers_so_the_caller_comes_back_and_then_to_kontaktcenter() -> None:
    stage = town()
    caller, amina = talking(stage)
    stage.register("kc2")
    refer(amina)
    amina.hang_up()
    stage.offered("bygg1").ring()

    stage.wait(25.5)
    stage.phone("bygg1").requests.clear()
    back = stage.offered("kc1")
    assert "David Holm" in (back.invite.headers.get("From") or "")
    back.ring()
    stage.wait(20.5)
    back.assert_cancelled()
    for account in ("kc1", "kc2"):  # amina and bengt are Kontaktcenter
        stage.offered(account)

    assert [fact.stage.value for fact in stage.facts(t.TransferDecided)] == ["target", "return", "centre"]
    assert stage.media.playing == {"call1.0": HANDED_ON}
    assert not caller.peer.has("BYE")


def test_who_transferred_takes_the_caller_back() -> None:
    stage = town()
    _, amina = talking(stage)
    refer(amina)
    amina.hang_up()
    stage.offered("bygg1").refuse(486)

    answered(stage, "kc1")

    assert stage.media.bridges == {"call1.0": "call1.3", "call1.3": "call1.0"}


def test_when_kontaktcenter_does_not_answer_either_the_call_ends() -> None:
    stage = town()
    caller, amina = talking(stage)
    refer(amina)
    amina.hang_up()
    stage.offered("bygg1").refuse(486)
    stage.offered("kc1").refuse(486)
    stage.offered("kc1").refuse(486)

    caller.peer.answer(caller.peer.take("BYE"), 200)
    assert stage.outcome().reason == "nobody took the transfer"
    stage.assert_nothing_kept()


def test_the_last_word_to_a_caller_may_be_an_announcement() -> None:
    stage = Stage(
        people=PEOPLE,
        numbers=f"""
[numbers."{MAIN}"]
function = "Kontaktcenter"
calendar = "aldrig"
destination = {{ group = "kc" }}
[numbers."{DIRECT}"]
function = "Växel"
calendar = "alltid"
destination = {{ group = "vd" }}
""",
    )
    caller, amina = talking(stage)
    refer(amina)
    amina.hang_up()
    stage.offered("bygg1").refuse(486)
    stage.offered("kc1").refuse(486)

    assert stage.media.playing == {"call1.0": "closed"}
    stage.node.playback_ended("call1.0", stage.now)
    stage.pump()
    caller.peer.answer(caller.peer.take("BYE"), 200)
    assert stage.outcome().outcome is Outcome.ANSWERED


def test_the_caller_hangs_up_while_it_rings() -> None:
    stage = town()
    caller, amina = talking(stage)
    refer(amina)
    david = stage.offered("bygg1")
    david.ring()

    caller.hang_up()

    david.assert_cancelled()
    told(amina.peer)
    amina.peer.answer(amina.peer.take("BYE"), 200)
    assert stage.outcome().ended_by is EndedBy.CALLER
    stage.assert_nothing_kept()


def test_a_phone_that_called_hands_over_whom_it_called() -> None:
    stage = town()
    stage.register("kc1", "kc2", "bygg1")
    amina = stage.dial_from("kc1", DAVID)
    david = answered(stage, "bygg1")
    amina.pick_up()

    assert refer(amina, f"<sip:{MAIN}@{REALM}>") == 202
    bengt = stage.offered("kc2")
    assert "david" in (bengt.invite.headers.get("From") or "")
    bengt.accept()
    told(amina.peer)
    amina.peer.answer(amina.peer.take("BYE"), 200)

    assert stage.media.bridges == {"call1.1": "call1.2", "call1.2": "call1.1"}
    david.hang_up()
    bengt.peer.answer(bengt.peer.take("BYE"), 200)
    assert stage.outcome().ended_by is EndedBy.MEMBER
    stage.assert_nothing_kept()


@pytest.mark.parametrize(
    "to",
    [
        "<sip:+46853061777@elsewhere.example>",
        "<mailto:david@vaxeln.example>",
        f"<sip:{DAVID}@{REALM};method=BYE>",
        f"<sip:{DAVID}@{REALM}?Subject=x>",
        f"<sip:{REALM}>",
        f"<sip:112@{REALM}>",
        "<tel:+46701112233>",
    ],
)
def test_what_the_person_may_not_dial_is_403(to: str) -> None:
    stage = town()
    _, amina = talking(stage)

    assert refer(amina, to) == 403
    assert stage.media.bridges == {"call1.0": "call1.1", "call1.1": "call1.0"}
    assert not amina.peer.has("NOTIFY")


def test_an_unknown_number_is_told_by_notify_for_a_404_would_end_the_dialog() -> None:
    stage = town()
    _, amina = talking(stage)

    assert refer(amina, "<tel:+46853061555>") == 202
    assert told(amina.peer) == ["404 terminated"]
    assert stage.media.playing == {}
    assert refer(amina, "<tel:+46853061555>", ("Refer-Sub", "false")) == 403


def test_a_busy_target_is_486_and_nothing_else_rings() -> None:
    stage = town()
    _, amina = talking(stage)
    stage.register("kc2", "bygg2")
    stage.dial_from("bygg1", MAIN)

    assert refer(amina) == 486
    assert len(stage.facts(t.TransferRefused)) == 1


def test_a_closed_target_is_480() -> None:
    stage = town()
    _, amina = talking(stage)

    assert refer(amina, f"<sip:+46853061400@{REALM}>") == 480


@pytest.mark.parametrize("to", ["", "<sip:a b>"])
def test_a_refer_to_that_is_none_is_400(to: str) -> None:
    stage = town()
    _, amina = talking(stage)

    assert refer(amina, to) == 400


def test_one_at_a_time() -> None:
    stage = town()
    _, amina = talking(stage)

    assert refer(amina) == 202
    assert refer(amina) == 491


def test_whoever_waits_asks_for_no_transfer_meanwhile() -> None:
    stage = town()
    stage.register("kc1", "bygg1")
    stage.register("bygg2")
    elif_ = stage.dial_from("bygg2", DIRECT)
    amina = answered(stage, "kc1")
    elif_.pick_up()
    refer(amina)

    assert refer(elif_) == 491


def test_a_trunk_asks_in_vain() -> None:
    stage = town()
    caller, _ = talking(stage)

    assert refer(caller) == 403


def test_outside_a_call_it_is_403_and_before_its_answer_too() -> None:
    stage = town()
    stage.register("kc1")
    caller = stage.call(DIRECT)
    amina = stage.offered("kc1")
    amina.ring()
    caller.remote = str(caller.responses(caller.branch)[-1].to)

    assert refer(caller) == 403
    outside = Party(stage.phone("kc1"), "x", f"<sip:kc1@{REALM}>;tag=1", f"<sip:{REALM}>", f"sip:{REALM}")
    assert refer(outside) == 403


def test_who_wants_no_notify_gets_none() -> None:
    stage = town()
    _, amina = talking(stage)

    response = amina.ask("REFER", "", ("Refer-To", f"<sip:{DAVID}@{REALM}>"), ("Refer-Sub", "false"))

    assert (response.status, response.headers.get("Refer-Sub")) == (202, "false")
    answered(stage, "bygg1")
    assert not amina.peer.has("NOTIFY")
    assert amina.peer.has("BYE")


def test_who_does_not_listen_is_told_no_more() -> None:
    stage = town()
    _, amina = talking(stage)
    refer(amina)
    amina.peer.answer(amina.peer.take("NOTIFY"), 481)

    stage.offered("bygg1").ring()

    assert not amina.peer.has("NOTIFY")


def test_a_group_is_rung_as_the_plan_says() -> None:
    stage = town()
    _, amina = talking(stage)
    stage.register("bygg2")

    refer(amina, f"<sip:{BYGGLOV}@{REALM}>")
    stage.offered("bygg1").refuse(486)
    answered(stage, "bygg2")

    assert stage.media.bridges["call1.0"] == "call1.3"
    assert [fact.member for fact in stage.facts(t.CallTransferred)] == ["elif"]


def test_other_offers_are_withdrawn_when_one_answers() -> None:
    stage = Stage()
    stage.register("bygg1", "bygg1m")
    _, amina = stage.connected()

    refer(amina, f"<sip:{BYGGLOV}@{REALM}>")
    other = stage.offered("bygg1m")
    other.ring()
    answered(stage, "bygg1")

    other.assert_cancelled("elsewhere")


def test_the_longest_talk_is_the_longest_transfer_too() -> None:
    stage = town()
    stage.virtual.switchboard._talk_limit = 10.0
    caller, amina = talking(stage)
    refer(amina)

    stage.wait(11.0)

    assert caller.peer.has("BYE")
    assert stage.outcome().reason == "talk time limit"


def test_a_caller_who_dies_while_waiting_is_lost() -> None:
    stage = town()
    _, amina = talking(stage)
    refer(amina)
    stage.offered("bygg1").ring()
    stage.virtual.switchboard.receive(
        f.LegLost(at=stage.facts(t.TransferDecided)[0].at, call="call1", leg="call1.0", why="no_options"),
        stage.facts(t.TransferDecided)[0].at,
    )

    assert stage.outcome().outcome is Outcome.LOST


def test_who_declines_for_all_their_phones_is_rung_at_none() -> None:
    phones = PHONES.replace('display = "Bygglov 1" }', 'display = "Bygglov 1", max_contacts = 2 }')
    stage = Stage(people=PEOPLE, phones=phones)
    stage.register("bygg1")
    desk, mobile = stage.phone("bygg1"), stage.peer("192.0.2.198")
    assert mobile.register("bygg1", call_id="mobile").status == 200
    _, amina = stage.connected()
    refer(amina)
    first = Incoming.of(desk, desk.take("INVITE"))
    second = Incoming.of(mobile, mobile.take("INVITE"))
    first.ring()
    second.ring()

    first.refuse(603)

    assert mobile.has("CANCEL")
