"""Registration with digest, as phones do it (RFC 3261 10, RFC 8760)."""

import re
from collections.abc import Iterator

import pytest

from telephony.call.house_facts import PhoneRegistered
from tests.support.live_town import Town, digest_answer
from tests.support.sipp import Seen


@pytest.fixture(name="town")
def _town(shared_town: Town) -> Iterator[Town]:
    with shared_town.anew():
        yield shared_town


def challenged(town: Town, user: str) -> list[str]:
    """The challenges that a first REGISTER of this user gets."""
    return town.send_register(user, status="401").received("SIP/2.0 401")[0].headers("WWW-Authenticate")


def without_what_differs(answer: Seen) -> str:
    """An answer without the tokens that are new each time, whom it is about and where it went."""
    text = re.sub(r'nonce="[^"]*"|tag=\S*|^Via:.*$', "", answer.text, flags=re.MULTILINE)
    return re.sub(r"anna|nobody", "USER", text)


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
def test_a_phone_registers_with_either_algorithm(town: Town, algorithm: str) -> None:
    answer = digest_answer(challenged(town, "anna"), "anna", town.service.host, algorithm)

    accepted = town.send_register("anna", answer, cseq="2").received("SIP/2.0 200")[0]

    host = town.phone("anna")
    assert re.fullmatch(rf"<sip:anna@{host}:5060>;expires=(600|599)", accepted.header("Contact"))
    (fact,) = town.service.facts_of(PhoneRegistered)
    (contact,) = fact.contacts
    assert (fact.phone, contact.uri, contact.remote) == ("anna", f"sip:anna@{host}:5060", (host, 5060))


def test_a_wrong_password_is_refused(town: Town) -> None:
    answer = digest_answer(challenged(town, "anna"), "anna", town.service.host, password="a guess")

    town.send_register("anna", answer, cseq="2", status="403")

    assert town.service.facts_of(PhoneRegistered) == []


def test_an_unknown_user_gets_the_same_answers_as_a_wrong_password(town: Town) -> None:
    answers = []
    for user in ("anna", "nobody"):
        first = town.send_register(user, status="401").received("SIP/2.0 401")[0]
        challenges = first.headers("WWW-Authenticate")
        guess = digest_answer(challenges, user, town.service.host, password="a guess")
        second = town.send_register(user, guess, cseq="2", status="403").received("SIP/2.0 403")[0]
        answers.append([without_what_differs(first), without_what_differs(second)])

    known, unknown = answers
    assert known == unknown


def test_an_old_phone_is_offered_md5_alone(town: Town) -> None:
    (challenge,) = challenged(town, "david")

    assert "algorithm=MD5," in challenge


def test_an_answer_cannot_be_sent_twice(town: Town) -> None:
    answer = digest_answer(challenged(town, "anna"), "anna", town.service.host)
    town.send_register("anna", answer, cseq="2")

    again = town.send_register("anna", answer, cseq="3", status="401")

    assert all("stale=true" in text for text in again.received("SIP/2.0 401")[0].headers("WWW-Authenticate"))


def test_a_phone_that_unregisters_is_not_called_any_more(town: Town) -> None:
    town.register("anna")
    answer = digest_answer(challenged(town, "anna"), "anna", town.service.host)
    town.send_register("anna", answer, cseq="4", expires="0", contact="*")

    caller = town.sipp.play("caller_refused", town.operator, status="480")

    assert town.record_of(caller).offered == ()
    assert [len(fact.contacts) for fact in town.service.facts_of(PhoneRegistered)] == [1, 0]


def test_a_registration_that_is_too_short_is_told_the_least(town: Town) -> None:
    answer = digest_answer(challenged(town, "anna"), "anna", town.service.host)

    refused = town.send_register("anna", answer, cseq="2", expires="5", status="423")

    assert refused.received("SIP/2.0 423")[0].header("Min-Expires") == "60"
