import shutil
from pathlib import Path

import pytest

from routing.plan import Plan
from telephony.plan_speech import SILENT, PlanSpeech, unspoken
from tests.support.peers import require_peer
from tests.support.plans import plan_of

PLAN = plan_of(
    more="""
[prompts.flytt]
text = "Vi flyttar."
[voicemails.bygg]
function = "Bygglov"
greeting = "brevlada"
text = "Du har kommit till Bygglov."
"""
)


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)


def problems(plan: Plan, folder: Path, *recorded: str) -> list[str]:
    return [problem.path for problem in PlanSpeech(folder, lambda: recorded, recorded).speak(plan).problems]


def test_prompts_and_greetings_are_spoken(tmp_path: Path) -> None:
    require_peer("espeak-ng")

    spoken = PlanSpeech(tmp_path, lambda: {"closed"}, ()).speak(PLAN)

    assert (set(spoken.prompts), set(spoken.greetings)) == ({"flytt"}, {"brevlada"})
    assert len(list((tmp_path / "prompts" / "spoken").iterdir())) == 2
    assert not spoken.problems


@pytest.mark.usefixtures("mute")
def test_what_cannot_be_spoken_is_told_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    own, greeting = PlanSpeech(tmp_path, lambda: set(), ()).speak(PLAN).problems

    assert (own.path, greeting.path) == ("prompts.flytt.text", "voicemails.bygg.text")
    assert own.message == "espeak-ng is not installed, which speaks it"
    assert own.advice == "Or record it: vaxeln prompt put flytt FILE"


@pytest.mark.usefixtures("mute")
def test_what_is_recorded_needs_no_voice(tmp_path: Path) -> None:
    assert problems(PLAN, tmp_path, "flytt") == ["voicemails.bygg.text"]
    assert problems(PLAN, tmp_path, "flytt", "brevlada") == []


def test_whoever_plays_nothing_speaks_nothing() -> None:
    assert unspoken(PLAN) == SILENT
