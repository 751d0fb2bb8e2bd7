"""Announcements after the service has answered, and a voicemail's greeting."""

import pytest

from routing.decision import Branch
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.actions import Announce, AskForKey, EndLeg, PlayAnnouncement, PlayRinging
from telephony.call.facts import EndedBy, Outcome
from tests.support.calls import announce, menu, phone, reject, ring, voicemail
from tests.support.desk import Desk, assert_outcome

ANNA = phone("anna")


@pytest.mark.parametrize("early", [False, True])
def test_after_a_menu_it_is_played_to_a_connected_caller(early: bool) -> None:
    desk = Desk()
    desk.arrives(menu(), announce("closed", early=early))
    desk.see(m.KeyPressed, key="1")

    assert desk.taken()[1:] == [PlayAnnouncement("c1.0", "closed")]
    (started,) = desk.facts_of(f.AnnouncementStarted)
    assert isinstance(started, f.AnnouncementStarted) and not started.early
    desk.see(f.AnnouncementEnded)
    assert_outcome(desk, Outcome.CLOSED, EndedBy.SERVICE)


@pytest.mark.parametrize(
    ("outcome", "prompt"),
    [("busy", "busy"), ("closed", "closed"), ("no_answer", "nobody_there"), ("failed", "nobody_there")],
)
def test_a_refusal_is_said_to_who_has_had_a_200(outcome: str, prompt: str) -> None:
    desk = Desk()
    desk.arrives(menu(), reject(480, outcome))
    desk.see(m.KeyPressed, key="1")

    assert desk.taken()[1:] == [PlayAnnouncement("c1.0", prompt)]
    desk.see(f.AnnouncementEnded)
    assert desk.actions == [EndLeg("c1.0", status=480)]
    assert_outcome(desk, Outcome(outcome), EndedBy.SERVICE)


def test_when_the_menu_could_not_be_played_it_is_a_status_after_all() -> None:
    desk = Desk()
    desk.arrives(menu(), reject(480, "failed"))
    desk.taken()

    desk.see(f.AnnouncementEnded, played=False)

    assert desk.taken() == [EndLeg("c1.0", status=480)]


# ---- voicemail


def test_a_voicemail_greets_and_ends_with_what_led_there() -> None:
    desk = Desk()
    desk.arrives(voicemail("closed"))
    assert desk.taken() == [AskForKey("c1.0", "voicemail")]
    assert desk.facts_of(f.ServiceAnswered)

    desk.see(m.KeyPressed, key="1")
    desk.see(f.AnnouncementEnded)

    said = "voicemail kontaktcenter: no message was taken"
    assert_outcome(desk, Outcome.CLOSED, EndedBy.SERVICE, reason=said)


def test_the_key_leads_to_kontaktcenter() -> None:
    desk = Desk()
    desk.arrives(voicemail(), ring(ANNA))
    desk.taken()

    desk.see(m.KeyPressed, key="0")

    assert desk.asked == [Branch.ARRIVED, Branch.ARRIVED]
    assert desk.call().to_centre == "no_answer"
    assert desk.taken()[0] == PlayRinging("c1.0")


def test_who_is_sent_back_to_where_they_were_has_met_what_they_had_met() -> None:
    desk = Desk()
    desk.arrives(voicemail("closed"), reject(480, "failed"))

    desk.see(m.KeyPressed, key="0")

    assert desk.actions[-1] == PlayAnnouncement("c1.0", "closed")
    desk.see(f.AnnouncementEnded)
    assert_outcome(desk, Outcome.CLOSED, EndedBy.SERVICE)


def test_who_leaves_a_voicemail_has_left_no_message() -> None:
    desk = Desk()
    desk.arrives(voicemail())

    desk.see(f.LegHungUp)

    said = "voicemail kontaktcenter: no message was taken"
    assert_outcome(desk, Outcome.NO_ANSWER, EndedBy.CALLER, reason=said)


def test_a_greeting_that_cannot_be_played_is_no_answer() -> None:
    desk = Desk()
    desk.arrives(voicemail())
    desk.taken()

    desk.see(f.AnnouncementEnded, played=False)

    assert desk.taken() == [EndLeg("c1.0", status=480, reason="announcement could not be played")]


def test_the_first_announcement_of_a_call_is_played_after_a_200() -> None:
    desk = Desk()

    desk.arrives(announce())

    assert desk.taken() == [Announce("c1.0", "closed", early=False)]
