"""Who is behind an edge proxy: what the edge has written is believed, and nothing else (RFC 3261 18.2.1)."""

import pytest

from telephony.call import facts as f
from telephony.legs.edge import registered_from
from tests.support.scripted_peer import Outgoing, Party, ScriptedPeer, authorize, sdp
from tests.support.stage import DIRECT, GROUPS, NUMBERS, TRUNKS, Stage
from tests.support.switchboard import REALM
from tests.support.watcher import Watcher

EDGE = ("192.0.2.70", 5060)
STRANGER = ("198.51.100.9", 5060)
EDGES = '[edges.front]\naddresses = ["192.0.2.70"]\n'
HOME = "203.0.113.7:1024"


@pytest.fixture
def stage() -> Stage:
    return Stage(trunks=TRUNKS, groups=GROUPS, numbers=NUMBERS, more=EDGES)


@pytest.fixture
def edge(stage: Stage) -> ScriptedPeer:
    return stage.peer(*EDGE)


def via(written: str, sent_by: str = "10.9.9.9") -> tuple[str, str]:
    """The Via below the edge's own."""
    return ("Via", f"SIP/2.0/UDP {sent_by};branch=z9hG4bKbehind;{written}")


def from_host(host: str, port: int = 5060) -> tuple[str, str]:
    return via(f"rport={port};received={host}")


def call(stage: Stage, *fields: tuple[str, str], peer: ScriptedPeer, number: str = DIRECT) -> Outgoing:
    stage.register("kc1")
    return stage.call(number, *fields, peer=peer)


# ---- trunks


@pytest.mark.parametrize(
    "written",
    [
        from_host("192.0.2.10"),
        via("received=192.0.2.10;rport=5060", "[2001:db8::9]:5062"),
        via("rport=5060", "192.0.2.10"),
        via("Rport=5060;RECEIVED=192.0.2.10"),
    ],
)
def test_a_trunk_behind_the_edge_is_told_by_what_the_edge_has_written(
    stage: Stage, edge: ScriptedPeer, written: tuple[str, str]
) -> None:
    call(
        stage, written, ("Via", "SIP/2.0/UDP 192.0.2.20;branch=z9hG4bKz;rport=1;received=1.1.1.1"), peer=edge
    )

    arrived = stage.facts(f.CallArrived)[0]
    assert (arrived.origin, arrived.origin_name) == (f.Origin.TRUNK, "operator")


@pytest.mark.parametrize(
    "written",
    [
        via("received=192.0.2.10"),
        via("rport;received=192.0.2.10"),
        via("rport=5060;received=192.0.2.10;received=203.0.113.5"),
        via("received=192.0.2.10;received=192.0.2.10;rport=5060"),
        via("rport=5060;rport=5060;received=192.0.2.10"),
        via('rport=5060;received="192.0.2.10"'),
        via("rport=0;received=192.0.2.10"),
        via("rport=x;received=192.0.2.10"),
        via("rport=5060;received=operator.example"),
        via("rport=5060", "operator.example"),
        from_host("203.0.113.5"),
        ("Subject", "no Via but its own"),
    ],
)
def test_what_the_edge_has_not_written_lets_nobody_in(
    stage: Stage, edge: ScriptedPeer, written: tuple[str, str]
) -> None:
    assert call(stage, written, peer=edge).statuses == [403]


def test_a_stranger_is_not_believed_whatever_it_writes(stage: Stage) -> None:
    assert call(stage, from_host("192.0.2.10"), peer=stage.peer(*STRANGER)).statuses == [403]


@pytest.mark.parametrize(("host", "caller"), [("192.0.2.20", "+46701112233"), ("192.0.2.10", "+46701740605")])
def test_an_asserted_identity_is_believed_of_a_trusted_trunk_behind_the_edge_alone(
    stage: Stage, edge: ScriptedPeer, host: str, caller: str
) -> None:
    call(stage, from_host(host), ("P-Asserted-Identity", "<sip:+46701112233@x>"), peer=edge)

    assert stage.facts(f.CallArrived)[0].caller == caller


