"""telephony/legs/arriving.py: an INVITE that becomes a call, or not."""

import pytest

from telephony.call import facts as f
from tests.support.scripted_peer import sdp
from tests.support.stage import CLOSED_EARLY, DIRECT, TRUNKS, Stage


def test_a_call_is_a_fact_with_what_was_dialled_and_by_whom(stage: Stage) -> None:
    call = stage.call(DIRECT, ("Max-Forwards", "12"), call_id="a84b\x01c@pbx")

    (arrived,) = stage.facts(f.CallArrived)
    assert (arrived.call, arrived.leg) == ("call1", "call1.0")
    assert (arrived.origin, arrived.origin_name) == (f.Origin.TRUNK, "operator")
    assert (arrived.dialled, arrived.caller, arrived.max_forwards) == (DIRECT, "+46701740605", 12)
    assert arrived.sip_call_id == "a84b c@pbx"
    assert call.statuses[0] == 100


def test_the_dialog_is_journalled_before_anything_is_sent(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)

    noted = [fact.leg for fact in stage.facts(f.LegDialogChanged)]

    assert noted == ["call1.0", "call1.1"]


@pytest.mark.parametrize("contact", ["", "*", "<sip:", "tel:+46701740605"])
def test_without_a_contact_to_send_to_it_is_400(stage: Stage, contact: str) -> None:
    stage.call(DIRECT, ("Contact", contact)).assert_refused(400)

    assert not stage.facts(f.CallArrived)
    assert not stage.media.open_legs


def test_a_malformed_record_route_is_400(stage: Stage) -> None:
    stage.call(DIRECT, ("Record-Route", "<sip:")).assert_refused(400)


def test_a_body_that_is_no_description_is_415(stage: Stage) -> None:
    refusal = stage.call(DIRECT, ("Content-Type", "text/plain"), body="hello").assert_refused(415)

    assert refusal.headers.get("Accept") == "application/sdp"
    assert not stage.media.open_legs


@pytest.mark.parametrize(
    ("body", "status"), [("nonsense", 400), (sdp("192.0.2.10", "101"), 488), (sdp("pbx.example"), 488)]
)
def test_a_description_that_cannot_be_carried(stage: Stage, body: str, status: int) -> None:
    stage.call(DIRECT, body=body).assert_refused(status)

    assert not stage.media.open_legs


def test_a_call_that_cannot_be_taken_up_is_a_fact_with_its_reason(stage: Stage) -> None:
    stage.call(CLOSED_EARLY, body="v=1")
    stage.call(DIRECT, ("Contact", "<sip:"))
    stage.media.ports = 0
    stage.call(DIRECT)

    facts = [(fact.status, fact.why) for fact in stage.facts(f.CallRefused)]
    assert facts == [
        (400, "no sound in common: no v=0 line"),
        (400, "its Contact or Record-Route is malformed"),
        (503, "no_port"),
    ]
    assert not stage.media.open_legs


def test_with_no_port_free_it_is_503_with_retry_after(stage: Stage) -> None:
    stage.media.ports = 0

    refusal = stage.call(DIRECT).assert_refused(503)

    assert refusal.headers.get("Retry-After") == "30"


def test_a_call_beyond_the_channels_of_its_trunk_is_503_and_112_is_not() -> None:
    trunks = TRUNKS.replace(
        'numbers = ["+4685306"]', 'numbers = ["+4685306"]\nchannels = 2\nemergency_channels = 1'
    )
    stage = Stage(trunks=trunks)
    stage.register("kc1", "kc2")

    first = stage.call(DIRECT)
    stage.call(DIRECT).assert_refused(503)

    (refused,) = stage.facts(f.CallRefused)
    assert (refused.origin_name, refused.why) == ("operator", "no_channel")
    assert first.statuses[-1] == 100
    stage.call("112")
    assert stage.alarm.has("INVITE")
    assert stage.call(DIRECT, peer=stage.pbx).statuses[-1] == 486  # that trunk has no limit
