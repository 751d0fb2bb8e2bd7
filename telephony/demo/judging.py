"""Whether a call did what it should: judged from what the phones met and from what the journal says."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from routing.numbers import show
from routing.spoken import first_of
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.call.facts import EndedBy, Outcome
from telephony.call.record import Record, records
from telephony.demo.running import is_over
from telephony.demo.sound import RATE, found, likeness, read_prompt, seconds, tone_seconds

CLEAR_SECONDS = 1.0
"""A tone that is heard so long, of at least 1.5 s talk, is a connection and not a crackle."""

ALIKE = 0.9
"""Likeness of an announcement: the same one reaches 0.97 even with gaps, the others that we have 0.7."""

BEGINNING_SECONDS = 6.0
"""How much of a prompt is enough to know it by: all of ours bid welcome first."""

_RINGING, _OK, _TERMINATED = 180, 200, 487


@dataclass(frozen=True, slots=True)
class PhoneSide:
    """What one phone that may ring met in a call. `hertz` is the tone that it sends."""

    hertz: float
    rang: bool = False
    cancelled: bool = False
    answered: bool = False
    heard: bytes = b""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a call. `phones` is by person, and `names` says how people are called.

    `responses` are the SIP statuses that the caller got; `caller_hertz` is the tone that the caller sends.
    """

    facts: tuple[f.CallFact, ...]
    responses: tuple[int, ...]
    caller_hertz: float
    heard: bytes
    phones: Mapping[str, PhoneSide]
    names: Mapping[str, str]

    @property
    def record(self) -> Record | None:
        """The row of the call log; None when the journal does not know the call."""
        return next(iter(records(self.facts).values()), None)

    def people(self, keys: Iterable[str]) -> str:
        """Their names, or nobody."""
        named = sorted(self.names.get(key, key) for key in keys)
        return " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]])) or "nobody"


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation; `found` is said when it failed."""

    text: str
    passed: bool
    found: str


Expectation = Callable[[Evidence], Check]
"""Judges one thing of a call."""


def rings(*people: str) -> Expectation:
    """These people's phones ring, and no others; the caller is told."""

    def judge(evidence: Evidence) -> Check:
        expected = set(people)
        by_phones = {key for key, side in evidence.phones.items() if side.rang}
        by_journal = set(evidence.record.rang) if evidence.record else set()
        told = _RINGING in evidence.responses
        return Check(
            f"it rings at {evidence.people(expected)}; the caller is told so",
            by_phones == by_journal == expected and told,
            f"by the phones {evidence.people(by_phones)}, by the journal {evidence.people(by_journal)}, "
            f"the caller got {_statuses(evidence)}",
        )

    return judge


def answered_by(person: str) -> Expectation:
    """This person answers, and nobody else."""

    def judge(evidence: Evidence) -> Check:
        by_phones = {key for key, side in evidence.phones.items() if side.answered}
        record = evidence.record
        by_journal = {record.answered_by} - {""} if record else set()
        return Check(
            f"{evidence.people([person])} answers, nobody else",
            by_phones == by_journal == {person} and _OK in evidence.responses,
            f"by the phones {evidence.people(by_phones)}, by the journal {evidence.people(by_journal)}, "
            f"the caller got {_statuses(evidence)}",
        )

    return judge


def stops_ringing(why: str, *people: str) -> Expectation:
    """These people's phones are told to stop; the service took the offer back for this reason."""

    def judge(evidence: Evidence) -> Check:
        by_phones = {key for key, side in evidence.phones.items() if side.cancelled}
        by_journal = _withdrawn(evidence, why)
        return Check(
            f"it stops ringing at {evidence.people(people)} ({why.replace('_', ' ')})",
            by_journal == set(people) <= by_phones,  # phones are not told why
            f"by the phones {evidence.people(by_phones)}, by the journal {evidence.people(by_journal)}",
        )

    return judge


def caller_hears(person: str) -> Expectation:
    """The caller hears this person's tone."""

    def judge(evidence: Evidence) -> Check:
        hertz = evidence.phones[person].hertz
        return _tone_check(f"the caller hears {evidence.people([person])}", evidence.heard, hertz)

    return judge


def is_heard_by(person: str) -> Expectation:
    """This person hears the caller's tone."""

    def judge(evidence: Evidence) -> Check:
        sound = evidence.phones[person].heard
        return _tone_check(f"{evidence.people([person])} hears the caller", sound, evidence.caller_hertz)

    return judge


def hears_announcement(prompt: str, *, next_opening: bool = False) -> Expectation:
    """The caller hears the prompt, whole, with `next_opening` also when the number opens again, and the
    journal says that it was played."""
    also = ", and when the number opens again," if next_opening else ""

    def judge(evidence: Evidence) -> Check:
        noted = evidence.record.announcement if evidence.record else ""
        original = read_prompt(noted or prompt)
        like, long, whole = likeness(evidence.heard, original), seconds(evidence.heard), seconds(original)
        as_meant = first_of(noted) == prompt and (noted != prompt) is next_opening
        return Check(
            f"the caller hears the announcement `{prompt}`{also} to its end ({whole:.1f} s)",
            like >= ALIKE and abs(long - whole) < 0.5 and as_meant,
            f"{long:.1f} s of sound, likeness {like:.2f} of 1, in the journal {noted or 'no announcement'}",
        )

    return judge


