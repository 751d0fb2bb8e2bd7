"""Queues by the running service, with peers of every make: a caller waits with music, is told their place,
and gets a member; or somebody declines, does not answer or leaves, or it closes."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from routing.decision import Branch
from telephony.call import duty_facts as d
from telephony.call import queue_facts as q
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import PhoneRegistered
from telephony.call.transfer_facts import CallTransferred, TransferRequested
from telephony.demo.judging import ALIKE
from telephony.demo.phones import heard as heard_by
from telephony.demo.sound import RATE, likeness, read_prompt, tone, tone_seconds
from telephony.demo.telephone import Telephone
from telephony.media.prompts import RINGING, Prompts
from tests.support.baresip import Baresip
from tests.support.crew import Member
from tests.support.ears import FRAME_SECONDS, Ears, assert_said, frames
from tests.support.eventually import eventually
from tests.support.live_town import BRIEF, PASSWORD
from tests.support.pjsip import PjsipPhone, require_pjsip
from tests.support.queue_hall import ALONE, CLOSING, HUNTED, KONTAKTCENTER, MENU, Hall, hall
from tests.support.running_service import SIP_PORT
from tests.support.sipp import audio

PROMPTS = Prompts.load()
OPEN_SECONDS = 2.5
"""In this a caller is answered and waits."""

CLOSED_SECONDS = 1.5
"""How long a caller listens to it."""

MUSIC_SECONDS = 3.0
"""So much of the music is heard before anybody is connected: enough to know it."""


@pytest.fixture(scope="module", name="place")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as built:
        yield built


@pytest.fixture(name="stack")
def _stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(name="ears")
def _ears() -> Iterator[Ears]:
    with Ears() as ears:
        yield ears


class Heard:
    """What pyVoIP is answered; nobody calls it."""

    def responded(self, call_id: str, status: int) -> None:
        """An answer to an INVITE."""

    def cancelled(self, call_id: str) -> None:
        """It rings for nobody."""


@contextmanager
def pyvoip(place: Hall, user: str) -> Iterator[Telephone]:
    """A registered phone."""
    server, at = (place.service.host, SIP_PORT), (place.phone(user), SIP_PORT)
    phone = Telephone(server, user, PASSWORD, at, range(20_000, 20_010), Heard(), lambda call: None)
    phone.start()
    time.sleep(1.3)  # until pyVoIP's loop has begun its socket does not block, and a call fails
    try:
        yield phone
    finally:
        phone.close()


def citizen(place: Hall, folder: Path, stack: ExitStack, line: int, tone: int) -> Baresip:
    """A phone behind the operator's trunk."""
    account = f"<sip:+4670174060{line}@{place.service.host}>;regint=0;answermode=auto"
    return stack.enter_context(Baresip(folder / f"baresip-{line}", place.lines[line], account, tone))


def member(place: Hall, folder: Path, stack: ExitStack, user: str, tone: int) -> Baresip:
    """A member who answers whatever comes."""
    account = f"<sip:{user}@{place.service.host}>;auth_pass={PASSWORD};regint=60;answermode=auto"
    phone = stack.enter_context(Baresip(folder / f"baresip-{user}", place.phone(user), account, tone))
    place.service.await_fact(PhoneRegistered, such_that=lambda fact: fact.phone == user)
    return phone


def eight_bits(samples: Sequence[int]) -> bytes:
    """Sound as pyVoIP has it."""
    return bytes((sample >> 8) + 0x80 for sample in samples)


def assert_waited(place: Hall, sound: bytes, position: int) -> None:
    """The caller heard that they wait, at which place, and then music."""
    said = read_prompt(f"{BRIEF}+queue_position+number_{position}")
    music = read_prompt("music")[: int(MUSIC_SECONDS * RATE)]
    assert likeness(sound, said) > ALIKE
    assert likeness(sound[len(said) :], music) > ALIKE


