"""Nets of the plan, as the wire sees them: which codecs are spoken there, and where no sound goes."""

import pytest

from telephony.call import facts as f
from telephony.sdp.description import SessionDescription
from telephony.sip.message import Response
from tests.support.plans import BYGGLOV, tables_of
from tests.support.scripted_peer import sdp
from tests.support.stage import CLOSED, DIRECT, GROUPS, NUMBERS, TRUNKS, Stage
from tests.telephony.legs.test_refer import PEOPLE, refer, told

TOWN = '[nets.town]\nprefixes = ["192.0.2.0/24"]\n'
OPERATOR = '[nets.operator]\nprefixes = ["192.0.2.10"]\n'
PHONES = '[nets.phones]\nprefixes = ["192.0.2.96/27"]\n'


def town(*nets: str) -> Stage:
    """The stage with these nets."""
    return Stage(people=PEOPLE, more="".join(nets))


def formats(body: bytes) -> tuple[str, ...]:
    """The payload numbers of the audio."""
    return SessionDescription.parse(body).media[0].formats


def warned(response: Response) -> tuple[int, str]:
    """Status and Warning."""
    return response.status, response.headers.get("Warning") or ""


def test_the_caller_is_answered_with_what_its_net_allows_and_the_member_offered_what_its_own_does() -> None:
    stage = town(OPERATOR, 'codecs = ["PCMU", "PCMA"]\n', PHONES, 'codecs = ["PCMU"]\n')
    stage.register("kc1")
    call = stage.call(DIRECT, body=sdp("192.0.2.10", "111 8 0 101"))
    member = stage.offered("kc1")

    assert formats(member.invite.body) == ("0", "101")
    member.accept(sdp(member.peer.host, "0 101"))
    assert formats(call.assert_answered().body) == ("0", "101")


def test_the_order_of_the_net_counts() -> None:
    stage = town(TOWN, 'codecs = ["opus", "PCMU", "PCMA"]\n')
    stage.register("kc1")
    stage.call(DIRECT, body=sdp("192.0.2.10", "8 0 101 111"))

    assert formats(stage.offered("kc1").invite.body) == ("111", "0", "8", "101")


def test_sound_is_converted_between_nets_of_one_law_each() -> None:
    stage = town(OPERATOR, 'codecs = ["PCMA"]\n', PHONES, 'codecs = ["PCMU"]\n')
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept(sdp(member.peer.host, "0 101"))

    assert formats(call.assert_answered().body) == ("8", "101")
    call.ack()
    assert formats(call.reinvite(sdp("192.0.2.10", "0 8 101", "sendonly")).body) == ("8", "101")
    held = member.peer.take("INVITE")
    assert formats(held.body) == ("0", "101")


def test_a_caller_with_nothing_that_its_net_allows_gets_488_with_the_reason() -> None:
    stage = town(TOWN, 'codecs = ["opus"]\n')

    call = stage.call(DIRECT)

    assert warned(call.assert_refused(488)) == (488, '305 192.0.2.1 "no audio line that can be carried"')
    assert stage.facts(f.CallRefused)[0].status == 488


def test_a_caller_who_leaves_the_offer_to_us_gets_488_when_its_net_allows_none_of_ours() -> None:
    stage = town(TOWN, 'codecs = ["opus"]\n')

    assert stage.call(DIRECT, body="").assert_refused(488).headers.get("Warning") is not None


def test_a_delayed_offer_holds_what_the_net_allows() -> None:
    stage = town(OPERATOR, 'codecs = ["PCMU"]\n', PHONES)
    stage.register("kc1")
    call = stage.call(DIRECT, body="")
    stage.offered("kc1").accept()

    assert formats(call.assert_answered().body) == ("0", "101")


def test_a_member_with_nothing_in_common_is_passed_over() -> None:
    stage = town(OPERATOR, PHONES, 'codecs = ["G722"]\n')
    stage.register("kc1")

    call = stage.call(DIRECT)

    assert [fact.status for fact in stage.facts(f.MemberRefused)] == [488]
    assert call.assert_refused(480)
    stage.assert_nothing_kept()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_change_is_held_against_the_net_too(method: str) -> None:
    stage = town(TOWN, 'codecs = ["PCMA"]\n')
    caller, _ = stage.connected()

    refused = caller.ask(method, sdp("192.0.2.10", "0 101"))

    assert warned(refused)[0] == 488
    assert stage.media.streams["call1.0"].remote == ("192.0.2.10", 4000)
    assert formats(caller.ask(method, sdp("192.0.2.10", "0 8 101")).body) == ("8", "101")


