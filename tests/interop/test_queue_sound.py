"""The moment in which a caller who waits and a member are connected, and two hundred callers who wait for ten
members: what each end says and hears is known packet by packet, and when."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.call import queue_facts as q
from telephony.call.facts import EndedBy, Outcome
from telephony.call.record import records
from telephony.media.prompts import Prompts
from tests.support.crew import Member, Talk
from tests.support.ears import Ear, Ears, assert_said, frames
from tests.support.live_town import BRIEF, PASSWORD
from tests.support.queue_hall import ALONE, CREW, CROWDED, Hall, hall
from tests.support.sipp import audio

CALLERS = 200
ARRIVE_A_SECOND = 100
TALK_SECONDS = 0.5
LONGEST_SECONDS = 45.0
"""For all of them: twenty rounds of half a second are 10 s, and the rest is for a machine that is busy."""

MOST_SECONDS = 0.3
"""From a member's 200 to sound both ways: more would be taken for a call that has failed."""

MOST_CLIPPED = 0
"""Frames of 20 ms that may be lost of what a member says: the first leaves with the 200, and may overtake
it."""

PROMPTS = Prompts.load()


@pytest.fixture(scope="module", name="place")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as built:
        yield built


@pytest.fixture(name="ears")
def _ears() -> Iterator[Ears]:
    with Ears() as ears:
        yield ears


def delay(talk: Talk, caller: Ear) -> float:
    """Seconds from the member's 200 until both have heard the other. They hear nobody else, and each of the
    other's frames in its turn, the first ones too."""
    (at_member,) = talk.voices().items()
    (at_caller,) = caller.voices().items()
    assert (at_member[0], at_caller[0]) == (caller.voice, talk.member.ear.voice)
    for _, frames_heard in (at_member, at_caller):
        numbers = [number for _, number in frames_heard]
        assert numbers == [*range(numbers[0], numbers[0] + len(numbers))]
    assert at_caller[1][0][1] <= MOST_CLIPPED
    return max(at_member[1][0][0], at_caller[1][0][0]) - talk.answered_at


def test_music_stops_and_both_hear_each_other_from_the_first_word(place: Hall, ears: Ears) -> None:
    host, server = place.phone("anna"), place.service.host
    anna = Member(ears, host, server, "anna", refusals=[486], talk_seconds=TALK_SECONDS)
    anna.register(PASSWORD)
    ear = ears.open(place.operator)

    place.sipp.play("caller_waits_for_bye", place.operator, dialled=ALONE, offer=audio(port=str(ear.port)))

    (talk,) = anna.talks
    assert delay(talk, ear) <= MOST_SECONDS
    said = frames(PROMPTS, BRIEF, "queue_position", "number_1")
    assert len(ear.service_said()) >= 40  # she was left alone for a second after she had declined
    assert_said(ear.service_said(), said)


def test_who_has_described_their_phone_in_a_183_is_heard_from_the_first_word(place: Hall, ears: Ears) -> None:
    host, server = place.phone("anna"), place.service.host
    anna = Member(ears, host, server, "anna", refusals=[486], early_seconds=1.5, talk_seconds=TALK_SECONDS)
    anna.register(PASSWORD)
    ear = ears.open(place.operator)

    place.sipp.play("caller_waits_for_bye", place.operator, dialled=ALONE, offer=audio(port=str(ear.port)))

    (talk,) = anna.talks
    assert delay(talk, ear) <= MOST_SECONDS


def test_two_hundred_callers_wait_for_ten_members(place: Hall, ears: Ears, tmp_path: Path) -> None:
    members = [
        Member(ears, place.phone(user), place.service.host, user, talk_seconds=TALK_SECONDS) for user in CREW
    ]
    for member in members:
        member.register(PASSWORD)
    callers = [ears.open(place.operator) for _ in range(CALLERS)]
    ports = tmp_path / "ports.csv"
    ports.write_text("\n".join(["SEQUENTIAL", *(f"{ear.port};" for ear in callers), ""]), "ascii")
    all_of_them = ("-m", str(CALLERS), "-l", str(CALLERS), "-r", str(ARRIVE_A_SECOND))

    place.sipp.start(
        "caller_waits_for_bye",
        place.operator,
        *all_of_them,
        *("-inf", str(ports)),
        dialled=CROWDED,
        offer=audio(port="[field0]"),
    ).wait(LONGEST_SECONDS)

    place.service.await_idle()
    facts = place.service.facts()
    calls = {call: record for call, record in records(facts).items() if record.dialled == CROWDED}
    assert len(calls) == CALLERS
    assert {(record.outcome, record.ended_by) for record in calls.values()} == {
        (Outcome.ANSWERED, EndedBy.MEMBER)
    }
    turns = [fact.call for fact in facts if isinstance(fact, q.TurnCame) and fact.queue == "crowded"]
    assert turns == [*calls]  # as they arrived

    by_voice = {ear.voice: ear for ear in callers}
    talks = [(talk, by_voice.pop(next(iter(talk.voices())))) for member in members for talk in member.talks]
    assert not by_voice
    late = [delay(talk, ear) for talk, ear in talks if delay(talk, ear) > MOST_SECONDS]
    assert len(late) <= CALLERS // 100, late  # others use this machine too
    told = {fact.call: fact for fact in facts if isinstance(fact, q.WaitSaid) and fact.call in calls}
    ear_of = {call: callers[int(record.sip_call_id.partition("-")[0]) - 1] for call, record in calls.items()}
    for call, ear in ear_of.items():
        assert_heard(ear, told.get(call))
    assert max(fact.position for fact in told.values()) > CALLERS // 4

    answered = place.figure('vaxeln_queue_left_total{group="crowded",why="answered"}')
    assert (answered, place.figure('vaxeln_queue_calls{group="crowded"}')) == (CALLERS, 0)


def assert_heard(ear: Ear, told: q.WaitSaid | None) -> None:
    """Whoever was told to wait heard that, their place, and the time if it was told, and music until somebody
    answered, packet by packet. Whose turn it was on arrival heard nothing of ours."""
    names = told.prompt.split("+") if told else []
    music = frames(PROMPTS, told.music) if told else []
    assert_said(ear.service_said(), frames(PROMPTS, *names), music)
