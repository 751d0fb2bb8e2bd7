"""Each expectation holds for a call that went right, and names what is wrong with one that did not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from routing.decision import Reason
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.call.facts import EndedBy, Outcome
from telephony.demo import judging
from telephony.demo.judging import Evidence, Expectation, PhoneSide
from telephony.demo.sound import RATE, read_prompt, tone
from tests.support.calls import after, announce, arrive, phone, ring

NUMBER = "+46853061201"
NAMES = {"amina": "Amina Berg", "bengt": "Bengt Lund"}
BY_HAND = Reason("override", "overrides.all", "closed by override")
PROMPT = read_prompt("busy")


def fact(kind: type[Any], leg: int | None = None, **fields: Any) -> Any:
    where = {} if leg is None else {"leg": f"c1.{leg}"}
    return kind(at=after(1), call="c1", **where, **fields)


def ended(outcome: Outcome, by: EndedBy) -> f.CallEnded:
    return f.CallEnded(at=after(4), call="c1", outcome=outcome, ended_by=by)


OFFERED = (
    arrive(),
    fact(f.RouteDecided, decision=ring(phone("amina"), phone("bengt"), number=NUMBER), talk_limit=60.0),
    fact(f.MemberOffered, 1, target=phone("amina")),
    fact(f.MemberOffered, 2, target=phone("bengt")),
    fact(f.MemberAlerted, 1),
    fact(f.MemberAlerted, 2),
)
CLOSED_LEGS = tuple(fact(f.LegEnded, leg) for leg in range(3))

ANSWERED = Evidence(
    facts=(
        *OFFERED,
        fact(f.CallConnected, 1, member="amina"),
        fact(f.OfferWithdrawn, 2, why="answered_elsewhere"),
        ended(Outcome.ANSWERED, EndedBy.CALLER),
        *CLOSED_LEGS,
    ),
    responses=(100, 180, 200),
    caller_hertz=440,
    heard=tone(570, 2),
    phones={
        "amina": PhoneSide(570, rang=True, answered=True, heard=tone(440, 2)),
        "bengt": PhoneSide(700, rang=True, cancelled=True),
    },
    names=NAMES,
)
GIVEN_UP = Evidence(
    facts=(
        *OFFERED,
        fact(f.OfferWithdrawn, 1, why="caller_left"),
        fact(f.OfferWithdrawn, 2, why="caller_left"),
        ended(Outcome.ABANDONED, EndedBy.CALLER),
        *CLOSED_LEGS,
    ),
    responses=(100, 180, 487),
    caller_hertz=440,
    heard=b"",
    phones={
        "amina": PhoneSide(570, rang=True, cancelled=True),
        "bengt": PhoneSide(700, rang=True, cancelled=True),
    },
    names=NAMES,
)
CLOSED = Evidence(
    facts=(
        arrive(),
        fact(
            f.RouteDecided,
            decision=replace(announce("busy"), reasons=(BY_HAND,)),
            talk_limit=60.0,
        ),
        fact(f.ServiceAnswered, 0),
        fact(f.AnnouncementStarted, 0, prompt="busy"),
        ended(Outcome.CLOSED, EndedBy.SERVICE),
        fact(f.LegEnded, 0),
    ),
    responses=(100, 200),
    caller_hertz=440,
    heard=PROMPT,
    phones={"amina": PhoneSide(570), "bengt": PhoneSide(700)},
    names=NAMES,
)
UNKNOWN = Evidence((), (), 440, b"", {"amina": PhoneSide(570), "bengt": PhoneSide(700)}, NAMES)


def with_phone(evidence: Evidence, person: str, **fields: Any) -> Evidence:
    side = replace(evidence.phones[person], **fields)
    return replace(evidence, phones={**evidence.phones, person: side})


def without(evidence: Evidence, *kinds: type[f.CallFact]) -> Evidence:
    return replace(evidence, facts=tuple(fact for fact in evidence.facts if not isinstance(fact, kinds)))


RINGS = judging.rings("amina", "bengt")
ANSWERS = judging.answered_by("amina")
STOPS = judging.stops_ringing("answered_elsewhere", "bengt")
CALLER_HEARS = judging.caller_hears("amina")
IS_HEARD = judging.is_heard_by("amina")
GOES_TO = judging.goes_to(NUMBER)
ENDS = judging.ends(Outcome.ANSWERED, EndedBy.CALLER)
GAVE_UP = judging.nobody_answered()
ANNOUNCES = judging.hears_announcement("busy")
TELLS = judging.hears_announcement("busy", next_opening=True)
NOBODY = judging.nobody_rings()
BECAUSE = judging.is_because("by over.*")


@pytest.mark.parametrize("expect", [RINGS, ANSWERS, STOPS, CALLER_HEARS, IS_HEARD, GOES_TO, ENDS])
def test_an_answered_call_is_as_it_should_be(expect: Expectation) -> None:
    assert expect(ANSWERED).passed


@pytest.mark.parametrize(
    "expect", [RINGS, GAVE_UP, judging.stops_ringing("caller_left", "amina", "bengt"), GOES_TO]
)
def test_a_call_that_was_given_up_is_as_it_should_be(expect: Expectation) -> None:
    assert expect(GIVEN_UP).passed


@pytest.mark.parametrize(
    "expect", [NOBODY, BECAUSE, ANNOUNCES, judging.ends(Outcome.CLOSED, EndedBy.SERVICE)]
)
def test_a_call_to_a_closed_number_is_as_it_should_be(expect: Expectation) -> None:
    assert expect(CLOSED).passed


@pytest.mark.parametrize(
    ("expect", "evidence", "found"),
    [
        (RINGS, with_phone(ANSWERED, "bengt", rang=False), "by the phones Amina Berg, by the journal Amina"),
        (RINGS, without(ANSWERED, f.MemberAlerted), "by the journal nobody"),
        (RINGS, replace(ANSWERED, responses=(100, 200)), "the caller got 100, 200"),
        (ANSWERS, with_phone(ANSWERED, "bengt", answered=True), "by the phones Amina Berg and Bengt Lund"),
        (ANSWERS, without(ANSWERED, f.CallConnected), "by the journal nobody"),
        (ANSWERS, replace(ANSWERED, responses=(100, 180)), "the caller got 100, 180"),
        (STOPS, with_phone(ANSWERED, "bengt", cancelled=False), "by the phones nobody"),
        (STOPS, without(ANSWERED, f.OfferWithdrawn), "by the journal nobody"),
        (STOPS, without(ANSWERED, f.LegEnded), "by the journal nobody"),
        (CALLER_HEARS, replace(ANSWERED, heard=tone(440, 2)), "0.0 s of it in 2.0 s of sound"),
        (CALLER_HEARS, replace(ANSWERED, heard=tone(570, 0.5)), "0.5 s of it in 0.5 s of sound"),
        (IS_HEARD, with_phone(ANSWERED, "amina", heard=b""), "0.0 s of it in 0.0 s of sound"),
        (GOES_TO, without(ANSWERED, f.RouteDecided), "nowhere"),
        (judging.goes_to("+46853061000"), ANSWERED, "to 08-530 612 01"),
        (ENDS, GIVEN_UP, "abandoned by caller"),
        (ENDS, without(ANSWERED, f.CallEnded), "nothing by nothing; a leg of it is still open"),
        (ENDS, without(ANSWERED, f.LegEnded), "answered by caller; a leg of it is still open"),
        (GAVE_UP, ANSWERED, "answered: Amina Berg, the caller got 100, 180, 200"),
        (GAVE_UP, replace(GIVEN_UP, responses=(100, 180)), "answered: nobody, the caller got 100, 180"),
        (ANNOUNCES, replace(CLOSED, heard=tone(440, 9)), "9.0 s of sound"),
        (ANNOUNCES, replace(CLOSED, heard=PROMPT[: len(PROMPT) // 2]), "s of sound, likeness 0."),
        (ANNOUNCES, without(CLOSED, f.AnnouncementStarted), "in the journal no announcement"),
        (TELLS, CLOSED, "in the journal busy"),
        (BECAUSE, ANSWERED, "no reason in the journal"),
        (NOBODY, ANSWERED, "tried: Amina Berg and Bengt Lund"),
        (NOBODY, with_phone(CLOSED, "amina", rang=True), "tried: Amina Berg"),
    ],
)
def test_what_is_wrong_is_found_and_said(expect: Expectation, evidence: Evidence, found: str) -> None:
    check = expect(evidence)

    assert not check.passed
    assert found in check.found


@pytest.mark.parametrize(
    "expect", [RINGS, ANSWERS, STOPS, CALLER_HEARS, IS_HEARD, GOES_TO, ENDS, GAVE_UP, ANNOUNCES, BECAUSE]
)
def test_a_call_that_the_journal_does_not_know_fails_everything(expect: Expectation) -> None:
    assert UNKNOWN.record is None
    assert not expect(UNKNOWN).passed


def test_the_record_is_that_of_the_call_log() -> None:
    record = ANSWERED.record

    assert record is not None
    assert (record.answered_by, record.talk_seconds) == ("amina", timedelta(seconds=3).total_seconds())


MENU = read_prompt("menu")[: 7 * RATE]
WORDS, MUSIC = read_prompt("queue_position+number_1"), read_prompt("music")[: 3 * RATE]
WAITED = Evidence(
    facts=(
        arrive(),
        fact(m.KeyPressed, 0, key="1"),
        fact(q.QueueJoined, queue="kc", priority=5, since=after(1), leave_at=after(9), why="too_long"),
        fact(f.MemberOffered, 1, target=phone("amina")),
        fact(f.MemberAlerted, 1),
        fact(q.QueueLeft, queue="kc", why="answered", seconds=4.0),
        fact(f.CallConnected, 1, member="amina"),
    ),
    responses=(100, 200),
    caller_hertz=440,
    heard=MENU + WORDS + MUSIC + tone(570, 2),
    phones={"amina": PhoneSide(570, rang=True, answered=True), "bengt": PhoneSide(700)},
    names=NAMES,
)
PRESSES = judging.hears_and_presses("menu", "1")
WAITS = judging.waits_with_music("kc", "queue_position+number_1", "music")
MEANWHILE = judging.rings_meanwhile("amina")


@pytest.mark.parametrize("expect", [PRESSES, WAITS, MEANWHILE])
def test_a_call_that_waited_is_as_it_should_be(expect: Expectation) -> None:
    check = expect(WAITED)
    assert check.passed, check.found


@pytest.mark.parametrize(
    ("expect", "evidence", "found"),
    [
        (PRESSES, without(WAITED, m.KeyPressed), "keys in the journal: none"),
        (PRESSES, replace(WAITED, heard=tone(570, 5)), "likeness 0."),
        (WAITS, without(WAITED, q.QueueJoined), "no queue"),
        (WAITS, without(WAITED, q.QueueLeft), "still there"),
        (WAITS, replace(WAITED, heard=MENU + MUSIC + WORDS), "words alike 1.00"),
        (WAITS, replace(WAITED, heard=MENU + WORDS), "music 0."),
        (MEANWHILE, with_phone(WAITED, "bengt", rang=True), "Amina Berg and Bengt Lund"),
        (MEANWHILE, without(WAITED, f.MemberAlerted), "by the journal nobody"),
    ],
)
def test_what_is_wrong_with_a_wait_is_found_and_said(
    expect: Expectation, evidence: Evidence, found: str
) -> None:
    check = expect(evidence)

    assert not check.passed
    assert found in check.found


@pytest.mark.parametrize("expect", [PRESSES, WAITS, MEANWHILE])
def test_a_wait_that_the_journal_does_not_know_fails(expect: Expectation) -> None:
    assert not expect(UNKNOWN).passed
