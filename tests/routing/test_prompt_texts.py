from routing.prompt_texts import greetings_of, texts_of
from tests.support.plans import plan_of

OWN = """
[prompts.flytt]
text = "Vi flyttar."
"""
VOICEMAIL = """
[voicemails.bygg]
function = "Bygglov"
greeting = "brevlada"
text = "Du har kommit till Bygglov."
"""


def test_what_is_spoken_of_a_plan() -> None:
    plan = plan_of(more=OWN + VOICEMAIL)

    assert texts_of(plan) == {"flytt": "Vi flyttar."}
    assert greetings_of(plan) == {"brevlada": "Du har kommit till Bygglov."}


def test_a_greeting_that_the_plan_speaks_otherwise_is_not_spoken_twice() -> None:
    assert greetings_of(plan_of(more=OWN + VOICEMAIL.replace("brevlada", "flytt"))) == {}


def test_a_greeting_without_a_text_is_not_spoken() -> None:
    assert greetings_of(plan_of(more=VOICEMAIL.rpartition("text")[0])) == {}
