"""Calls of phones to the public network, and functions that go on there: what trunks and phones are told."""

import pytest

from telephony.call import facts as f
from telephony.call import transfer_facts as t
from telephony.legs.identity import user_of
from telephony.sip.message import Request
from tests.support.plans import MUNICIPALITY, PEOPLE
from tests.support.scripted_peer import Incoming, Outgoing
from tests.support.stage import NUMBERS, Stage
from tests.support.switchboard import REALM

OUT = "+46317654321"
FORWARDED = "+46853061800"
TRUNKS = """
[trunks.operator]
peers = ["192.0.2.10"]
numbers = ["+4685306"]
[trunks.net]
peers = ["192.0.2.40"]
gateways = ["192.0.2.40", "192.0.2.41"]
outside = true
"""
FORWARD = f"""
[numbers."{FORWARDED}"]
function = "Simhall"
calendar = "alltid"
destination = {{ outside = "{OUT}" }}
"""


def stage_with(options: str = "", people: str = PEOPLE) -> Stage:
    return Stage(
        trunks=TRUNKS + options,
        municipality=MUNICIPALITY + 'outside = ["fixed"]\n',
        numbers=NUMBERS + FORWARD,
        people=people,
    )


def calling(stage: Stage, number: str = OUT, *fields: tuple[str, str]) -> Outgoing:
    stage.peer("192.0.2.40"), stage.peer("192.0.2.41")
    stage.register("kc1")
    return stage.dial_from("kc1", number, *fields)


def asked(stage: Stage, host: str = "192.0.2.40") -> Incoming:
    return stage.offered_at(stage.peer(host))


def test_a_phone_talks_with_a_number_outside_and_the_log_tells_by_which_trunk() -> None:
    stage = stage_with()
    call = calling(stage)

    member = asked(stage)
    assert member.invite.uri == f"sip:{OUT}@192.0.2.40:5060"
    member.ring()
    assert call.statuses[-1] == 180
    member.accept()
    call.pick_up()
    call.hang_up()

    record = stage.outcome()
    assert record.outcome is f.Outcome.ANSWERED
    (connected,) = stage.facts(f.CallConnected)
    assert connected.member == "trunk/net"
    (decided,) = stage.facts(f.RouteDecided)
    assert (decided.decision.number, decided.decision.outside) == ("", OUT)


def test_the_next_gateway_is_asked_when_one_is_unwell_and_none_after_an_answer() -> None:
    stage = stage_with()
    call = calling(stage)

    asked(stage).refuse(503)
    asked(stage, "192.0.2.41").refuse(486)

    assert call.statuses[-1] == 486
    assert stage.outcome().outcome is f.Outcome.BUSY


def test_what_a_trunk_answers_is_told_to_the_caller_and_asked_of_nobody_else() -> None:
    stage = stage_with()
    call = calling(stage)

    asked(stage).refuse(404)

    assert call.statuses[-1] == 404
    assert not stage.peer("192.0.2.41").has("INVITE")


def test_a_class_that_is_not_allowed_is_403() -> None:
    stage = stage_with()

    assert calling(stage, "+46701740699").statuses[-1] == 403


def test_the_third_call_of_two_channels_is_503() -> None:
    stage = stage_with("channels = 3\nincoming_channels = 1\n")
    stage.peer("192.0.2.40")
    stage.register("kc1", "kc2", "bygg1")

    calls = [stage.dial_from(account, OUT) for account in ("kc1", "kc2", "bygg1")]

    assert [call.statuses[-1] for call in calls] == [100, 100, 503]


@pytest.mark.parametrize(("public", "shown"), [(False, "+46853061000"), (True, "+46853061234")])
def test_who_chose_the_group_is_shown_as_the_municipality(public: bool, shown: str) -> None:
    own = f'"Amina Berg", number = "+46853061234", number_public = {str(public).lower()}'
    stage = stage_with(people=PEOPLE.replace('"Amina Berg"', own))
    calling(stage)

    assert user_of(asked(stage).invite.from_.uri) == shown


