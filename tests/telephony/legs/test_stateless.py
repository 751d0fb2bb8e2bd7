"""Whoever has proven nothing costs one answer, and no memory (RFC 3261 8.2.7, 26.3.2.4)."""

import pytest

from telephony.sip.counts import Drop
from tests.support.plans import MAIN
from tests.support.scripted_peer import Outgoing, sdp
from tests.support.stage import Stage
from tests.support.switchboard import REALM

STRANGER = "203.0.113.66"


def invite(stage: Stage, sender: str, *, to_tag: str = "", branch: str = "z9hG4bKone") -> Outgoing:
    target = f"sip:{MAIN}@{REALM}"
    remote = f"<{target}>{';tag=' + to_tag if to_tag else ''}"
    outgoing = Outgoing(stage.peer(STRANGER), "c-1", f"<sip:{sender}>;tag=c", remote, target)
    outgoing.branch = outgoing.request("INVITE", sdp(STRANGER), branch=branch)
    return outgoing


@pytest.mark.parametrize(
    ("sender", "to_tag", "status"),
    [(f"kc1@{REALM}", "", 401), ("anybody@elsewhere.example", "", 403), ("a@b.example", "x", 481)],
)
def test_a_refusal_of_a_stranger_is_sent_once_and_forgotten(
    stage: Stage, sender: str, to_tag: str, status: int
) -> None:
    caller = invite(stage, sender, to_tag=to_tag)

    stage.wait(40.0)

    assert [response.status for response in stage.peer(STRANGER).responses] == [status]
    assert caller.final(caller.branch).status == status
    assert stage.virtual.endpoint.counts.transactions == 0
    assert stage.node.legs.get_timer() is None


def test_a_repetition_gets_the_same_answer_with_the_same_tag(stage: Stage) -> None:
    invite(stage, f"kc1@{REALM}")
    again = Outgoing(
        stage.peer(STRANGER),
        "c-1",
        f"<sip:kc1@{REALM}>;tag=c",
        f"<sip:{MAIN}@{REALM}>",
        f"sip:{MAIN}@{REALM}",
    )
    again.request("INVITE", sdp(STRANGER), branch="z9hG4bKone")

    first, second = stage.peer(STRANGER).responses
    assert (first.status, second.status) == (401, 401)
    assert first.to.tag == second.to.tag is not None


def test_its_ack_is_no_stray_one(stage: Stage) -> None:
    caller = invite(stage, f"kc1@{REALM}")

    caller.assert_refused(401)

    assert stage.virtual.endpoint.counts.dropped[Drop.STRAY_ACK] == 0


def test_options_of_a_stranger_leaves_nothing(stage: Stage) -> None:
    party = Outgoing(stage.peer(STRANGER), "o-1", "<sip:a@b.example>;tag=c", "<sip:x@y>", "sip:x@y")

    assert party.ask("OPTIONS").status == 200
    assert stage.virtual.endpoint.counts.transactions == 0
