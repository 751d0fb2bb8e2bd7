from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from telephony.call import facts as f
from tests.support.calls import NOON, arrive

ALL = [kind for kind in vars(f).values() if isinstance(kind, type) and issubclass(kind, f.Fact)]
OF_A_CALL = [kind for kind in ALL if issubclass(kind, f.CallFact)]


def test_the_stream_of_a_fact_is_the_system_unless_it_says_otherwise() -> None:
    assert f.Fact(at=NOON).stream == "system"


def test_every_fact_of_a_call_is_in_the_stream_of_the_call() -> None:
    assert arrive("0190").stream == "call/0190"
    assert f.LegEnded(at=NOON, call="0190", leg="0190.1").stream == "call/0190"


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_a_fact_is_a_versioned_value_without_a_dictionary(kind: type[f.Fact]) -> None:
    assert is_dataclass(kind)
    assert "__slots__" in vars(kind)
    assert kind.VERSION >= 1
    assert "at" in {field.name for field in fields(kind)}


@pytest.mark.parametrize("kind", OF_A_CALL, ids=lambda kind: kind.__name__)
def test_a_fact_of_a_call_names_it(kind: type[f.CallFact]) -> None:
    assert "call" in {field.name for field in fields(kind)}


def test_a_fact_never_changes() -> None:
    fact = arrive()

    with pytest.raises(FrozenInstanceError):
        fact.dialled = "112"  # type: ignore[misc]


def test_facts_are_compared_by_what_they_say() -> None:
    assert arrive() == arrive()
    assert arrive() != arrive("c2")


@pytest.mark.parametrize(
    ("remote", "words"),
    [(("192.0.2.1", 5060), "192.0.2.1:5060"), (("2001:db8::1", 5061), "[2001:db8::1]:5061")],
)
def test_where_a_contact_sends_from_in_words(remote: tuple[str, int], words: str) -> None:
    assert f.Contact("sip:a@b", "UDP", remote, ("192.0.2.9", 5060), "c", 1, NOON).address == words
