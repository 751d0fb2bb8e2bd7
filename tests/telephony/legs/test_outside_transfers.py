"""Transfers to the public network and of somebody there, and calls that come back from it."""

from telephony.call import facts as f
from telephony.call import transfer_facts as t
from tests.support.plans import MUNICIPALITY, PEOPLE, tables_of
from tests.support.stage import CALLER, DIRECT, GROUPS, NUMBERS, TRUNKS, Stage
from tests.support.switchboard import REALM, VirtualNode
from tests.telephony.legs.test_pick_up import naming
from tests.telephony.legs.test_refer import refer, told

MOBILE = "+46701740699"
JOUR = "+46853061777"
OPEN = f'{MUNICIPALITY}outside = ["mobile"]\n'
OUT = TRUNKS.replace('peers = ["192.0.2.10"]', 'peers = ["192.0.2.10"]\noutside = true').replace(
    "trusted_identity = true", "trusted_identity = true\noutside = true"
)
FORWARDED = f"""{NUMBERS}
[numbers."{JOUR}"]
function = "Jour"
calendar = "alltid"
destination = {{ outside = "{MOBILE}" }}
no_answer = {{ reject = 480 }}
"""


def town(options: str = "", people: str = PEOPLE) -> Stage:
    """Two trunks take calls to mobiles, which everybody may call; the first has these options."""
    trunks = OUT.replace("[trunks.pbx]", f"{options}\n[trunks.pbx]")
    return Stage(municipality=OPEN, trunks=trunks, numbers=FORWARDED, people=people)


def test_a_forwarded_call_that_comes_back_is_a_loop() -> None:
    stage = town()
    stage.call(JOUR, peer=stage.pbx)
    sent = stage.operator.take("INVITE").headers.get("Diversion") or ""
    back = stage.call(JOUR, ("Diversion", f"<sip:{MOBILE}@op>, {sent}"))

    assert back.peer.responses[-1].status == 482
    assert not stage.operator.has("INVITE")


def test_a_caller_is_handed_on_outside_by_the_next_trunk_when_one_gives_no_sign() -> None:
    stage = town()
    caller, amina = stage.connected()
    assert refer(amina, f"<sip:{MOBILE}@{REALM}>") == 202
    stage.operator.take("INVITE")
    stage.wait(4.5)
    outside = stage.offered_at(stage.pbx)
    assert str(outside.invite.from_.uri) == f"sip:{CALLER}@192.0.2.1"
    outside.ring()
    outside.accept()
    outside.peer.take("ACK")

    assert "200 terminated" in told(amina.peer)
    assert stage.facts(t.CallTransferred)[0].member == "trunk/pbx"
    assert caller.peer.has("BYE") is False


def test_transfers_are_spread_over_the_gateways_of_a_trunk_as_calls_are() -> None:
    gateways = (
        'gateways = [{ address = "192.0.2.10", priority = 1 }, { address = "192.0.2.11", priority = 1 }]'
    )
    trunks = OUT.replace("[trunks.pbx]", f"{gateways}\n[trunks.pbx]")
    parts = {"municipality": OPEN, "trunks": trunks, "groups": GROUPS, "numbers": NUMBERS}
    stage = Stage(VirtualNode(tables_of(1, **parts), draw=lambda: 0.9))
    second = stage.peer("192.0.2.11")
    _, amina = stage.connected()

    assert refer(amina, f"<sip:{MOBILE}@{REALM}>") == 202
    assert (stage.operator.has("INVITE"), second.has("INVITE")) == (False, True)


def test_busy_outside_ends_a_transfer_there_and_asks_no_other_trunk() -> None:
    stage = town()
    _, amina = stage.connected()
    refer(amina, f"<sip:{MOBILE}@{REALM}>")
    stage.offered_at(stage.operator).refuse(486)

    assert "486 terminated" in told(amina.peer)
    assert not stage.pbx.has("INVITE")
    assert not stage.facts(f.RouteExhausted)


def test_no_name_of_ours_goes_outside_when_the_caller_hands_on() -> None:
    stage = town()
    stage.register("kc2", "kc1")
    caller = stage.dial_from("kc2", DIRECT)
    member = stage.offered("kc1")
    member.accept()
    member.peer.take("ACK")
    caller.pick_up()
    assert refer(caller, f"<sip:{MOBILE}@{REALM}>") == 202
    invite = stage.operator.take("INVITE")

    assert invite.from_.display == ""
    assert "amina" not in str(invite.headers)


def test_somebody_outside_is_handed_to_a_colleague_by_number() -> None:
    stage = town()
    stage.register("kc1", "kc2")
    caller = stage.dial_from("kc2", "0701740699")
    outside = stage.offered_at(stage.operator)
    outside.accept()
    outside.peer.take("ACK")
    caller.pick_up()
    assert refer(caller, f"<sip:{DIRECT}@{REALM}>") == 202

    assert stage.offered("kc1").invite.from_.display == "Växel: 070-174 06 99"


def test_the_number_of_somebody_outside_is_not_told_where_they_are_handed_on_to() -> None:
    stage = town()
    stage.register("kc2")
    caller = stage.dial_from("kc2", "0701740688")
    outside = stage.offered_at(stage.operator)
    outside.accept()
    outside.peer.take("ACK")
    caller.pick_up()
    assert refer(caller, f"<sip:{JOUR}@{REALM}>") == 202
    invite = stage.operator.take("INVITE")

    assert invite.headers.get("Diversion") == f"<sip:{JOUR}@192.0.2.1>;reason=unconditional"
    assert "701740688" not in str(invite.headers)


def test_who_takes_a_call_outside_over_by_another_phone_sees_with_whom_that_is() -> None:
    stage = town()
    stage.register("bygg1")
    caller = stage.dial_from("bygg1", "0701740699")
    outside = stage.offered_at(stage.operator)
    outside.accept()
    outside.peer.take("ACK")
    caller.pick_up()

    answer = stage.dial_from("bygg1m", "x", naming(caller)).assert_answered()
    shown = f'"070-174 06 99" <sip:{MOBILE}@192.0.2.1>'
    assert answer.headers.get("P-Asserted-Identity") == shown
