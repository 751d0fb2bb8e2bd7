"""The queue of a group, as the plan has it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict, model_validator

from routing.decision import CALLBACK_KEY
from routing.plan_flow import Flow
from routing.plan_menu import Key
from routing.plan_part import Flag, Name, Part

Seconds = Annotated[float, Strict()]


class AtClosing(StrEnum):
    """What becomes of those who wait when the number closes by which they came."""

    SERVE = "serve"
    LEAVE = "leave"


class Queue(Part):
    """Where callers of a group wait for their turn, in order of arrival; `priority` of the number goes first.

    max_waiting: how many at once; whoever comes then goes on by the number's `full`. max_wait_seconds: the
    longest that one waits, before the number's `no_answer`. staffed_only: nobody waits while no member is
    there, but goes on by `nobody_there`.
    at_closing: who waits is served for closing_seconds more, or leaves at once; then by `closed`.
    retry_seconds: how long a member is left alone who has missed a call, missed_limit: after how many in a
    row they are given a pause (0: never). wrap_up_seconds: what a member has after each call to write down.
    welcome, comfort, music: prompts; comfort is said after comfort_seconds of music, over and over. position,
    estimate, closing: whether callers are told their place, the time they will wait, and when it closes.
    keys: what a caller may press meanwhile, and where that leads. callback: whether they may press 1 to keep
    their place and be called back; not at a protected number, where nobody is to know who called.
    """

    max_waiting: Annotated[int, Strict(), Field(ge=1, le=500)] = 50
    max_wait_seconds: Annotated[Seconds, Field(ge=10, le=7200)] = 1200.0
    staffed_only: Flag = True
    at_closing: AtClosing = AtClosing.SERVE
    closing_seconds: Annotated[Seconds, Field(ge=0, le=7200)] = 1800.0
    retry_seconds: Annotated[Seconds, Field(ge=1, le=600)] = 5.0
    missed_limit: Annotated[int, Strict(), Field(ge=0, le=20)] = 3
    wrap_up_seconds: Annotated[Seconds, Field(ge=0, le=900)] = 0.0
    music: Name = "music"
    welcome: Name = "queue_welcome"
    comfort: Name = "queue_comfort"
    comfort_seconds: Annotated[Seconds, Field(ge=10, le=600)] = 45.0
    position: Flag = True
    estimate: Flag = True
    closing: Flag = True
    keys: dict[Key, Flow] = Field(default_factory=dict)
    callback: Flag = False

    @model_validator(mode="after")
    def _has_one_use_of_a_key(self) -> "Queue":
        if self.callback and CALLBACK_KEY in self.keys:
            raise ValueError(f"callback = true takes the key {CALLBACK_KEY}: give this one another")
        return self