def test_callers_of_every_make_wait_in_one_queue(place: Hall, tmp_path: Path, stack: ExitStack) -> None:
    require_pjsip()
    server = place.service.host
    david, frida = (
        stack.enter_context(
            PjsipPhone(tmp_path / f"pjsip-{user}", place.phone(user), server, user, PASSWORD, tone)
        )
        for user, tone in (("david", 900), ("frida", 700))
    )
    baresip = citizen(place, tmp_path, stack, 1, tone=440)
    gustav = stack.enter_context(pyvoip(place, "gustav"))
    before = place.sipp.start("caller_waits_for_bye", place.operator, dialled=KONTAKTCENTER)
    david.await_call(0, "CONFIRMED")

    baresip.command("dial", f"sip:{KONTAKTCENTER}@{server}")
    baresip.await_event("CALL_ESTABLISHED")
    frida.do("dial", number=KONTAKTCENTER)
    frida.await_call(0, "CONFIRMED")
    ours = gustav.call(KONTAKTCENTER)
    eventually(lambda: ours.state.name == "ANSWERED", "pyVoIP is answered")
    wait = len(read_prompt("wrong_key+queue_position+number_3")) / RATE + MUSIC_SECONDS
    time.sleep(wait + 0.5)
    assert_waited(place, heard_by(ours), 3)  # it keeps nothing of before the member speaks

    david.do("hangup", call=0)
    before.wait()
    baresip.await_tone(david.tone)
    david.await_tone(baresip.tone, call=1)
    assert_waited(place, eight_bits(baresip.recorded()[1]), 1)
    baresip.command("hangup")
    frida.await_tone(david.tone)
    david.await_tone(frida.tone, call=2)
    assert_waited(place, eight_bits(frida.heard(0)[::2]), 2)
    frida.do("hangup", call=0)
    ours.write_audio(tone(570, 3.0))
    david.await_tone(570, call=3)
    time.sleep(0.5)
    david.do("hangup", call=3)
    assert tone_seconds(heard_by(ours), david.tone) > 0.5

    said = [fact for fact in place.service.facts_of(q.WaitSaid) if fact.music == "music"]
    assert [fact.position for fact in said[-3:]] == [1, 2, 3]


def test_one_declines_one_rings_out_and_one_answers_who_came_by_a_menu(
    place: Hall, ears: Ears, tmp_path: Path, stack: ExitStack
) -> None:
    erik = member(place, tmp_path, stack, "erik", tone=570)
    bertil, cecilia = (
        Member(ears, place.phone(user), place.service.host, user, refusals=refusals, answers=False)
        for user, refusals in (("bertil", [486]), ("cecilia", []))
    )
    bertil.register(PASSWORD)
    cecilia.register(PASSWORD)
    caller = citizen(place, tmp_path, stack, 2, tone=440)
    caller.command("dial", f"sip:{MENU}@{place.service.host}")
    caller.await_event("CALL_ESTABLISHED")
    time.sleep(0.5)  # it hears the menu

    caller.command("sndcode", "1")

    caller.await_tone(erik.tone)
    erik.await_tone(caller.tone)
    caller.command("hangup")
    record = place.record_to(MENU)
    assert (record.outcome, record.answered_by, record.ended_by) == (
        Outcome.ANSWERED,
        "erik",
        EndedBy.CALLER,
    )
    assert cecilia.cancelled == 1
    assert record.offered == ("bertil", "cecilia", "erik")
    missed = {
        fact.member: fact.why for fact in place.service.facts_of(d.OfferMissed) if fact.group == "hunted"
    }
    assert missed == {"bertil": "declined", "cecilia": "ring_time"}


def test_callers_leave(place: Hall, ears: Ears) -> None:
    """The one for whom it rings, and one who waits behind."""
    anna = Member(ears, place.phone("anna"), place.service.host, "anna", answers=False)
    anna.register(PASSWORD)
    first = place.sipp.start(
        "caller_gives_up", place.operator, dialled=ALONE, status="487", patience_ms="2000"
    )
    eventually(lambda: anna.talks, "it rings at Anna's")
    ear = ears.open(place.lines[3])
    second = place.sipp.play(
        "caller_talks", place.lines[3], dialled=ALONE, talk_ms="700", offer=audio(port=str(ear.port))
    )

    record = place.record_of(second)
    assert (record.outcome, record.ended_by, record.offered) == (Outcome.ABANDONED, EndedBy.CALLER, ())
    assert 20 <= len(ear.heard) <= 60
    assert_said(ear.payloads(), frames(PROMPTS, BRIEF))
    first.wait()
    assert place.record_of(first).outcome is Outcome.ABANDONED
    eventually(lambda: anna.cancelled, "it rings no longer")
    assert place.figure('vaxeln_queue_waiting_callers{group="alone"}') == 0


