"""OPTIONS to gateways and phones: who is lost, who is found, and how often is asked."""

from routing.places import Found, Named, Place
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.sip.flow import Flow
from tests.support.plans import PHONES as PHONE_LINES
from tests.support.plans import tables_of
from tests.support.scripted_peer import ScriptedPeer
from tests.support.stage import GROUPS, NUMBERS, TRUNKS, Stage
from tests.support.switchboard import ADDRESS, VirtualNode

ALARM = Place("192.0.2.30", 5080)
RESERVE = Place("192.0.2.31", 5060)


def watching(phones: str = PHONE_LINES) -> Stage:
    stage = Stage(phones=phones)
    stage.node.legs.watch.begin(stage.now)
    return stage


def answering(stage: Stage, seconds: float, *peers: ScriptedPeer, status: int = 200) -> int:
    """Let time pass, with these answering at once; how often the first of them was asked."""
    asked, until = 0, stage.now + seconds
    while stage.now < until:
        stage.wait(0.5)
        for number, peer in enumerate(peers):
            asked += len(peer.answer_all("OPTIONS", status)) if number == 0 else 0
            peer.answer_all("OPTIONS", status)
    return asked


# ---- gateways


def test_gateways_that_take_calls_are_asked_every_ten_seconds_or_so() -> None:
    stage = watching()

    asked = answering(stage, 100, stage.alarm, stage.reserve)

    assert 9 <= asked <= 12
    assert not stage.operator.has("OPTIONS")  # it takes no calls
    assert not stage.facts(h.GatewayLost) and not stage.facts(h.GatewayFound)


def test_what_is_asked_is_an_options_request_that_can_be_answered() -> None:
    stage = watching()
    stage.wait(2)

    request = stage.alarm.take("OPTIONS")

    assert request.uri == "sip:192.0.2.30:5080"
    assert request.to.tag is None and request.from_.tag
    assert request.headers.get("Accept") == "application/sdp"


def test_three_silences_lose_a_gateway_and_the_first_good_answer_finds_it() -> None:
    stage = watching()
    house = stage.virtual.switchboard.house
    answering(stage, 5, stage.alarm, stage.reserve)

    answering(stage, 25, stage.reserve)
    assert house.is_up(ALARM)
    answering(stage, 15, stage.reserve)

    assert [fact.gateway for fact in stage.facts(h.GatewayLost)] == [ALARM]
    assert not house.is_up(ALARM)
    assert house.is_up(RESERVE)

    answering(stage, 12, stage.alarm, stage.reserve)
    assert [fact.gateway for fact in stage.facts(h.GatewayFound)] == [ALARM]
    assert house.is_up(ALARM)
    assert len(stage.facts(h.GatewayLost)) == 1


def test_an_answer_that_is_no_good_is_a_silence() -> None:
    stage = watching()
    answering(stage, 5, stage.alarm, stage.reserve)

    answering(stage, 45, stage.alarm, stage.reserve, status=503)

    assert {fact.gateway for fact in stage.facts(h.GatewayLost)} == {ALARM, RESERVE}


def test_a_refusal_of_options_is_an_answer_and_a_provisional_one_is_none() -> None:
    stage = watching()
    answering(stage, 5, stage.alarm, stage.reserve, status=405)

    answering(stage, 60, stage.alarm, status=405)
    assert [fact.gateway for fact in stage.facts(h.GatewayLost)] == [RESERVE]
    while stage.alarm.has("OPTIONS"):
        stage.alarm.take("OPTIONS")

    answering(stage, 60, stage.alarm, status=100)
    assert [fact.gateway for fact in stage.facts(h.GatewayLost)] == [RESERVE, ALARM]


def test_a_gateway_that_never_answered_is_tried_all_the_same() -> None:
    stage = watching()

    stage.wait(300)

    assert stage.facts(h.GatewayLost) == []


def test_a_new_plan_is_followed_and_who_stays_goes_on() -> None:
    stage = watching()
    answering(stage, 5, stage.alarm, stage.reserve)
    trunks = TRUNKS.replace('peers = ["192.0.2.31"]', 'peers = ["192.0.2.31"]\noptions = false')

    answering(stage, 25, stage.reserve)
    stage.virtual.directory.load(tables_of(2, trunks=trunks, groups=GROUPS, numbers=NUMBERS))
    stage.node.legs.watch.begin(stage.now)
    while stage.reserve.has("OPTIONS"):  # whose answer comes after it left
        stage.reserve.answer(stage.reserve.take("OPTIONS"), 200)
    stage.wait(15)

    assert [fact.gateway for fact in stage.facts(h.GatewayLost)] == [ALARM]
    assert not stage.reserve.has("OPTIONS")


