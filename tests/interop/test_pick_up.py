"""Lamps and pick-up at a running service: sipp and PJSIP phones, tones prove who hears whom."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from telephony.call import facts as f
from telephony.call.facts import Outcome
from telephony.call.pickup_facts import LegPickedUp
from tests.support.lamp_client import LampClient
from tests.support.live_town import FASTIGHET, FORSKOLA, KONTAKTCENTER, PASSWORD, Town, town
from tests.support.pjsip import PjsipPhone, require_pjsip


@pytest.fixture(name="town")
def _town(shared_town: Town) -> Iterator[Town]:
    with shared_town.anew():
        yield shared_town


@contextmanager
def lamp(built: Town, user: str, *, tcp: bool = False) -> Iterator[LampClient]:
    """A lamp key of a user's phone."""
    client = LampClient(built.phone(user), built.service.host, user, PASSWORD, tcp=tcp)
    try:
        yield client
    finally:
        client.close()


@pytest.mark.parametrize("tcp", [False, True], ids=["UDP", "TCP"])
def test_a_lamp_goes_from_early_to_confirmed_to_terminated(town: Town, tcp: bool) -> None:
    with lamp(town, "bertil", tcp=tcp) as key:
        town.register("cecilia")
        assert key.subscribe("cecilia") == 200
        assert key.await_states().entity == f"sip:cecilia@{town.service.host}"
        member = town.sipp.start("member_answers", town.phone("cecilia"), ring_ms="700")
        caller = town.sipp.start("caller_talks", town.operator, dialled=FORSKOLA, talk_ms="1500")

        (shown,) = key.await_states("early").lamps
        assert (shown.remote, shown.display) == (
            f"sip:+46701740605@{town.service.host}",
            "Förskola: 070-174 06 05",
        )
        assert shown.local_tag
        key.await_states("confirmed")
        key.await_states("terminated")
        caller.wait()
        member.wait()
        assert key.subscribe("cecilia", expires=0) == 200
        key.await_end("timeout")


def test_who_may_not_watch(town: Town) -> None:
    with lamp(town, "bertil") as key:
        assert key.subscribe("anna") == 403
        assert key.subscribe("nobody") == 404
        assert key.subscribe("cecilia", event="presence") == 489
        assert key.subscribe("cecilia", expires=5) == 423


def test_when_the_service_stops_the_lamp_goes_out(tmp_path: Path) -> None:
    with town(tmp_path) as built, lamp(built, "bertil") as key:
        assert key.subscribe("cecilia") == 200
        key.await_states()

        built.service.terminate()

        key.await_end("probation")
        built.service.wait_stopped()


@pytest.fixture(name="phones")
def _phones(town: Town, tmp_path: Path) -> Iterator[dict[str, PjsipPhone]]:
    require_pjsip()
    with ExitStack() as stack:
        yield {
            user: stack.enter_context(
                PjsipPhone(
                    tmp_path / f"pjsip-{user}", town.phone(user), town.service.host, user, PASSWORD, tone
                )
            )
            for user, tone in (("anna", 700), ("bertil", 900), ("david", 1200))
        }


def ringing(phones: dict[str, PjsipPhone]) -> None:
    """Bertil calls Fastighet, and David's phone rings."""
    phones["david"].do("answers", status=180)
    phones["bertil"].do("dial", number=FASTIGHET)
    phones["david"].await_call(0, "EARLY")


def assert_picked_up(town: Town, phones: dict[str, PjsipPhone]) -> None:
    """Anna and Bertil hear each other, and David's phone rings no more."""
    anna, bertil, david = (phones[user] for user in ("anna", "bertil", "david"))
    anna.await_tone(bertil.tone)
    bertil.await_tone(anna.tone)
    david.await_call(0, "DISCONNECTED")
    anna.do("hangup", call=0)
    town.assert_calm()
    first, second = town.service.records()
    assert (first.answered_by, first.outcome, second.reason) == ("anna", Outcome.ANSWERED, "picked up")
    assert len(town.service.facts_of(LegPickedUp)) == 1


@pytest.mark.parametrize("dialled", ["*8", "*8david", f"*8{FASTIGHET[-5:]}"])
def test_a_colleague_picks_up_by_code(town: Town, phones: dict[str, PjsipPhone], dialled: str) -> None:
    ringing(phones)

    phones["anna"].do("dial", number=dialled)

    assert_picked_up(town, phones)


def test_a_colleague_picks_up_what_her_lamp_shows(town: Town, phones: dict[str, PjsipPhone]) -> None:
    with lamp(town, "anna") as key:
        assert key.subscribe("david") == 200
        ringing(phones)
        (shown,) = key.await_states("early").lamps

        phones["anna"].do("dial", number="david", replaces=f"{shown.replaces};early-only")

        key.await_states("terminated")
    assert_picked_up(town, phones)


def test_nothing_to_pick_up_is_404(town: Town, phones: dict[str, PjsipPhone]) -> None:
    phones["anna"].do("dial", number="*8")

    phones["anna"].await_call(0, "DISCONNECTED")
    ended = town.service.await_fact(f.CallEnded)
    assert ended.status == 404
    (record,) = town.service.records()
    assert record.reasons == ("pick-up: no call rings there that may be picked up",)
    assert record.number != KONTAKTCENTER
