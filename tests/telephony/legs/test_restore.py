"""telephony/legs/restore.py: after a crash every leg that was open is ended, whenever the crash came."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from telephony.archive.codec import Codec, UnknownFact
from telephony.call import facts as f
from telephony.call.call import Leg
from telephony.call.record import records
from telephony.call.registry import FACTS
from telephony.legs.leg import CSEQ_LEAP
from tests.support.plans import MAIN
from tests.support.scripted_peer import Outgoing, Party, ScriptedPeer, sdp
from tests.support.stage import CLOSED, CLOSED_EARLY, DIRECT, Stage
from tests.support.switchboard import VirtualNode

CODEC = Codec[f.Fact](FACTS)


class Afterlife:
    """The node that starts on the journal of a dead one, at the same peers, which remember everything."""

    def __init__(self, stage: Stage, facts: Sequence[f.Fact]) -> None:
        self.stage = Stage(VirtualNode(stage.tables, seed=2, prefix="new-"))
        self.stage.now = stage.now + 1.0
        for address in stage.peers:
            self.stage.peer(*address)
        self.facts = [read(fact) for fact in facts]
        self.stage.virtual.switchboard.replay(enumerate(self.facts, 1))
        calls = self.stage.virtual.switchboard.calls.values()
        self.open = [leg for call in calls for leg in call.open_legs() if leg.dialog is not None]
        self.live = {call.id for call in calls if call.is_live}
        self.lost = self.stage.node.recover(self.stage.now)
        self.stage.pump()

    @property
    def requests(self) -> list[tuple[ScriptedPeer, str]]:
        """Who is asked for what."""
        return [(peer, r.method) for peer in self.stage.peers.values() for r in peer.requests]

    def end(self) -> None:
        """Everybody agrees to the end."""
        for peer in self.stage.peers.values():
            for request in [r for r in peer.requests if r.method == "CANCEL"]:
                peer.answer(request, 200)
            peer.answer_all("BYE")
        self.stage.assert_nothing_kept()


def read(fact: f.Fact) -> f.Fact:
    """The fact as the journal gives it back."""
    decoded = CODEC.decode_json(CODEC.encode(fact))
    assert not isinstance(decoded, UnknownFact)
    return decoded


# ---- whole calls, cut off after each entry of the journal


def hunt(stage: Stage) -> None:
    """Two ring, one of them with a 100 only; the other answers and holds, the caller hangs up."""
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)
    loser, winner = stage.offered("kc1"), stage.offered("kc2")
    loser.ring(100)
    winner.ring()
    winner.accept()
    loser.assert_cancelled()
    call.pick_up()
    winner.reinvite(sdp("192.0.2.102", "8 101", "sendonly"))
    call.peer.answer(call.peer.take("INVITE"), 200, sdp("192.0.2.10", "8 101", "recvonly"))
    call.hang_up()
    winner.peer.answer(winner.peer.take("BYE"), 200)


def early(stage: Stage) -> None:
    """Early sound, no answer."""
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring(183, sdp("192.0.2.101", "8"))
    stage.wait(21.0)
    member.assert_cancelled()
    call.assert_refused(480)


def crossing(stage: Stage) -> None:
    """The caller gives up while the member answers."""
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring()
    call.cancel()
    member.accept()
    member.peer.answer(member.peer.take("BYE"), 200)


def announced(stage: Stage) -> None:
    """An announcement after a 200, to a caller who left the offer to us."""
    call = stage.call(CLOSED, body="")
    call.assert_answered()
    call.ack(sdp("192.0.2.10", "8"))
    stage.node.playback_ended("call1.0", stage.now)
    stage.pump()
    call.peer.answer(call.peer.take("BYE"), 200)


def announced_early(stage: Stage) -> None:
    """An announcement before any answer, to a hidden caller with an odd name."""
    call = stage.call(CLOSED_EARLY, ("From", '"\udce5\x01" <sip:anonymous@anonymous.invalid>;tag=caller'))
    stage.node.playback_ended("call1.0", stage.now)
    stage.pump()
    call.assert_refused(480)


def routed(stage: Stage) -> None:
    """A trunk behind proxies calls 112, which is behind proxies too."""
    routes = ("Record-Route", "<sip:192.0.2.20;lr>, <sip:10.0.0.7;lr>")
    call = stage.call("112", routes, peer=stage.pbx)
    trunk = stage.offered_at(stage.alarm)
    trunk.accept(Contact="<sip:sos@10.0.0.1>", Record_Route="<sip:10.0.0.2;lr>, <sip:192.0.2.30:5080;lr>")
    call.pick_up()
    call.hang_up()
    trunk.peer.answer(trunk.peer.take("BYE"), 200)


SCENARIOS = [hunt, early, crossing, announced, announced_early, routed]


def sequences(stage: Stage) -> list[int]:
    """How many facts the journal held after each entry."""
    lengths = [0]
    for entry in stage.virtual.journal.entries:
        lengths.append(lengths[-1] + len(entry))
    return lengths


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_wherever_a_call_is_cut_off_every_open_leg_is_ended(scenario: Callable[[Stage], None]) -> None:
    stage = Stage()
    scenario(stage)
    facts = stage.virtual.journal.facts
    assert stage.facts(f.CallEnded)

    for length in sequences(stage):
        life = Afterlife(stage, facts[:length])

        assert not life.lost
        for leg in life.open:
            assert_ended(stage, life, leg)
        life.end()
        assert_journalled(life, facts[:length])


def assert_ended(before: Stage, life: Afterlife, leg: Leg) -> None:
    """What the far end of this leg got is what ends it, whatever it had sent or got before."""
    assert leg.dialog is not None
    peer = life.stage.peers[(leg.dialog["flow"][3], leg.dialog["flow"][4])]
    if "invite" not in leg.dialog:
        assert_bye(before, peer, leg.dialog["dialog"])
    elif "accepted" in leg.dialog:
        (answer,) = peer.responses
        assert (answer.status, answer.body.decode()) == (200, leg.dialog["accepted"])
        assert [str(route) for route in answer.record_routes] == leg.dialog["dialog"]["route_set"]
        assert not peer.has("BYE")
        caller = Outgoing(peer, answer.call_id, str(answer.from_), "", "", answer.cseq.number)
        caller.branch = answer.via.branch or ""
        caller.pick_up()
        assert_bye(before, peer, leg.dialog["dialog"])
    elif "transaction" in leg.dialog["invite"]:
        (cancel,) = [r for r in peer.requests if r.method == "CANCEL"]
        assert cancel.via.branch == leg.dialog["invite"]["transaction"]
    else:
        (answer,) = peer.responses
        assert answer.status == leg.dialog.get("refused", {"status": 503})["status"]
        assert answer.to.tag == leg.dialog["dialog"]["local_tag"]


def assert_bye(before: Stage, peer: ScriptedPeer, dialog: dict[str, Any]) -> None:
    """The dialog is ended, by a request that its far end takes for a new one."""
    (bye,) = [r for r in peer.requests if r.method == "BYE" and r.call_id == dialog["call_id"]]
    known = [r.cseq.number for r in before.peers[peer.address].requests]
    assert bye.cseq.number > CSEQ_LEAP > max(known, default=0)
    assert bye.to.tag == dialog["remote_tag"]
    assert bye.from_.tag == dialog["local_tag"]
    assert bye.headers.get_all("Route") == dialog["route_set"]


def assert_journalled(life: Afterlife, facts: Sequence[f.Fact]) -> None:
    """The calls that were live are interrupted, at the time of their last fact."""
    made = records([*life.facts, *life.stage.virtual.journal.facts])
    for call in life.live:
        last = [fact for fact in facts if isinstance(fact, f.CallFact) and fact.call == call][-1]
        assert (made[call].outcome, made[call].ended_at) == (f.Outcome.INTERRUPTED, last.at)
    for call in set(made) - life.live:
        assert made[call].outcome is not None


def test_the_lengths_of_a_journal_rise() -> None:
    stage = Stage()
    hunt(stage)

    assert all(shorter < longer for shorter, longer in pairwise(sequences(stage)))


# ---- what comes to a node that has just begun


def cut(stage: Stage) -> Afterlife:
    """The node dies now."""
    return Afterlife(stage, stage.virtual.journal.facts)


def test_a_2xx_that_crosses_the_crash_is_acknowledged_and_ended_where_the_phone_is() -> None:
    stage = Stage()
    stage.register("kc1")
    stage.call(DIRECT)
    member = stage.offered("kc1")
    life = cut(stage)
    member.peer = life.stage.phone("kc1")

    member.accept(Contact="<sip:kc1@10.9.8.7:5062>")

    assert member.peer.take("ACK").uri == "sip:kc1@10.9.8.7:5062"
    assert member.peer.take("BYE").uri == "sip:kc1@10.9.8.7:5062"


def test_a_member_who_rings_on_after_the_crash_is_cancelled() -> None:
    stage = Stage()
    stage.register("kc1")
    stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring()
    life = cut(stage)
    member.peer = life.stage.phone("kc1")

    member.assert_cancelled("service restarted")
    life.stage.assert_nothing_kept()


def test_a_caller_whose_200_went_down_with_the_node_gets_it_after_the_crash() -> None:
    stage = Stage()
    call = stage.call(CLOSED)
    life = cut(stage)
    call.peer = life.stage.operator

    assert call.statuses == [200]
    life.stage.wait(1.0)
    assert len(call.responses(call.branch)) > 1
    assert not call.peer.has("BYE")
    call.pick_up()

    call.peer.answer(call.peer.take("BYE"), 200)
    life.stage.assert_nothing_kept()


def test_a_caller_who_acknowledged_before_the_crash_is_not_answered_again() -> None:
    stage = Stage()
    call = stage.call(CLOSED)
    call.pick_up()
    life = cut(stage)

    assert not life.stage.operator.responses
    assert life.stage.operator.has("BYE")


def test_a_caller_who_never_acknowledges_is_hung_up_on_at_last() -> None:
    stage = Stage()
    stage.call(CLOSED)
    life = cut(stage)

    life.stage.wait(31.0)
    assert not life.stage.operator.has("BYE")
    life.stage.wait(2.0)
    assert life.stage.operator.has("BYE")


def test_an_invite_that_is_repeated_after_the_crash_gets_its_answer_again() -> None:
    stage = Stage()
    call = stage.call(CLOSED_EARLY)
    life = cut(stage)
    call.peer = life.stage.operator
    fields = [("From", call.local), ("To", call.remote), ("Call-ID", call.call_id), ("CSeq", "1 INVITE")]

    call.peer.request("INVITE", call.target, [*fields, ("Contact", call.peer.contact)], branch=call.branch)

    assert call.statuses == [503]
    assert not [fact for fact in life.stage.facts(f.CallArrived)]


def test_a_cancel_after_the_crash_is_answered() -> None:
    stage = Stage()
    call = stage.call(CLOSED_EARLY)
    life = cut(stage)
    call.peer = life.stage.operator

    assert call.cancel().status == 200
    assert call.statuses == [503]


@pytest.mark.parametrize("method", ["BYE", "INVITE", "OPTIONS"])
def test_requests_after_the_crash_are_answered(method: str) -> None:
    stage = Stage()
    call, _ = stage.connected()
    life = cut(stage)
    call.peer = life.stage.operator

    status = call.ask(method, sdp("192.0.2.10") if method == "INVITE" else "").status

    assert status == {"BYE": 200, "INVITE": 481, "OPTIONS": 200}[method]


def test_registrations_outlive_the_crash_and_their_time_goes_on() -> None:
    stage = Stage()
    stage.phone("kc1").register("kc1", expires=100)
    life = cut(stage)

    life.stage.call(DIRECT)
    assert life.stage.phone("kc1").has("INVITE")
    life.stage.wait(130.0)

    assert not life.stage.virtual.directory.contacts("kc1")


# ---- a snapshot that cannot be understood


@pytest.mark.parametrize(
    "damage",
    [
        {"flow": None},
        {"flow": ["UDP"]},
        {"dialog": None},
        {"dialog": {}},
        {"pinned": True, "flow": ["UDP", "192.0.2.1", 5060, "192.0.2.10", 5060], "invite": 7},
        {"invite": {"uri": "sip:a@b", "headers": []}},
        {"invite": {"uri": "sip:a@b", "headers": [], "transaction": "z9hG4bK1"}},
        {"invite": {"uri": "sip:a@b", "headers": [["Via", "rubbish"]]}},
        {"accepted": 7},
    ],
)
def test_a_leg_that_cannot_be_brought_back_is_reported_and_its_call_ends(damage: dict[str, object]) -> None:
    stage = Stage()
    stage.call(CLOSED_EARLY)
    facts = [
        f.LegDialogChanged(at=fact.at, call=fact.call, leg=fact.leg, dialog={**fact.dialog, **damage})
        if isinstance(fact, f.LegDialogChanged)
        else fact
        for fact in stage.virtual.journal.facts
    ]

    life = Afterlife(stage, facts)

    assert life.lost == ["call1.0"]
    assert not life.requests
    life.end()
    assert life.stage.facts(f.CallInterrupted)


def test_a_caller_taken_over_with_a_200_on_its_way_is_brought_back_by_its_present_name() -> None:
    stage = Stage()
    stage.register("kc1")
    stage.call(DIRECT)
    stage.offered("kc1").accept()
    snapshot = stage.node.legs._wire.legs["call1.0"].snapshot()
    assert "accepted" in snapshot
    legs = Stage().node.legs

    assert legs.restore("call2", "call2.3", snapshot, 0.0)

    assert {fact.leg for fact in legs.facts() if isinstance(fact, f.LegFact)} == {"call2.3"}


@pytest.mark.parametrize(("is_old", "status"), [(False, 401), (True, 481)])
def test_a_restored_leg_knows_whose_it_is_and_one_of_an_older_program_is_bound_to_its_address(
    is_old: bool, status: int
) -> None:
    stage = Stage()
    _, member = stage.connected(DIRECT, "kc1")
    facts = list(stage.virtual.journal.facts)
    if is_old:
        facts = [without_owner(fact) for fact in facts]
    afterlife = Afterlife(stage, facts)

    moved = afterlife.stage.peer("203.0.113.66")
    party = Party(moved, member.call_id, member.local, member.remote, member.target, member.cseq)

    assert party.ask("OPTIONS").status == status
    afterlife.end()


def without_owner(fact: f.Fact) -> f.Fact:
    """The fact as older programs wrote it."""
    if not isinstance(fact, f.LegDialogChanged):
        return fact
    kept = {name: value for name, value in fact.dialog.items() if name not in ("account", "trunk")}
    return replace(fact, dialog=kept)
