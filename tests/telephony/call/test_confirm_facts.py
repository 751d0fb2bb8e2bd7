from telephony.call import confirm_facts as c
from tests.support.calls import NOON, after


def test_they_are_of_their_call() -> None:
    facts = (
        c.ConfirmationAsked(at=NOON, call="c1", leg="c1.1", prompt="p", attempt=1, until=after(8)),
        c.ConfirmationTimeExpired(at=NOON, call="c1", leg="c1.1"),
    )

    assert {fact.stream for fact in facts} == {"call/c1"}