def test_an_edge_in_the_prefix_of_a_trunk_is_no_peer_of_it() -> None:
    trunks = TRUNKS.replace('["192.0.2.10"]', '["192.0.2.0/24"]')
    stage = Stage(trunks=trunks, groups=GROUPS, numbers=NUMBERS, more=EDGES)

    assert call(stage, peer=stage.peer(*EDGE)).statuses == [403]


# ---- phones


def register(edge: ScriptedPeer, account: str, path: str = f"<sip:{EDGE[0]};lr;received=sip:{HOME}>") -> None:
    party = Party(
        edge, f"r-{account}", f"<sip:{account}@{REALM}>;tag=r", f"<sip:{account}@{REALM}>", f"sip:{REALM}"
    )
    contact = ("Contact", f"<sip:{account}@{HOME}>")
    assert party.authenticated("REGISTER", account, "", contact, ("Path", path)).status == 200


def home(host: str = HOME) -> tuple[str, str]:
    name, _, port = host.partition(":")
    return from_host(name, int(port))


def test_a_phone_behind_the_edge_proves_itself_for_each_call(stage: Stage, edge: ScriptedPeer) -> None:
    register(edge, "bygg1")
    register(edge, "kc2")
    target = f"sip:{DIRECT}@{REALM}"
    caller = Outgoing(edge, "c1", f"<sip:bygg1@{REALM}>;tag=c", f"<{target}>", target)

    caller.authenticated("INVITE", "bygg1", "", home(), body=sdp("203.0.113.7"))

    assert stage.facts(f.CallArrived)[0].origin_name == "bygg1"


@pytest.mark.parametrize(
    ("account", "origin", "is_proven"),
    [("bygg1", HOME, True), ("bygg1", "203.0.113.7:1025", False), ("bygg2", HOME, False)],
)
def test_112_is_of_the_phone_that_registered_from_there(
    stage: Stage, edge: ScriptedPeer, account: str, origin: str, is_proven: bool
) -> None:
    register(edge, "bygg1")
    register(edge, "kc2", f"<sip:{EDGE[0]};lr;received=sip:203.0.113.8:1024>")

    stage.call("112", home(origin), peer=edge, caller=account, host=REALM)

    arrived = stage.facts(f.CallArrived)[0]
    assert arrived.origin_name == account
    assert bool(arrived.member) is is_proven
    assert stage.alarm.has("INVITE")


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("<sip:192.0.2.70;lr;received=sip:203.0.113.7:1024>", ("203.0.113.7", 1024)),
        ("<sip:192.0.2.70;lr;received=sip:203.0.113.7>", ("203.0.113.7", 5060)),
        ("<sip:192.0.2.70;lr;received=sip:203.0.113.7%3Btransport%3Dtls>", ("203.0.113.7", 5061)),
        ("<sip:192.0.2.70;lr;received=sip:[2001:db8::7]:1024>", ("2001:db8::7", 1024)),
        ("<sip:192.0.2.70;lr>", None),
        ("<sip:192.0.2.70;lr;received=sip:edge.example>", None),
        ("<sip:192.0.2.70;lr;received=sip:a:b>", None),
        ("<tel:112>", None),
        ("<", None),
    ],
)
def test_path_tells_where_a_phone_registered_from(path: str, origin: tuple[str, int] | None) -> None:
    assert registered_from([path, "<sip:forged;lr;received=sip:192.0.2.10>"]) == origin
    assert registered_from([]) is None


# ---- inside the dialog


def hang_up(party: Party, origin: tuple[str, str], *fields: tuple[str, str]) -> int:
    return party.ask("BYE", "", origin, *fields).status


def test_a_trunks_call_is_ended_from_the_trunk_alone(stage: Stage, edge: ScriptedPeer) -> None:
    caller = call(stage, from_host("192.0.2.10"), peer=edge)
    stage.offered("kc1").accept()
    caller.assert_answered()
    caller.request("ACK", "", from_host("192.0.2.10"), cseq=1)

    assert hang_up(caller, from_host("203.0.113.5")) == 481
    assert hang_up(caller, from_host("192.0.2.20")) == 481
    assert hang_up(caller, via("received=192.0.2.10")) == 481
    assert not stage.facts(f.LegHungUp)
    assert hang_up(caller, from_host("192.0.2.10", 5099)) == 200  # any port of the trunk's


