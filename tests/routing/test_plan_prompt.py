import pytest

from routing.check import check
from routing.errors import PlanInvalid
from routing.plan import Plan
from routing.plan_prompt import MAX_SPOKEN, MAX_TEXT
from routing.prompt_texts import greetings_of
from tests.support.plans import FORSKOLA, MADE_AT, plan_of

VOICEMAIL = """
[voicemails.bygg]
function = "Bygglov"
greeting = "brevlada"
text = "Du har kommit till Bygglov. Ring Kontaktcenter."
"""
CLOSED = f"""
[numbers."{FORSKOLA}"]
function = "Förskola"
calendar = "aldrig"
destination = {{ group = "kc" }}
closed = {{ announcement = "flytt" }}
"""


def spoken(text: str, name: str = "flytt") -> Plan:
    return plan_of(more=f"[prompts.{name}]\ntext = {text}\n")


def missing(plan: Plan) -> list[str]:
    return [
        problem.path for problem in check(plan, MADE_AT.date(), ["closed"]) if "no prompt" in problem.message
    ]


def test_a_text_over_several_lines_is_one_line() -> None:
    assert (
        spoken('"""Vi flyttar.\n  Ring i morgon.\n"""').prompts["flytt"].text == "Vi flyttar. Ring i morgon."
    )


@pytest.mark.parametrize("text", ['""', "5", f'"{"a" * (MAX_TEXT + 1)}"', '"dolt\\u202e"'])
def test_what_cannot_be_said_is_refused(text: str) -> None:
    with pytest.raises(PlanInvalid, match=r"prompts\.flytt\.text"):
        spoken(text)


def test_so_many_and_no_more() -> None:
    rows = "".join(f'[prompts.p{index}]\ntext = "hej"\n' for index in range(MAX_SPOKEN + 1))
    with pytest.raises(PlanInvalid, match="prompts"):
        plan_of(more=rows)


def test_what_the_plan_speaks_may_be_named_in_it() -> None:
    assert missing(plan_of(more=CLOSED)) == [f"numbers.{FORSKOLA}.closed"]
    assert missing(plan_of(more=CLOSED + '[prompts.flytt]\ntext = "Vi flyttar."\n')) == []


def test_a_greeting_may_be_spoken_of_its_text() -> None:
    used = CLOSED.replace('announcement = "flytt"', 'voicemail = "bygg"')

    assert missing(plan_of(more=VOICEMAIL + used)) == []
    assert missing(plan_of(more=VOICEMAIL.rpartition("text")[0] + used)) == ["voicemails.bygg.greeting"]


def test_a_greeting_that_is_a_prompt_of_the_plan_is_checked_by_that_text() -> None:
    used = CLOSED.replace('announcement = "flytt"', 'voicemail = "bygg"')
    own = '[prompts.brevlada]\ntext = "Du har kommit till Bygglov. Ring Kontaktcenter."\n'
    plan = plan_of(more=VOICEMAIL.rpartition("text")[0] + used + own)

    assert not [problem for problem in check(plan, MADE_AT.date(), ["closed"]) if "P12" in problem.message]
    assert greetings_of(plan) == {}