def test_who_hides_is_in_no_header() -> None:
    stage = stage_with('identity = "p-asserted-identity"\n')
    calling(stage, OUT, ("Privacy", "id"))

    invite = asked(stage).invite
    assert "anonymous" in str(invite.from_)
    assert invite.headers.get("Privacy") == "id"
    assert not {"P-Asserted-Identity", "Diversion", "History-Info"} & {name for name, _ in invite.headers}


def test_numbers_are_written_as_the_trunk_wants_them() -> None:
    stage = stage_with('number_format_out = "national"\nidentity = "p-preferred-identity"\n')
    calling(stage)

    invite = asked(stage).invite
    assert invite.uri == "sip:0317654321@192.0.2.40:5060"
    assert invite.headers.get("P-Preferred-Identity") == "<sip:0853061000@192.0.2.1>"


def forwarded(options: str = "", *fields: tuple[str, str]) -> Request:
    stage = stage_with(options)
    stage.peer("192.0.2.40"), stage.peer("192.0.2.41")
    stage.call(FORWARDED, *fields, caller="+46701740605")
    return asked(stage).invite


def test_a_function_that_goes_on_outside_says_so() -> None:
    invite = forwarded('number_format_out = "national"\n')

    assert invite.uri == "sip:0317654321@192.0.2.40:5060"
    assert user_of(invite.from_.uri) == "0701740605"
    assert invite.headers.get_all("Diversion") == ["<sip:0853061800@192.0.2.1>;reason=unconditional"]
    assert invite.headers.get("History-Info") == (
        "<sip:0853061800@192.0.2.1>;index=1, <sip:0317654321@192.0.2.1;cause=302>;index=1.1;rc=1"
    )


def test_a_foreign_number_that_may_not_be_shown_is_replaced_there_too() -> None:
    invite = forwarded('numbers = ["+4685306"]\nforeign_numbers = false\ndefault_number = "+46853061000"\n')

    assert user_of(invite.from_.uri) == "+46853061000"
    assert invite.headers.get_all("Diversion") == [f"<sip:{FORWARDED}@192.0.2.1>;reason=unconditional"]


def test_a_hidden_caller_stays_hidden_there() -> None:
    invite = forwarded("", ("Privacy", "id"))

    assert "+46701740605" not in str(invite.headers)
    assert "anonymous" in str(invite.from_)


def test_a_function_that_is_busy_outside_goes_on_to_kontaktcenter() -> None:
    stage = stage_with()
    stage.peer("192.0.2.40"), stage.peer("192.0.2.41")
    stage.register("kc1")
    stage.call(FORWARDED)

    asked(stage).refuse(486)

    assert stage.offered("kc1")


def test_a_caller_is_handed_on_outside_and_shown_there() -> None:
    stage = stage_with()
    stage.peer("192.0.2.40"), stage.peer("192.0.2.41")
    caller, amina = stage.connected(account="kc1")

    asks = ("Refer-To", f"<sip:{OUT}@{REALM}>"), ("Contact", amina.peer.contact)
    assert amina.ask("REFER", "", *asks).status == 202
    member = asked(stage)
    assert user_of(member.invite.from_.uri) == "+46701740605"
    member.accept()

    (transferred,) = stage.facts(t.CallTransferred)
    assert (transferred.member, transferred.kept) == ("trunk/net", "call1.0")
    assert not caller.peer.has("BYE")


def test_nobody_is_handed_on_to_a_class_that_is_not_allowed() -> None:
    stage = stage_with()
    _, amina = stage.connected(account="kc1")

    asks = ("Refer-To", f"<sip:+46701740699@{REALM}>"), ("Contact", amina.peer.contact)
    assert amina.ask("REFER", "", *asks).status == 403
    (refused,) = stage.facts(t.TransferRefused)
    assert (refused.status, refused.number) == (403, "+46701740699")