def test_an_answer_after_a_gateway_left_the_plan_is_let_be() -> None:
    stage = watching()
    stage.wait(2)
    trunks = TRUNKS.replace('peers = ["192.0.2.31"]', 'peers = ["192.0.2.31"]\noptions = false')
    stage.virtual.directory.load(tables_of(2, trunks=trunks, groups=GROUPS, numbers=NUMBERS))
    stage.node.legs.watch.begin(stage.now)

    stage.reserve.answer_all("OPTIONS")

    assert stage.facts(h.GatewayFound) == []


def test_112_tries_a_lost_gateway_last() -> None:
    stage = watching()
    answering(stage, 5, stage.alarm, stage.reserve)
    answering(stage, 45, stage.reserve)

    stage.call("112")
    first = stage.offered_at(stage.reserve)
    first.peer.answer(first.invite, 503, Reason="Q.850;cause=34")

    assert stage.alarm.has("INVITE")
    (refused,) = stage.facts(f.MemberRefused)
    assert (refused.status, refused.cause) == (503, 34)


# ---- phones


def test_a_phone_is_asked_every_thirty_to_sixty_seconds() -> None:
    stage = watching()
    stage.register("kc1")

    asked = answering(stage, 600, stage.phone("kc1"), stage.alarm, stage.reserve)

    assert 9 <= asked <= 21
    assert stage.facts(h.PhoneLost) == []


def test_two_silences_lose_a_phone_and_the_next_answer_finds_it() -> None:
    stage = watching()
    house = stage.virtual.switchboard.house
    stage.register("kc1", "kc2")
    kc1, kc2 = stage.phone("kc1"), stage.phone("kc2")

    answering(stage, 200, kc2)

    assert [fact.phone for fact in stage.facts(h.PhoneLost)] == ["kc1"]
    assert not house.is_registered("kc1")
    assert house.is_registered("kc2")
    stage.call()
    assert not kc1.has("INVITE")
    assert kc2.has("INVITE")

    answering(stage, 61, kc1, kc2, status=501)
    assert [fact.phone for fact in stage.facts(h.PhoneFound)] == ["kc1"]
    assert house.is_registered("kc1")


def test_a_register_finds_a_phone_and_its_silences_are_forgotten() -> None:
    stage = watching()
    house = stage.virtual.switchboard.house
    stage.register("kc1")
    stage.wait(200)
    assert not house.is_registered("kc1")

    assert stage.phone("kc1").register("kc1", cseq=9, call_id="another").status == 200
    assert house.is_registered("kc1")
    stage.wait(30)
    assert house.is_registered("kc1")

    stage.wait(200)
    assert not house.is_registered("kc1")


def test_a_phone_that_is_busy_with_an_answer_is_not_found_by_a_provisional_one() -> None:
    stage = watching()
    stage.register("kc1")

    answering(stage, 250, stage.phone("kc1"), status=100)

    assert not stage.virtual.switchboard.house.is_registered("kc1")


def test_a_phone_of_two_places_is_there_when_one_of_them_answers() -> None:
    lines = PHONE_LINES.replace('"Kontaktcenter 1" }', '"Kontaktcenter 1", max_contacts = 2 }')
    stage = watching(phones=lines)
    other = stage.peer("192.0.2.150")
    stage.register("kc1")
    assert other.register("kc1", call_id="other").status == 200

    answering(stage, 300, other)

    assert stage.phone("kc1").has("OPTIONS")
    assert stage.virtual.switchboard.house.is_registered("kc1")


def test_a_phone_that_dislikes_options_is_left_in_peace() -> None:
    lines = PHONE_LINES.replace('"Kontaktcenter 1" }', '"Kontaktcenter 1", options = false }')
    stage = watching(phones=lines)
    stage.register("kc1")

    stage.wait(300)

    assert not stage.phone("kc1").has("OPTIONS")
    assert stage.virtual.switchboard.house.is_registered("kc1")


def test_a_phone_that_registers_after_the_round_began_and_one_that_leaves_in_it() -> None:
    stage = watching()
    stage.register("kc1", "kc2", "bygg1")
    stage.wait(2)
    assert stage.phone("kc1").register("kc1", cseq=9, expires=0).status == 200
    assert stage.phone("kc2").register("kc2", cseq=9, expires=0).status == 200
    for account in ("kc1", "kc2"):
        stage.phone(account).answer_all("OPTIONS")

    stage.wait(300)

    assert {fact.phone for fact in stage.facts(h.PhoneLost)} == {"bygg1"}


def test_the_route_by_which_a_phone_registered_is_taken() -> None:
    stage = watching()
    stage.register("kc1")
    stage.wait(61)

    assert stage.phone("kc1").take("OPTIONS").uri == "sip:phone@192.0.2.101:5060"


