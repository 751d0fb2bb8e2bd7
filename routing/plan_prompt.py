"""Prompts that a plan defines by what they say."""

from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from routing.plan_part import VISIBLE, Part

MAX_SPOKEN = 100
"""Each takes half a second to be spoken when the plan is applied, and 160 kB of memory."""

MAX_TEXT = 700
"""More is longer than a minute, for which nobody listens."""


def _one_line(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


class SpokenPrompt(Part):
    """A prompt that is spoken by the service when the plan is applied, in place of any of that name that
    comes with it. A recording of that name goes before it."""

    text: Annotated[
        str,
        BeforeValidator(_one_line),
        StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=VISIBLE),
    ]
