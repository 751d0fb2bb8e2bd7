"""The six calls: what the people at the phones do, and what must come of it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from telephony.call.facts import EndedBy, Outcome
from telephony.demo import judging
from telephony.demo.judging import Expectation
from telephony.demo.phones import Dialled, Phone

MAIN, BYGGLOV, FORSKOLA, CLOSED = "+46853061000", "+46853061201", "+46853061400", "+46853061600"
VAXEL = "+46853061700"

DRILL = "Fire drill"
"""Why the admin closes a number."""

_TALK_SECONDS = 2.0
_MENU_SECONDS = judging.BEGINNING_SECONDS + 1.0  # whoever knows a menu does not hear it out
_WAIT_SECONDS = 16.0  # 12 s of words, and some music
_COME_SECONDS = 4.0  # from a member's word that they are back to their answer
_ANSWER_SECONDS = 15.0  # the longest that a caller of these waits: 4 s at Förskola, 2 s at Kontaktcenter


Run = Callable[..., None]
"""Runs a `vaxeln` command, given its arguments."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One call. `answers` says after how many seconds people answer; the others let it ring.

    `commands` are what an admin does before it, as the arguments of `vaxeln`; `caller` may do others
    meanwhile.
    """

    title: str
    dial: str
    answers: Mapping[str, float]
    caller: Callable[[Dialled, Run], None]
    expectations: tuple[Expectation, ...]
    commands: tuple[tuple[str, ...], ...] = ()

    def play(self, caller: Phone, phones: Mapping[str, Phone], run: Run) -> Dialled:
        """Make the call. `phones` is by person, `run` does what an admin does. Raises PhoneFailed."""
        for person, phone in phones.items():
            phone.answers_after = self.answers.get(person)
        dialled = caller.dial(_national(self.dial))
        self.caller(dialled, run)
        return dialled


def talks(dialled: Dialled, run: Run) -> None:
    """Wait for somebody, talk for a while, hang up."""
    dialled.wait_for_answer(_ANSWER_SECONDS)
    dialled.talk(_TALK_SECONDS)
    dialled.hang_up()


def listens(dialled: Dialled, run: Run) -> None:
    """Listen until the other side hangs up."""
    dialled.wait_for_end(30.0)


def gives_up(dialled: Dialled, run: Run) -> None:
    """Let it ring a little, then hang up."""
    dialled.wait_for_ringing(5.0)
    time.sleep(2.0)
    dialled.hang_up()


def waits(dialled: Dialled, run: Run) -> None:
    """Choose from a menu, hear that all are away, wait with music until a member is back, and talk."""
    dialled.wait_for_answer(_ANSWER_SECONDS)
    time.sleep(_MENU_SECONDS)
    dialled.press("1")
    time.sleep(_WAIT_SECONDS)
    run("member", "resume", "sara")
    dialled.talk(_COME_SECONDS + _TALK_SECONDS)
    dialled.hang_up()


def scenarios() -> tuple[Scenario, ...]:
    """The six calls, in the order in which they are made."""
    return (
        Scenario(
            title="The main number, open: the attendants' phones ring, one of them answers",
            dial=MAIN,
            answers={"amina": 2.0},
            caller=talks,
            expectations=(
                judging.goes_to(MAIN),
                judging.rings("amina", "bengt"),
                *_talk("amina"),
                judging.stops_ringing("answered_elsewhere", "bengt"),
                judging.ends(Outcome.ANSWERED, EndedBy.CALLER),
            ),
        ),
        Scenario(
            title="A number that an admin has closed by override: the caller hears the announcement",
            dial=BYGGLOV,
            answers={},
            caller=listens,
            expectations=(
                judging.goes_to(BYGGLOV),
                judging.nobody_rings(),
                judging.is_because(f"override until .*: {DRILL}"),
                judging.hears_announcement("closed", next_opening=True),
                judging.ends(Outcome.CLOSED, EndedBy.SERVICE),
            ),
            commands=(
                (
                    *("override", "set", _national(BYGGLOV), "--closed", "--until", "+1h"),
                    *("--reason", DRILL, "--owner", "Amina Berg"),
                ),
            ),
        ),
        Scenario(
            title="A group number that is open again: all members' phones ring, the first to answer wins",
            dial=BYGGLOV,
            answers={"elif": 2.0, "david": 5.0},
            caller=talks,
            commands=(("override", "end", _national(BYGGLOV)),),
            expectations=(
                judging.goes_to(BYGGLOV),
                judging.rings("david", "elif", "johan"),
                *_talk("elif"),
                judging.stops_ringing("answered_elsewhere", "david", "johan"),
                judging.ends(Outcome.ANSWERED, EndedBy.CALLER),
            ),
        ),
        Scenario(
            title="Nobody answers: the call goes on to Kontaktcenter",
            dial=FORSKOLA,
            answers={"bengt": 2.0},
            caller=talks,
            expectations=(
                judging.goes_to(FORSKOLA, MAIN),
                judging.rings("hassan", "amina", "bengt"),
                judging.stops_ringing("ring_time", "hassan"),
                *_talk("bengt"),
                judging.stops_ringing("answered_elsewhere", "amina"),
                judging.ends(Outcome.ANSWERED, EndedBy.CALLER),
            ),
        ),
        Scenario(
            title="The caller gives up while it rings",
            dial=BYGGLOV,
            answers={},
            caller=gives_up,
            expectations=(
                judging.goes_to(BYGGLOV),
                judging.rings("david", "elif", "johan"),
                judging.stops_ringing("caller_left", "david", "elif", "johan"),
                judging.nobody_answered(),
                judging.ends(Outcome.ABANDONED, EndedBy.CALLER),
            ),
        ),
        Scenario(
            title="A menu, and a queue: all have a pause, and the caller waits with music until one is back",
            dial=VAXEL,
            answers={"sara": 2.0},
            caller=waits,
            commands=(("member", "pause", "sara", "--reason", "Lunch"),),
            expectations=(
                judging.goes_to(VAXEL, VAXEL),
                judging.hears_and_presses("menu", "1"),
                judging.waits_with_music("kundtjanst", "queue_welcome+queue_position+number_1", "music"),
                judging.rings_meanwhile("sara"),
                *_talk("sara"),
                judging.ends(Outcome.ANSWERED, EndedBy.CALLER),
            ),
        ),
    )


def _national(number: str) -> str:
    """As people dial it."""
    return number.replace("+46", "0", 1)


def _talk(person: str) -> tuple[Expectation, ...]:
    return (judging.answered_by(person), judging.caller_hears(person), judging.is_heard_by(person))