def test_who_is_lost_and_no_longer_asked_counts_as_there() -> None:
    stage = watching()
    stage.register("kc1")
    answering(stage, 5, stage.alarm, stage.reserve)
    stage.wait(200)
    house = stage.virtual.switchboard.house
    assert not house.is_registered("kc1") and not house.is_up(RESERVE)
    trunks = TRUNKS.replace('peers = ["192.0.2.31"]', 'peers = ["192.0.2.31"]\noptions = false')
    phones = PHONE_LINES.replace('"Kontaktcenter 1" }', '"Kontaktcenter 1", options = false }')
    tables = tables_of(2, trunks=trunks, phones=phones, groups=GROUPS, numbers=NUMBERS)

    stage.virtual.directory.load(tables)
    stage.node.legs.watch.begin(stage.now)
    stage.wait(61)

    assert house.is_registered("kc1") and house.is_up(RESERVE)


def test_what_hangs_on_a_contact_is_no_part_of_what_is_asked() -> None:
    stage = watching()
    stage.phone("kc1").register("kc1", contact="<sip:phone@192.0.2.101:5060?Subject=x>")
    stage.wait(61)

    options = stage.phone("kc1").take("OPTIONS")
    assert options.uri == "sip:phone@192.0.2.101:5060"
    assert str(options.to) == "<sip:phone@192.0.2.101:5060>"


def test_a_gateway_that_nothing_can_be_sent_to_is_lost_at_once() -> None:
    stage = watching()
    stage.wait(1.5)

    stage.node.transport_failed(Flow("UDP", ADDRESS, RESERVE[:2]), stage.now)

    assert [fact.gateway for fact in stage.facts(h.GatewayLost)] == [RESERVE]


# ---- gateways by name

SOS = Named("sos.example.se", None, "UDP")
BY_NAME = """
[trunks.operator]
peers = ["192.0.2.10"]
numbers = ["+4685306"]
[trunks.sos]
peers = ["192.0.2.30"]
gateways = ["sos.example.se"]
emergency = true
"""