def test_a_phones_call_is_ended_from_where_it_calls_or_with_its_password(
    stage: Stage, edge: ScriptedPeer
) -> None:
    register(edge, "bygg1")
    stage.register("kc1")
    target = f"sip:{DIRECT}@{REALM}"
    caller = Outgoing(edge, "c1", f"<sip:bygg1@{REALM}>;tag=c", f"<{target}>", target)
    caller.authenticated("INVITE", "bygg1", "", home(), body=sdp("203.0.113.7"))
    stage.offered("kc1").accept()
    caller.assert_answered()
    caller.request("ACK", "", home(), cseq=2)
    away = home("203.0.113.7:2048")

    challenge = caller.ask("OPTIONS", "", away)
    assert challenge.status == 401
    proof = ("Authorization", authorize(challenge, "bygg1", "", "OPTIONS"))
    assert caller.ask("OPTIONS", "", away, proof).status == 200

    assert caller.ask("OPTIONS", "", home()).status == 401  # it has moved
    assert hang_up(caller, away) == 200


def test_a_phone_that_is_called_is_known_by_the_path_it_registered_by(
    stage: Stage, edge: ScriptedPeer
) -> None:
    register(edge, "kc1")
    caller = stage.call(DIRECT)
    phone = stage.offered_at(edge)
    phone.accept()
    caller.pick_up()

    assert hang_up(phone, home("203.0.113.9:1024")) == 401
    assert hang_up(phone, home()) == 200


def test_by_another_edge_a_phone_proves_itself(stage: Stage, edge: ScriptedPeer) -> None:
    register(edge, "kc1")
    caller = stage.call(DIRECT)
    phone = stage.offered_at(edge)
    phone.accept()
    caller.pick_up()
    phone.peer = stage.peer(EDGE[0], 5090)

    assert hang_up(phone, home()) == 401


# ---- lamps


@pytest.mark.parametrize(
    ("origin", "status"), [(HOME, 200), ("203.0.113.8:1024", 401), (f"{HOME}0", 401), (None, 401)]
)
def test_a_lamp_is_refreshed_and_taken_away_from_behind_the_edge_by_its_phone_alone(
    stage: Stage, edge: ScriptedPeer, origin: str | None, status: int
) -> None:
    register(edge, "bygg2")
    lamp = Watcher.of(edge, "bygg2", "bygg1")
    assert lamp.subscribe(home()).status == 200
    lamp.told()

    assert lamp.refresh(*([home(origin)] if origin else []), expires=0).status == status


def test_a_lamp_is_refreshed_from_where_its_phone_is_registered_behind_the_edge(
    stage: Stage, edge: ScriptedPeer
) -> None:
    register(edge, "bygg2")
    lamp = Watcher.of(edge, "bygg2", "bygg1")
    lamp.subscribe(home("203.0.113.9:1024"))
    lamp.told()

    assert [lamp.refresh(home(), expires=seconds).status for seconds in (600, 0)] == [200, 200]


@pytest.mark.parametrize(("origin", "status"), [(HOME, 200), ("203.0.113.8:1024", 401)])
def test_a_phone_goes_on_in_its_call_by_another_connection_of_the_edge(
    stage: Stage, edge: ScriptedPeer, origin: str, status: int
) -> None:
    edge.transport = "TCP"
    register(edge, "bygg1")
    stage.register("kc1")
    target = f"sip:{DIRECT}@{REALM}"
    caller = Outgoing(edge, "c1", f"<sip:bygg1@{REALM}>;tag=c", f"<{target}>", target)
    caller.authenticated("INVITE", "bygg1", "", home(), body=sdp("203.0.113.7"))
    stage.offered("kc1").accept()
    caller.pick_up()

    caller.peer = stage.peer(EDGE[0], 40_001)
    caller.peer.transport = "TCP"
    assert caller.ask("OPTIONS", "", home(origin)).status == status
