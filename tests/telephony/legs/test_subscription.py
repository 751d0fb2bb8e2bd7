"""What a lamp is told, and when."""

import pytest

from telephony.legs.subscription import GAP, LINGER, MOST_FAILURES, RETRY
from telephony.sip.flow import Flow
from tests.support.dialog_info import Document
from tests.support.plans import BYGGLOV, MAIN
from tests.support.scripted_peer import Incoming, Outgoing
from tests.support.stage import CALLER, DIRECT, NUMBERS, Stage
from tests.support.switchboard import ADDRESS, REALM
from tests.support.watcher import Watcher


def watching(stage: Stage, resource: str = "bygg1", account: str = "bygg2") -> Watcher:
    phone = Watcher.of(stage.phone(account), account, resource)
    assert phone.subscribe().status == 200
    phone.told()
    stage.wait(GAP)
    return phone


def after_a_while(stage: Stage, phone: Watcher, status: int = 200, within: float = GAP) -> Document:
    """What it is told of what has just happened, and how it answers."""
    assert not phone.waits
    until = stage.now + within + LINGER
    while not phone.waits and stage.now < until:
        stage.wait(0.05)
    document = phone.told(status)
    assert not phone.waits
    return document


def ringing(stage: Stage) -> tuple[Watcher, Outgoing, Incoming]:
    """A phone that is watched, and rings."""
    phone = watching(stage)
    stage.register("bygg1")
    caller = stage.call(BYGGLOV)
    member = stage.offered("bygg1")
    member.ring()
    return phone, caller, member


def test_a_lamp_goes_from_early_to_confirmed_to_terminated(stage: Stage) -> None:
    phone, caller, member = ringing(stage)

    (lamp,) = after_a_while(stage, phone).lamps
    assert (lamp.state, lamp.direction) == ("early", "recipient")
    assert (lamp.call_id, lamp.local_tag) == (member.call_id, "peer")
    assert lamp.remote_tag == member.invite.from_.tag
    assert (lamp.remote, lamp.display) == (f"sip:{CALLER}@192.0.2.1", "Bygglov: 070-174 06 05")
    assert (lamp.local, lamp.target) == ("sip:bygg1@vaxeln.example", "sip:vaxeln@192.0.2.1:5060")

    member.accept()
    caller.pick_up()
    assert after_a_while(stage, phone).states == ["confirmed"]
    caller.hang_up()
    member.peer.answer_all("BYE")
    document = after_a_while(stage, phone)
    assert (document.states, document.version) == (["terminated"], 3)
    stage.wait(100.0)
    assert not phone.waits


def test_what_is_told_is_what_replaces_names(stage: Stage) -> None:
    phone, caller, member = ringing(stage)
    (lamp,) = after_a_while(stage, phone).lamps

    colleague = stage.dial_from("bygg2", "bygg1", ("Replaces", f"{lamp.replaces};early-only"))

    colleague.pick_up()
    member.assert_cancelled("Call completed elsewhere")
    caller.pick_up()
    assert after_a_while(stage, phone).states == ["terminated"]


def test_before_it_rings_it_is_trying_and_has_no_tag_of_the_phone(stage: Stage) -> None:
    phone = watching(stage)
    stage.register("bygg1")
    stage.call(BYGGLOV)

    (lamp,) = after_a_while(stage, phone).lamps

    assert (lamp.state, lamp.local_tag) == ("trying", "")


def test_whom_a_phone_calls_is_not_told(stage: Stage) -> None:
    phone = watching(stage)
    stage.register("kc1")
    caller = stage.dial_from("bygg1", DIRECT)

    (lamp,) = after_a_while(stage, phone).lamps
    assert (lamp.state, lamp.direction, lamp.remote) == ("trying", "initiator", None)
    assert (lamp.call_id, lamp.local_tag) == (caller.call_id, "c")
    member = stage.offered("kc1")
    member.ring()
    assert after_a_while(stage, phone).states == ["early"]
    member.accept()
    caller.pick_up()
    assert after_a_while(stage, phone).states == ["confirmed"]


@pytest.mark.parametrize("what", ["hidden", "protected", "protected, and on to another number"])
def test_callers_are_withheld(what: str) -> None:
    secret = NUMBERS.replace('function = "Bygglov"', 'function = "Bygglov"\nprotected = true')
    if "another" in what:
        secret += '[numbers."+46853061777"]\nfunction = "Socialjour"\ncalendar = "alltid"\nprotected = true\n'
        secret += f'destination = {{ number = "{BYGGLOV}" }}\n'
        secret = secret.replace('function = "Bygglov"\nprotected = true', 'function = "Bygglov"')
    stage = Stage(numbers=NUMBERS if what == "hidden" else secret)
    phone = watching(stage)
    stage.register("bygg1")

    number = "+46853061777" if "another" in what else BYGGLOV
    stage.call(number, *([("Privacy", "id")] if what == "hidden" else []))
    stage.offered("bygg1").ring()

    (lamp,) = after_a_while(stage, phone).lamps
    assert (lamp.state, lamp.remote, lamp.display) == ("early", None, None)
    assert CALLER[1:] not in phone.notified[-1].body.decode()


