"""What any part of a plan is."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Any part of a plan: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
