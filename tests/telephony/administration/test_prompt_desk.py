from pathlib import Path

import pytest

from telephony.admin.errors import Kind, NotFound, NotKept, Refusal
from telephony.admin.values import PromptSource
from telephony.call.prompt_facts import PromptRecorded, RecordingRemoved
from telephony.media.wav import Wav
from telephony.plan_speech import SpokenPlan
from tests.support.office import Office
from tests.telephony.media.test_recording import TONE, wav

TONE_WAV = wav(TONE)


def test_what_comes_with_the_service_is_listed_with_what_it_says(office: Office) -> None:
    shown = {state.name: state for state in office.ask(office.desk.prompts("", 500))}

    assert list(shown) == sorted(shown)
    closed, five = shown["closed"], shown["number_5"]
    assert (closed.source, closed.fragment, closed.recorded_at) == (PromptSource.BUILT_IN, False, None)
    assert closed.text.startswith("Välkommen till Botkyrka kommun. Vi har stängt just nu.")
    assert (five.text, five.fragment) == ("fem", True)
    assert [state.name for state in office.ask(office.desk.prompts("number_58", 2))] == [
        "number_59",
        "number_6",
    ]


def test_a_recording_is_put_heard_and_removed(office: Office) -> None:
    desk = office.desk
    before = office.ask(desk.prompt_sound("closed"))

    state = office.ask(desk.put_recording("closed", TONE_WAV, by="eva"))

    assert (state.source, state.text, state.seconds) == (PromptSource.RECORDED, "", 1.0)
    assert (state.recorded_by, state.recorded_at) == ("eva", office.now)
    assert Wav.parse(office.ask(desk.prompt_sound("closed"))).seconds == 1.0
    office.ask(desk.remove_recording("closed", by="ola"))
    assert office.ask(desk.prompt_sound("closed")) == before
    assert [fact.by for fact in office.facts(PromptRecorded)] == ["eva"]
    assert [fact.by for fact in office.facts(RecordingRemoved)] == ["ola"]


def test_what_is_no_recording_is_refused_with_the_reason(office: Office) -> None:
    with pytest.raises(Refusal, match="allowed are 8000 to 96000") as refused:
        office.ask(office.desk.put_recording("closed", wav(TONE, rate=4000), by="eva"))

    assert refused.value.kind is Kind.RECORDING_REFUSED
    assert not office.facts(PromptRecorded)


def test_what_is_not_there_is_told(office: Office) -> None:
    for ask in (office.desk.prompt("flood"), office.desk.prompt_sound("flood")):
        with pytest.raises(NotFound, match="there is no prompt flood"):
            office.ask(ask)
    with pytest.raises(NotFound, match="there is no recording of closed"):
        office.ask(office.desk.remove_recording("closed", by="eva"))


def test_a_new_prompt_may_be_named_and_is_not_removed_while_it_is(office: Office) -> None:
    desk = office.desk
    office.ask(desk.put_recording("flood", TONE_WAV, by="eva"))
    assert "flood" in desk.keeper.prompts

    office.ask(desk.remove_recording("flood", by="eva"))

    assert "flood" not in desk.keeper.prompts


def test_what_the_plan_names_and_nothing_else_stands_for_stays(office: Office) -> None:
    desk = office.desk
    del office.prompts.prompts.own["closed"]  # as a name that only the recording has
    office.ask(desk.put_recording("closed", TONE_WAV, by="eva"))

    with pytest.raises(Refusal, match="apply a plan first that does not name it") as refused:
        office.ask(desk.remove_recording("closed", by="eva"))

    assert refused.value.kind is Kind.PROMPT_USED
    assert {error.path for error in refused.value.errors} >= {"numbers.+46853061000.closed"}


def test_what_the_plan_has_spoken_is_listed_as_that(office: Office) -> None:
    own = office.prompts.prompts.get("busy")
    office.prompts.take(SpokenPlan({"flytt": own}))

    state = office.ask(office.desk.prompt("flytt"))

    assert (state.source, state.text) == (PromptSource.PLAN, "")


def test_a_disk_that_takes_nothing_is_told(office: Office, tmp_path: Path) -> None:
    tmp_path.joinpath("prompts").write_bytes(b"")
    with pytest.raises(NotKept, match="the recording of closed cannot be kept"):
        office.ask(office.desk.put_recording("closed", TONE_WAV, by="eva"))

    tmp_path.joinpath("prompts").unlink()
    office.ask(office.desk.put_recording("closed", TONE_WAV, by="eva"))
    folder = tmp_path / "prompts" / "recordings"
    folder.rename(tmp_path / "elsewhere")
    folder.write_bytes(b"")
    with pytest.raises(NotKept):
        office.ask(office.desk.remove_recording("closed", by="eva"))