def test_who_is_handed_on_without_a_number_is_nobody(stage: Stage) -> None:
    phone = watching(stage, "kc2", "kc1")
    stage.register("kc2", "bygg1")
    caller = stage.dial_from("kc1", BYGGLOV)
    stage.offered("bygg1").accept()
    caller.pick_up()

    assert caller.ask("REFER", "", ("Refer-To", f"<sip:{MAIN}@{REALM}>")).status == 202

    (lamp,) = after_a_while(stage, phone).lamps
    assert (lamp.state, lamp.remote, lamp.display) == ("trying", None, None)


def test_only_the_phone_that_was_asked_for_is_told_of(stage: Stage) -> None:
    one, both = watching(stage, "bygg1m"), watching(stage, "david", "bygg1m")
    stage.register("bygg1")
    stage.call(BYGGLOV)
    stage.wait(GAP)

    assert not one.waits
    assert both.told().states == ["trying"]


def test_of_two_phones_of_a_person_only_the_one_that_was_asked_for(stage: Stage) -> None:
    phone = watching(stage)
    stage.register("bygg1", "bygg1m")
    stage.call(BYGGLOV)
    stage.offered("bygg1")
    stage.offered("bygg1m")

    (lamp,) = after_a_while(stage, phone).lamps

    assert lamp.local == "sip:bygg1@vaxeln.example"


def test_a_phone_that_does_not_answer_our_bye_is_shown_no_more(stage: Stage) -> None:
    phone, caller, member = ringing(stage)
    member.accept()
    caller.pick_up()
    assert after_a_while(stage, phone).states == ["confirmed"]

    caller.hang_up()

    assert after_a_while(stage, phone).states == ["terminated"]
    assert member.peer.has("BYE")


def test_changes_within_a_second_are_told_together(stage: Stage) -> None:
    phone, caller, member = ringing(stage)
    stage.wait(LINGER)
    assert phone.told().states == ["early"]  # at once
    member.accept()
    caller.pick_up()

    stage.wait(GAP - 2 * LINGER)
    assert not phone.waits
    caller.hang_up()

    assert after_a_while(stage, phone).states == ["terminated"]


def test_no_notify_is_sent_while_one_is_under_way(stage: Stage) -> None:
    phone, caller, member = ringing(stage)
    stage.wait(LINGER)
    first = phone.take()
    member.accept()
    caller.pick_up()
    stage.wait(GAP)
    assert {again.via.branch for again in phone.peer.requests} == {first.via.branch}  # repeated alone
    phone.peer.requests.clear()

    phone.peer.answer(first, 100)
    phone.peer.answer(first, 200)
    stage.wait(LINGER)

    assert phone.told().states == ["confirmed"]


def test_what_is_asked_for_while_one_is_under_way_is_told_after_it(stage: Stage) -> None:
    phone = watching(stage)
    assert phone.refresh().status == 200
    first = phone.take()
    assert phone.refresh().status == 200
    assert not phone.waits

    phone.peer.answer(first, 200)
    stage.wait(GAP)

    assert phone.told().lamps == []


def test_what_is_as_it_was_told_is_not_told_again(stage: Stage) -> None:
    phone = watching(stage)
    stage.register("bygg1")
    caller = stage.call(BYGGLOV)
    caller.cancel()

    stage.wait(5.0)

    assert not phone.waits  # it was over before it was told


@pytest.mark.parametrize("status", [481, 401, 603])
def test_who_does_not_take_it_has_no_subscription(stage: Stage, status: int) -> None:
    phone, _, _ = ringing(stage)
    stage.wait(GAP)

    phone.told(status)

    assert len(stage.node.legs.subscriptions) == 0
    assert phone.refresh().status == 481


def test_who_does_not_answer_has_none_either(stage: Stage) -> None:
    phone, caller, _ = ringing(stage)
    stage.wait(GAP)
    phone.take()
    caller.cancel()

    stage.wait(33.0)

    assert len(stage.node.legs.subscriptions) == 0


def test_nor_who_cannot_be_reached(stage: Stage) -> None:
    phone = watching(stage)
    phone.refresh()

    stage.node.transport_failed(Flow("UDP", ADDRESS, phone.peer.address), stage.now)

    assert len(stage.node.legs.subscriptions) == 0


def test_a_server_error_is_tried_again_and_ends_it_at_last(stage: Stage) -> None:
    phone, _, _ = ringing(stage)
    assert after_a_while(stage, phone, 500).states == ["early"]
    assert after_a_while(stage, phone, within=RETRY).states == ["early"]
    assert phone.refresh().status == 200
    assert phone.told(503).states == ["early"]

    for _ in range(MOST_FAILURES - 1):
        assert len(stage.node.legs.subscriptions) == 1
        after_a_while(stage, phone, 500, within=RETRY)

    assert len(stage.node.legs.subscriptions) == 0
    stage.wait(2 * RETRY)
    assert not phone.waits


def test_an_answer_to_the_last_one_is_no_matter(stage: Stage) -> None:
    phone, _, _ = ringing(stage)
    assert phone.refresh(expires=0).status == 200

    assert phone.told(500).states == ["early"]

    stage.wait(2 * RETRY)
    assert not phone.waits