class Known:
    """What the name means now."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    def places(self, named: Named) -> tuple[Found, ...]:
        return tuple(Found(0, 0, (SOS.at(host, 5060),)) for host in self.hosts)


def test_where_a_name_leads_is_watched_and_followed() -> None:
    names = Known()
    tables = tables_of(1, trunks=BY_NAME, groups=GROUPS, numbers=NUMBERS)
    stage = Stage(VirtualNode(tables, names=names))
    first, second = stage.peer("192.0.2.41"), stage.peer("192.0.2.42")
    stage.node.legs.watch.begin(stage.now)
    stage.wait(2)
    assert not first.has("OPTIONS")

    names.hosts = ["192.0.2.41"]
    stage.node.names_changed(stage.now)
    stage.wait(2)
    request = first.take("OPTIONS")
    assert request.uri == "sip:sos.example.se"
    first.answer(request, 200)
    stage.wait(60)
    assert [fact.gateway for fact in stage.facts(h.GatewayLost)] == [SOS.at("192.0.2.41", 5060)]

    names.hosts = ["192.0.2.42"]
    stage.node.names_changed(stage.now)
    assert [fact.gateway for fact in stage.facts(h.GatewayFound)] == [SOS.at("192.0.2.41", 5060)]
    stage.wait(32)  # until what was asked before is no longer repeated
    first.requests.clear()
    stage.wait(15)
    assert second.has("OPTIONS") and not first.has("OPTIONS")


def test_a_gateway_that_no_socket_of_ours_reaches_is_lost() -> None:
    stage = Stage(trunks=TRUNKS.replace("192.0.2.30:5080", "2001:db8::30"))
    stage.node.legs.watch.begin(stage.now)
    stage.wait(2)

    assert [fact.gateway for fact in stage.facts(h.GatewayLost)] == [Place("2001:db8::30", 5060)]
    stage.call("112")
    assert stage.reserve.take("INVITE")


QUIET = PHONE_LINES.replace('"Kontaktcenter 1" }', '"Kontaktcenter 1", options = false }')
"""Without the rounds that ask kc1 anyhow."""


def by_tcp(stage: Stage, account: str = "kc1", contact: str = "") -> ScriptedPeer:
    """A phone that has registered by a connection. What its Contact says is where it listens."""
    phone = stage.peer("192.0.2.101", 40_000)
    phone.transport = "TCP"
    assert phone.register(account, contact=contact or "<sip:kc1@10.9.8.7;transport=tcp>").status == 200
    return phone


def test_a_phone_whose_connection_is_closed_is_asked_at_once_and_lost_when_there_is_no_other_way() -> None:
    stage = watching(QUIET)
    phone = by_tcp(stage)
    flow = Flow("TCP", ADDRESS, phone.address)

    stage.node.transport_failed(flow, stage.now)
    stage.pump()
    assert phone.has("OPTIONS")
    assert stage.virtual.switchboard.house.is_registered("kc1")
    stage.node.transport_failed(flow, stage.now)  # there is no connection to send it by

    assert [fact.phone for fact in stage.facts(h.PhoneLost)] == ["kc1"]
    assert not stage.virtual.switchboard.house.is_registered("kc1")
    assert phone.register("kc1", cseq=9).status == 200
    assert stage.virtual.switchboard.house.is_registered("kc1")


def test_a_phone_that_answers_by_another_connection_is_there() -> None:
    stage = watching()
    phone = by_tcp(stage)

    stage.node.transport_failed(Flow("TCP", ADDRESS, phone.address), stage.now)
    stage.pump()
    phone.answer_all("OPTIONS")

    assert stage.facts(h.PhoneLost) == []


def test_options_go_where_a_phone_listens_when_its_connection_is_gone() -> None:
    stage = watching()
    phone = by_tcp(stage, contact="<sip:kc1@192.0.2.101:5070;transport=tcp>")
    sent: list[Flow] = []

    stage.node.transport_failed(Flow("TCP", ADDRESS, phone.address), stage.now)
    sent += [flow for data, flow in stage.node.messages_to_send() if data.startswith(b"OPTIONS")]

    assert [flow.reopen for flow in sent] == [("192.0.2.101", 5070)]


def test_a_phone_that_says_that_it_listens_is_asked_once_more_before_it_is_lost() -> None:
    stage = watching(QUIET)
    phone = by_tcp(stage, contact="<sip:kc1@192.0.2.101:5070;transport=tcp>")
    flow = Flow("TCP", ADDRESS, phone.address)
    for _ in range(2):
        stage.node.transport_failed(flow, stage.now)
    stage.pump()
    phone.requests.clear()

    stage.wait(4)
    assert stage.facts(h.PhoneLost) == [] and not phone.has("OPTIONS")
    stage.wait(2)
    assert phone.has("OPTIONS")
    stage.node.transport_failed(flow, stage.now)
    assert [fact.phone for fact in stage.facts(h.PhoneLost)] == ["kc1"]


def test_a_phone_that_listens_by_then_is_there() -> None:
    stage = watching(QUIET)
    phone = by_tcp(stage, contact="<sip:kc1@192.0.2.101:5070;transport=tcp>")
    for _ in range(2):
        stage.node.transport_failed(Flow("TCP", ADDRESS, phone.address), stage.now)
    stage.pump()
    phone.requests.clear()

    stage.wait(6)
    phone.answer_all("OPTIONS")
    stage.wait(60)

    assert stage.facts(h.PhoneLost) == []


def test_a_phone_of_two_places_is_not_lost_with_one_of_its_connections() -> None:
    stage = watching(PHONE_LINES.replace('"Kontaktcenter 1" }', '"Kontaktcenter 1", max_contacts = 2 }'))
    phone, other = by_tcp(stage), stage.peer("192.0.2.150")
    assert other.register("kc1", call_id="other").status == 200

    for _ in range(2):
        stage.node.transport_failed(Flow("TCP", ADDRESS, phone.address), stage.now)
        stage.pump()

    assert stage.facts(h.PhoneLost) == []


def test_all_phones_of_one_device_are_asked_and_nobody_on_another_transport() -> None:
    stage = watching()
    phone = by_tcp(stage)
    assert phone.register("kc2", contact="<sip:kc2@10.9.8.7;transport=tcp>").status == 200
    stage.register("bygg1")

    stage.node.transport_failed(Flow("TCP", ADDRESS, phone.address), stage.now)
    stage.node.transport_failed(Flow("TLS", ADDRESS, stage.phone("bygg1").address), stage.now)
    stage.pump()

    assert len([r for r in phone.requests if r.method == "OPTIONS"]) == 2
    assert not stage.phone("bygg1").has("OPTIONS")


def test_a_phone_that_registers_meanwhile_is_not_asked_once_more() -> None:
    stage = watching(QUIET)
    phone = by_tcp(stage, contact="<sip:kc1@192.0.2.101:5070;transport=tcp>")
    for _ in range(2):
        stage.node.transport_failed(Flow("TCP", ADDRESS, phone.address), stage.now)
    stage.pump()
    phone.requests.clear()
    contact = "<sip:kc1@192.0.2.101:5070;transport=tcp>"
    assert phone.register("kc1", contact=contact, cseq=9).status == 200

    stage.wait(10)

    assert not phone.has("OPTIONS")
