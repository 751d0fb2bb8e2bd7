"""What a plan has spoken, made ready when the plan is: nobody ever waits for it on the telephone."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from routing.plan import Plan
from routing.problem import Problem, error
from routing.prompt_texts import greetings_of, texts_of
from telephony.media.prompts import Prompt
from telephony.media.speech import Speech


@dataclass(frozen=True, slots=True)
class SpokenPlan:
    """The plan's own prompts by name, its greetings that stand in where there is no prompt of that name, and
    what could not be spoken."""

    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    greetings: Mapping[str, Prompt] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


SILENT = SpokenPlan()

Speak = Callable[[Plan], SpokenPlan]
"""It blocks: for the thread that works on plans."""


def unspoken(_: Plan) -> SpokenPlan:
    """For whoever plays nothing."""
    return SILENT


class PlanSpeech:
    """Speaks plans for one service, whose data folder this is. `names` are the prompts that exist beside a
    plan's own, `recorded` those among them that are recordings."""

    def __init__(self, data: Path, names: Callable[[], Collection[str]], recorded: Collection[str]) -> None:
        self._speech = Speech(data / "prompts" / "spoken")
        self._names = names
        self._recorded = recorded

    def speak(self, plan: Plan) -> SpokenPlan:
        """All that it has spoken. What is recorded needs no voice."""
        names = self._names()
        own = self._speech.speak(texts_of(plan))
        greetings = self._speech.speak(
            {name: text for name, text in greetings_of(plan).items() if name not in names}
        )
        missing = [(f"prompts.{name}.text", name, why) for name, why in own.problems.items()]
        missing += [
            (f"voicemails.{key}.text", box.greeting, greetings.problems[box.greeting])
            for key, box in plan.voicemails.items()
            if box.greeting in greetings.problems
        ]
        problems = [
            error(path, why, f"Or record it: vaxeln prompt put {name} FILE")
            for path, name, why in missing
            if name not in self._recorded
        ]
        return SpokenPlan(own.prompts, greetings.prompts, tuple(problems))
