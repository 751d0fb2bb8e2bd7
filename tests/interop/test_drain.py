"""SIGTERM, or a terminal that closes: no new calls but to 112, running ones go on up to a limit, then BYE on
both legs, and exit 0."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.call import facts as f
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import DrainStarted, ServiceStopped
from tests.support.live_town import FASTIGHET, KONTAKTCENTER, Town, town


@pytest.fixture(name="town")
def _town(tmp_path: Path) -> Iterator[Town]:
    with town(tmp_path, {"VAXELN_CALLS_DRAIN_SECONDS": "3"}) as built:
        yield built


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("how", ["terminate", "lose_terminal"])
def test_a_running_call_goes_on_to_the_limit_and_is_ended_on_both_legs(town: Town, how: str) -> None:
    town.register("anna")
    member = town.sipp.start("member_answers", town.phone("anna"))
    caller = town.sipp.start("caller_waits_for_bye", town.operator, dialled=KONTAKTCENTER)
    town.service.await_fact(f.CallConnected)
    caller.await_received("SIP/2.0 200")

    getattr(town.service, how)()
    town.service.await_fact(DrainStarted)
    refused = town.sipp.play("caller_refused", town.second_sos, dialled=FASTIGHET, status="503")

    assert int(refused.received("SIP/2.0 503")[0].header("Retry-After")) > 0
    caller.wait()
    member.wait()
    town.service.wait_stopped()
    record, turned_away = town.service.records()
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.SERVICE)
    assert (turned_away.outcome, turned_away.reason) == (Outcome.FAILED, "503 draining")
    assert record.talk_seconds is not None and record.talk_seconds >= 2.5
    assert isinstance(town.service.facts()[-1], ServiceStopped)
    assert not town.service.open_legs()


def test_112_gets_through_during_the_drain_and_is_waited_for(town: Town) -> None:
    town.register("anna")
    member = town.sipp.start("member_answers", town.phone("anna"))
    running = town.sipp.start("caller_waits_for_bye", town.operator, dialled=KONTAKTCENTER)
    town.service.await_fact(f.CallConnected)

    town.service.terminate()
    town.service.await_fact(DrainStarted)
    rescue = town.sipp.start("member_answers", town.first_sos)
    in_need = town.sipp.play("caller_talks", town.second_sos, dialled="112")

    rescue.wait()
    record = town.record_of(in_need)
    assert (record.outcome, record.answered_by, record.emergency) == (
        Outcome.ANSWERED,
        "trunk/first_sos",
        True,
    )
    running.wait()
    member.wait()
    town.service.wait_stopped()
