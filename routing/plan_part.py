"""What every part of a plan is made of."""

import re
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Strict, StringConstraints, model_validator

_NAME = "[a-z0-9][a-z0-9_.-]{0,63}"
NAME_RULE = '1 to 64 of a-z, 0-9, "_", "." and "-", the first a letter or digit'
NAME_PATTERN = f"^{_NAME}$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
# Nothing that cannot be seen, or that turns the direction of writing: what is read is what is meant
VISIBLE = r"^[^\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$"
Text = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=VISIBLE)]
Flag = Annotated[bool, Strict()]


def is_name(text: str) -> bool:
    """Whether something in a plan may be called so."""
    return re.fullmatch(_NAME, text) is not None


class Part(BaseModel):
    """Any part of a plan: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


class Entry(Part):
    """A part of which a plan may have thousands. Each lets other threads in.

    Pydantic holds the interpreter from one call into Python to the next: with 10,000 people for 50 ms, in
    which no call would be answered.
    """

    @model_validator(mode="after")
    def _let_others_in(self) -> Self:
        return self