def test_it_closes_while_somebody_waits(place: Hall, ears: Ears) -> None:
    """An override ends that holds it open. Hanna has declined, and her phone rings again."""
    hanna = Member(ears, place.phone("hanna"), place.service.host, "hanna", refusals=[486], answers=False)
    hanna.register(PASSWORD)
    until = place.open_for(CLOSING, OPEN_SECONDS)
    ear = ears.open(place.lines[4])
    stays_ms = str(round(1000 * (OPEN_SECONDS + CLOSED_SECONDS)))

    caller = place.sipp.play(
        "caller_talks", place.lines[4], dialled=CLOSING, talk_ms=stays_ms, offer=audio(port=str(ear.port))
    )

    record = place.record_of(caller)
    assert (record.outcome, record.ended_by) == (Outcome.CLOSED, EndedBy.CALLER)
    assert (record.announcement, record.offered) == ("closed", ("hanna",))
    (left,) = [fact for fact in place.service.facts_of(q.QueueLeft) if fact.queue == "closing"]
    assert (left.why, left.branch) == (q.CLOSING, Branch.CLOSING)
    assert 0 <= (left.at - until).total_seconds() < 0.5
    assert hanna.cancelled == 1
    heard, closed = ear.payloads(), frames(PROMPTS, "closed")
    began = next(place for place in range(len(heard)) if heard[place:] == closed[: len(heard) - place])
    assert len(heard) - began > 0.5 * CLOSED_SECONDS / FRAME_SECONDS
    assert_said(heard[:began], frames(PROMPTS, BRIEF, "queue_position", "number_1"), frames(PROMPTS, "music"))


def test_who_comes_back_from_a_transfer_waits_again(
    place: Hall, ears: Ears, tmp_path: Path, stack: ExitStack
) -> None:
    require_pjsip()
    server = place.service.host
    david = stack.enter_context(
        PjsipPhone(tmp_path / "pjsip-david", place.phone("david"), server, "david", PASSWORD, 900)
    )
    bertil = Member(ears, place.phone("bertil"), server, "bertil", answers=False)
    bertil.register(PASSWORD)
    ear = ears.open(place.lines[5])
    caller = place.sipp.start(
        "caller_waits_for_bye", place.lines[5], dialled=KONTAKTCENTER, offer=audio(port=str(ear.port))
    )
    david.await_call(0, "CONFIRMED")
    david.do("answers", status=486)

    david.do("transfer", call=0, number=HUNTED)
    david.do("hangup", call=0)  # it rings at Bertil's for 2 s, and Kontaktcenter is David

    call = place.service.await_fact(TransferRequested).call
    place.service.await_fact(q.WaitSaid, such_that=lambda fact: fact.call == call)
    time.sleep(len(read_prompt(f"{BRIEF}+queue_position+number_1")) / RATE + MUSIC_SECONDS)
    david.do("answers", status=200)
    taken = place.service.await_fact(CallTransferred, such_that=lambda fact: fact.call == call)
    david.await_event(lambda event: event.get("state") == "CONFIRMED" and event["number"] > 0)
    david.do("hangup", call=-1)
    caller.wait()

    record = place.record_of(caller)
    assert [talk.member for talk in record.talks] == ["david", "david"]
    assert (taken.group, record.outcome, record.ended_by) == (
        "kontaktcenter",
        Outcome.ANSWERED,
        EndedBy.MEMBER,
    )
    assert any(reason.startswith("queue kontaktcenter: answered") for reason in record.reasons)
    transfer, waits = frames(PROMPTS, "transfer"), frames(PROMPTS, BRIEF, "queue_position", "number_1")
    begins = place_of(transfer[: int(1.5 / FRAME_SECONDS)], ear.payloads())
    waited = place_of(waits, ear.payloads())
    assert_said(ear.payloads()[begins:waited], transfer, frames(PROMPTS, RINGING))
    music = waited + len(waits) + int(MUSIC_SECONDS / FRAME_SECONDS)
    assert_said(ear.payloads()[waited:music], waits, frames(PROMPTS, "music"))


def place_of(said: list[bytes], heard: list[bytes]) -> int:
    """Where in what was heard this was said in full, packet for packet."""
    return next(at for at in range(len(heard)) if heard[at : at + len(said)] == said)