def hears_and_presses(prompt: str, key: str) -> Expectation:
    """The caller hears how the menu begins, and their key is heard."""

    def judge(evidence: Evidence) -> Check:
        beginning = read_prompt(prompt)[: int(BEGINNING_SECONDS * RATE)]
        like, _ = found(evidence.heard, beginning)
        keys = "".join([fact.key for fact in evidence.facts if isinstance(fact, m.KeyPressed)])
        return Check(
            f"the caller hears the menu `{prompt}` begin, and presses {key}",
            like >= ALIKE and keys == key,
            f"likeness {like:.2f} of 1, keys in the journal: {keys or 'none'}",
        )

    return judge


def waits_with_music(group: str, words: str, music: str) -> Expectation:
    """The caller is in the queue of the group, hears these words, and then music."""

    def judge(evidence: Evidence) -> Check:
        said, tune = read_prompt(words), read_prompt(music)[: 2 * RATE]
        like, at = found(evidence.heard, said)
        alike, begins = found(evidence.heard, tune)
        joined = [fact.queue for fact in evidence.facts if isinstance(fact, q.QueueJoined)]
        left = [fact for fact in evidence.facts if isinstance(fact, q.QueueLeft)]
        after = begins >= at + seconds(said) - 1.0
        why = left[-1].why if left else "still there"
        return Check(
            f"the caller waits in the queue of {group}, hears that they are the first, and then music",
            min(like, alike) >= ALIKE and after and joined == [group] and why == q.ANSWERED,
            f"words alike {like:.2f} at {at:.1f} s, music {alike:.2f} at {begins:.1f} s; "
            f"in the journal {', '.join(joined) or 'no queue'}, left: {why}",
        )

    return judge


def rings_meanwhile(person: str) -> Expectation:
    """This person's phone rings, and no other; the caller hears music on."""

    def judge(evidence: Evidence) -> Check:
        by_phones = {key for key, side in evidence.phones.items() if side.rang}
        by_journal = set(evidence.record.rang) if evidence.record else set()
        return Check(
            f"it rings at {evidence.people([person])}, and nowhere else",
            by_phones == by_journal == {person},
            f"by the phones {evidence.people(by_phones)}, by the journal {evidence.people(by_journal)}",
        )

    return judge


def goes_to(*numbers: str) -> Expectation:
    """The call goes to these numbers, one after the other."""

    def judge(evidence: Evidence) -> Check:
        gone = [fact.decision.number for fact in evidence.facts if isinstance(fact, f.RouteDecided)]
        return Check(
            f"it goes to {_then(numbers)}", gone == list(numbers), f"to {_then(gone)}" if gone else "nowhere"
        )

    return judge


def ends(outcome: Outcome, by: EndedBy) -> Expectation:
    """The call ends so, and nothing is left of it: neither leg nor transaction."""

    def judge(evidence: Evidence) -> Check:
        record = evidence.record
        over = is_over(evidence.facts)
        found = f"{_said(record.outcome)} by {_said(record.ended_by)}" if record else "not in the journal"
        return Check(
            f"the call log says: {_said(outcome)}, ended by the {by.value}; nothing is left of the call",
            record is not None and (record.outcome, record.ended_by) == (outcome, by) and over,
            found + ("" if over else "; a leg of it is still open"),
        )

    return judge


def nobody_answered() -> Expectation:
    """The caller got the 487 of one who gave up, and never a 200."""

    def judge(evidence: Evidence) -> Check:
        answered = {key for key, side in evidence.phones.items() if side.answered}
        given_up = _OK not in evidence.responses and _TERMINATED in evidence.responses
        return Check(
            "nobody answers, and the caller's phone is told that the call is over",
            given_up and not answered,
            f"answered: {evidence.people(answered)}, the caller got {_statuses(evidence)}",
        )

    return judge


def is_because(words: str) -> Expectation:
    """The call log gives this reason, a regular expression."""

    def judge(evidence: Evidence) -> Check:
        reasons = evidence.record.reasons if evidence.record else ()
        found = next((reason for reason in reasons if re.search(words, reason)), "")
        text = f"the call log says why: {found or words}"
        return Check(text, bool(found), "; ".join(reasons) or "no reason in the journal")

    return judge


def nobody_rings() -> Expectation:
    """Nobody's phone is even tried."""

    def judge(evidence: Evidence) -> Check:
        rang = {key for key, side in evidence.phones.items() if side.rang}
        offered = set(evidence.record.offered) if evidence.record else set()
        return Check("it rings at nobody", not rang | offered, f"tried: {evidence.people(rang | offered)}")

    return judge


def _tone_check(text: str, sound: bytes, hertz: float) -> Check:
    heard = tone_seconds(sound, hertz)
    return Check(
        f"{text}: a tone of {hertz:.0f} Hz arrives, clear",
        heard >= CLEAR_SECONDS,
        f"{heard:.1f} s of it in {len(sound) / 8000:.1f} s of sound",
    )


def _withdrawn(evidence: Evidence, why: str) -> set[str]:
    """Whose offer was taken back for this reason and is over."""
    offered = {fact.leg: fact.target.member for fact in evidence.facts if isinstance(fact, f.MemberOffered)}
    ended = {fact.leg for fact in evidence.facts if isinstance(fact, f.LegEnded | f.MemberRefused)}
    return {
        offered[fact.leg]
        for fact in evidence.facts
        if isinstance(fact, f.OfferWithdrawn) and fact.why == why and fact.leg in ended
    }


def _then(numbers: Iterable[str]) -> str:
    return ", and then to ".join(show(number) for number in numbers)


def _statuses(evidence: Evidence) -> str:
    return ", ".join(str(status) for status in evidence.responses) or "no response"


def _said(value: Outcome | EndedBy | None) -> str:
    return "nothing" if value is None else value.value.replace("_", " ")
