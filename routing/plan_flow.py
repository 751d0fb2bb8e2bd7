"""Where calls go: one destination, or several of which the first counts whose conditions hold."""

from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Field, Strict, Tag, model_validator

from routing.decision import CallerKind
from routing.plan_part import Flag, Name, Part
from routing.plan_values import E164, Series, listed

MAX_CASES = 20
"""Nobody follows more by reading, and every call may have to go through all of them."""

MAX_LISTED = 500
"""More callers than somebody looks after by hand are a register, which has no place in a plan."""


class When(Part):
    """Conditions, all of which have to hold.

    `caller` is of this kind; with `listed` the number is on the list `list`. `open` and `closed` are
    calendars that are so at that moment, whatever was opened or closed by hand.
    """

    caller: CallerKind | None = None
    list: Name | None = None
    open: Name | None = None
    closed: Name | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "When":
        if not (self.caller or self.list or self.open or self.closed):
            raise ValueError("must have at least one of caller, open, closed")
        if (self.caller is CallerKind.LISTED) != (self.list is not None):
            raise ValueError('caller = "listed" and list = "NAME" belong together')
        return self


class Destination(Part):
    """Where a call goes: exactly one of number (its whole flow), group, person, phone, outside, announcement,
    voicemail, menu and reject.

    `phone` is a single account. `outside` is a number of the public network, by the trunks that take such
    calls. `announcement` is the name of a prompt; with `early` it is played before an answer (183), then
    refused with 480; with `next_opening` it goes on to say when the number opens again, if it is closed
    (left out it is as the municipality has it). `voicemail` and `menu` are names in the plan. `reject` is the
    SIP status to refuse with.
    """

    number: E164 | None = None
    group: Name | None = None
    person: Name | None = None
    phone: Name | None = None
    outside: E164 | None = None
    announcement: Name | None = None
    early: Flag = False
    next_opening: Flag | None = None
    voicemail: Name | None = None
    menu: Name | None = None
    reject: Annotated[int, Strict(), Field(ge=400, le=699)] | None = None

    @model_validator(mode="after")
    def _is_one_place(self) -> "Destination":
        if sum(getattr(self, place) is not None for place in PLACES) != 1:
            raise ValueError(f"must have exactly one of {', '.join(PLACES)}")
        if self.early and self.announcement is None:
            raise ValueError("early belongs to an announcement")
        if self.next_opening is not None and self.announcement is None:
            raise ValueError("next_opening belongs to an announcement")
        return self


PLACES = ("number", "group", "person", "phone", "outside", "announcement", "voicemail", "menu", "reject")


class Case(Destination):
    """A destination under conditions; without `when` it always counts."""

    when: When | None = None


def _form(value: object) -> str:
    return CASES if isinstance(value, list | tuple) else ONE


# How a place in a plan is told does not have them: see `load`
ONE, CASES = "[one]", "[cases]"

Flow = Annotated[
    Annotated[Destination, Tag(ONE)]
    | Annotated[tuple[Case, ...], Field(min_length=1, max_length=MAX_CASES), Tag(CASES)],
    Discriminator(_form),
]
"""A destination, or cases that are tried in order."""


class CallerList(Part):
    """Callers by their numbers, or the beginnings of these. It is personal data: who may read the plan reads
    it."""

    numbers: Annotated[tuple[E164, ...], Field(max_length=MAX_LISTED), BeforeValidator(listed)] = ()
    series: Annotated[tuple[Series, ...], Field(max_length=MAX_LISTED), BeforeValidator(listed)] = ()

    @model_validator(mode="after")
    def _has_somebody(self) -> "CallerList":
        if not self.numbers and not self.series:
            raise ValueError("must have numbers or series")
        return self
