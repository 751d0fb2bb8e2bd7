"""Menus, and boxes that take messages, as the plan has them."""

from typing import Annotated

from pydantic import Field, Strict, StringConstraints, model_validator

from routing.plan_flow import Flow
from routing.plan_part import Name, Part, Text
from routing.plan_values import Series

KEYS = "1234567890*#"
"""The keys of a telephone."""

CENTRE_KEY = "0"
"""The key that leads to Kontaktcenter unless the plan says otherwise: nobody is left alone with a menu."""

KEY_PATTERN = "^[0-9*#]$"
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]


class Extensions(Part):
    """Numbers of the plan that callers may key in a menu: those that begin with `series`, by their last
    `digits`. Only what can be dialled from outside (P11)."""

    series: Series
    digits: Annotated[int, Strict(), Field(ge=2, le=10)]


class Menu(Part):
    """What a caller chooses from by a key.

    `prompt` is said at most `tries` times, and after each there are `wait_seconds` for a key. Whoever presses
    none goes on to `no_key`; that and the key 0, when they are left out, are Kontaktcenter's number.
    `extensions`: what else may be keyed, so none of them begins with a key of the menu.
    """

    prompt: Name
    keys: Annotated[dict[Key, Flow], Field(min_length=1)]
    no_key: Flow | None = None
    wait_seconds: Annotated[float, Strict(), Field(ge=1, le=30)] = 5.0
    tries: Annotated[int, Strict(), Field(ge=1, le=5)] = 2
    extensions: Extensions | None = None


class Voicemail(Part):
    """A box that takes messages, of one function or one person.

    `greeting` is the prompt before the tone, `text` what it says: whom the caller has reached, and where else
    to turn (P12).
    """

    function: Text | None = None
    person: Name | None = None
    greeting: Name
    text: Annotated[str, StringConstraints(max_length=1000)] = ""

    @model_validator(mode="after")
    def _is_somebodys(self) -> "Voicemail":
        if (self.function is None) == (self.person is None):
            raise ValueError("must have exactly one of function, person")
        return self