def test_the_target_of_a_transfer_is_offered_what_its_net_allows() -> None:
    stage = town(
        '[nets.bygg]\nprefixes = ["192.0.2.111"]\ncodecs = ["PCMU"]\n',
        OPERATOR,
        PHONES,
        'codecs = ["PCMA"]\n',
    )
    stage.register("bygg1")
    caller, amina = stage.connected()

    assert refer(amina) == 202
    told(amina.peer)
    david = stage.offered("bygg1")
    assert formats(david.invite.body) == ("0", "101")
    david.accept(sdp(david.peer.host, "0 101"))

    assert not caller.peer.has("INVITE")  # what differs is converted
    assert stage.media.bridges["call1.0"] == "call1.2"


@pytest.mark.parametrize(
    ("address", "warning"),
    [
        ("203.0.113.9", '399 192.0.2.1 "media address is in no net of the plan"'),
        ("224.2.1.1", '330 192.0.2.1 "connection address is not unicast"'),
        ("255.255.255.255", '330 192.0.2.1 "connection address is not unicast"'),
    ],
)
def test_sound_for_elsewhere_is_488_with_the_reason(address: str, warning: str) -> None:
    stage = town('[nets.town]\nprefixes = ["192.0.2.10", "192.0.2.101"]\n')
    stage.register("kc1")
    # The address of the first is for documentation, and so not of the internet; but who signals is in no net
    call = stage.call(DIRECT, body=sdp("192.0.2.20", connection=address), peer=stage.pbx)

    assert warned(call.assert_refused(488)) == (488, warning)


def test_a_member_who_wants_its_sound_elsewhere_is_let_go() -> None:
    stage = town(TOWN)
    stage.register("kc1")
    stage.call(DIRECT)
    member = stage.offered("kc1")

    member.accept(sdp(member.peer.host, "8", connection="8.8.8.8"))

    assert [fact.status for fact in stage.facts(f.MemberAnswerUnusable)] == [488]
    assert member.peer.take("BYE")


def test_behind_a_nat_sound_goes_to_where_the_signalling_comes_from() -> None:
    stage = town(TOWN)
    stage.register("kc1")
    stage.call(DIRECT, body=sdp("192.168.1.7"))
    stage.offered("kc1").accept()

    assert stage.media.streams["call1.0"].remote == ("192.0.2.10", 4000)


def test_sound_from_a_host_in_no_net_is_not_believed() -> None:
    stage = town(TOWN)
    stage.call(CLOSED)

    allows = stage.media.allowed["call1.0"]
    assert (allows("192.0.2.77"), allows("198.51.100.1")) == (True, False)


def test_without_nets_everything_unicast_is_as_ever() -> None:
    stage = town()
    stage.register("kc1")
    stage.call(DIRECT, body=sdp("192.168.1.7"))
    stage.offered("kc1").accept(sdp("192.0.2.101", "8", connection="8.8.8.8"))

    assert stage.media.streams["call1.0"].remote == ("192.168.1.7", 4000)
    assert stage.media.streams["call1.1"].remote == ("8.8.8.8", 4000)


@pytest.mark.parametrize("address", ["8.8.8.8", "224.2.1.1", "192.168.1.7"])
def test_112_is_refused_for_none_of_this(address: str) -> None:
    stage = town('[nets.elsewhere]\nprefixes = ["10.0.0.0/8"]\ncodecs = ["opus"]\n')
    call = stage.call("112", body=sdp("192.0.2.10", connection=address))
    alarm = stage.offered_at(stage.alarm)

    assert formats(alarm.invite.body) == ("8", "0", "101")
    alarm.accept(sdp("192.0.2.30", "8 101", connection=address))

    call.assert_answered()
    for leg, host in (("call1.0", "192.0.2.10"), ("call1.1", "192.0.2.30")):
        expected = host if address.startswith("224") else address
        assert stage.media.streams[leg].remote == (expected, 4000)


def test_a_new_plan_counts_for_new_calls() -> None:
    stage = town()
    caller, member = stage.connected()
    parts = {"trunks": TRUNKS, "groups": GROUPS, "numbers": NUMBERS, "people": PEOPLE}
    tables = tables_of(2, **parts, more=TOWN + 'codecs = ["opus"]\n')
    stage.virtual.directory.load(tables)
    stage.node.load(tables, stage.now)

    assert caller.reinvite(sdp("192.0.2.10", "8 101", "sendonly")).status == 200
    assert member.peer.has("INVITE")
    assert stage.call(BYGGLOV).assert_refused(488)
