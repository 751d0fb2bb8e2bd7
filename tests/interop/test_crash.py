"""`kill -9` in the middle of calls: the next start ends them all, and `vaxeln calls` tells the truth."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from telephony.call import facts as f
from telephony.call.facts import Outcome
from tests.support.live_town import CLOSED, KONTAKTCENTER, Town
from tests.support.sipp import SippRun


def talking(town: Town) -> list[SippRun]:
    """A caller and a member are connected."""
    town.register("anna")
    runs = [town.sipp.start("member_answers", town.phone("anna"))]
    runs.append(town.sipp.start("caller_waits_for_bye", town.operator, dialled=KONTAKTCENTER))
    town.service.await_fact(f.CallConnected)
    runs[1].await_received("SIP/2.0 200")
    return runs


def ringing(town: Town) -> list[SippRun]:
    """Somebody's phone rings."""
    town.register("anna")
    runs = [town.sipp.start("member_rings", town.phone("anna"), reason="restarted")]
    runs.append(town.sipp.start("caller_refused", town.operator, dialled=KONTAKTCENTER, status="503"))
    town.service.await_fact(f.CallerAlerted)
    return runs


def two_ringing(town: Town) -> list[SippRun]:
    """Two people's phones ring."""
    town.register("anna", "david")
    phones = [town.phone("anna"), town.phone("david")]
    runs = [town.sipp.start("member_rings", phone, reason="restarted") for phone in phones]
    runs.append(town.sipp.start("caller_refused", town.operator, dialled=KONTAKTCENTER, status="503"))
    town.service.await_fact(f.CallerAlerted)
    for run in runs[:2]:
        run.await_received("INVITE")
    return runs


def announcing(town: Town) -> list[SippRun]:
    """A caller hears that it is closed."""
    run = town.sipp.start("caller_waits_for_bye", town.operator, dialled=CLOSED)
    town.service.await_fact(f.AnnouncementStarted)
    run.await_received("SIP/2.0 200")
    return [run]


MOMENTS: list[Callable[[Town], list[SippRun]]] = [talking, ringing, two_ringing, announcing]


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_start_ends_what_the_crash_left(town: Town, moment: Callable[[Town], list[SippRun]]) -> None:
    runs = moment(town)
    before = town.service.facts()

    town.service.kill()
    assert town.service.facts()[: len(before)] == before
    town.service.start()

    for run in runs:
        run.wait()
    town.assert_calm()
    (record,) = town.service.records()
    assert record.outcome is Outcome.INTERRUPTED
    (shown,) = json.loads(town.service.run("calls", "--json"))["calls"]
    assert shown["outcome"] == "interrupted"
    last = max(fact.at for fact in before if isinstance(fact, f.CallFact))
    assert datetime.fromisoformat(shown["ended_at"]) >= last


def test_dying_again_while_it_cleans_up_is_harmless(town: Town) -> None:
    runs = talking(town)

    town.service.kill()
    town.service.launch()
    town.service.kill()
    town.service.start()

    for run in runs:
        run.wait()
    town.assert_calm()
    assert [record.outcome for record in town.service.records()] == [Outcome.INTERRUPTED]


def test_registrations_survive(town: Town) -> None:
    town.register("anna")

    town.service.kill()
    town.service.start()

    member = town.sipp.start("member_answers", town.phone("anna"))
    caller = town.sipp.play("caller_talks", town.operator)
    member.wait()
    assert town.record_of(caller).answered_by == "anna"
