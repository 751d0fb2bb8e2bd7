"""The bodies of the operations: what may be sent, and how it is read."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from routing.load import MAX_CHARACTERS
from routing.plan import Plan
from routing.plan_part import Name
from telephony.admin.errors import Kind, Refusal
from telephony.admin.parameters import Key, Owner, Reason, Time, Version
from telephony.admin.problems import field_errors
from telephony.admin.values import Draft, Form
from telephony.admin.wire import ICAL, JSON, TOML, WAV
from telephony.desk.member_change import Wanted
from telephony.ical.reading import MAX_OCTETS
from telephony.simulate.load import Load

MAX_BODY = 64 * 1024
"""Octets of a body that is no plan: such a body has a few short texts."""

MAX_RECORDING = 16 * 1024 * 1024
"""Octets of a WAV file."""

MAX_OVERRIDE = timedelta(days=31)
"""The longest override: what lasts longer is a change of the plan, which more eyes see."""


def _no_text(value: object) -> object:
    """In JSON a number is no text, and true is not 1."""
    if isinstance(value, bool | str):
        raise ValueError("must be a whole number")
    return value


class Given(BaseModel):
    """A body in JSON: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OverrideWanted(Given):
    """An override as it is asked for: open or closed, until when, why, and who answers for it."""

    open: Annotated[bool, Strict()] = Field(description="true opens, false closes.")
    until: Time = Field(
        description=f"When it ends by itself: in the future, at most {MAX_OVERRIDE.days} days."
    )
    reason: Reason = Field(description="Why; it is shown with the number.")
    owner: Owner = Field(description="Who answers for it: a person or function that can be asked.")
    announcement: Name | None = Field(
        None,
        description="What callers hear while it is closed so; what they hear at other times if left out.",
    )

    @field_validator("announcement")
    @classmethod
    def _is_heard(cls, name: str | None, others: ValidationInfo) -> str | None:
        if name is not None and others.data.get("open") is True:
            raise ValueError("is heard only while it is closed: leave it out, or close")
        return name


class MemberStateWanted(Given):
    """What a member is to be."""

    state: Wanted = Field(description="What they are to be.")
    reason: Reason | None = Field(
        None, description="Why they have a pause: one of the plan's `pause_reasons`. Of `paused` alone."
    )
    group: Key | None = Field(
        None, description="The group to log in to or out of; all when left out. Of these two alone."
    )

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> "MemberStateWanted":
        if (self.reason is not None) != (self.state is Wanted.PAUSED):
            raise ValueError("`reason` belongs to `paused`, which needs one")
        if self.group is not None and self.state not in (Wanted.LOGGED_IN, Wanted.LOGGED_OUT):
            raise ValueError("`group` belongs to `logged_in` and `logged_out`: a pause is of all groups")
        return self


class PasswordWanted(Given):
    """A phone's new password. It is kept as hashes and can never be read."""

    password: Annotated[
        str, StringConstraints(min_length=8, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")
    ] = Field(description="8 to 128 printable characters.", repr=False, json_schema_extra={"writeOnly": True})


class RollBack(Given):
    """Which version to return to, and why."""

    version: Annotated[Version, BeforeValidator(_no_text)] = Field(
        description="The version whose content is wanted."
    )
    reason: Reason = Field(description="Why, for whoever reads the versions later.")


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A body that is one object of a model."""

    model: type[Given]

    @property
    def media_types(self) -> tuple[str, ...]:
        """JSON alone."""
        return (JSON,)

    @property
    def max_octets(self) -> int:
        """A few short texts."""
        return MAX_BODY

    def read(self, octets: bytes, _: str) -> object:
        """The object. Raises Refusal."""
        try:
            document = json.loads(text_of(octets))
        except (ValueError, RecursionError):  # without its cause, which would show the body
            raise Refusal(Kind.MALFORMED, "the body must be JSON") from None
        try:
            return self.model.model_validate(document)
        except ValidationError as error:
            errors = field_errors(error, self.model.model_fields, of_body=True)
        raise Refusal(Kind.INVALID, "the body has values that are not allowed", errors)

    def schema(self, ref_template: str) -> dict[str, Any]:
        """The model's."""
        return self.model.model_json_schema(ref_template=ref_template)


@dataclass(frozen=True, slots=True)
class PlanBody:
    """A whole plan, as TOML or JSON. It is read where it is used, off the event loop."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """JSON and TOML."""
        return (JSON, TOML)

    @property
    def max_octets(self) -> int:
        """As many as `load_plan` reads characters."""
        return MAX_CHARACTERS

    def read(self, octets: bytes, media_type: str) -> object:
        """The text, with how it is written. Raises Refusal."""
        return Draft(text_of(octets), Form.TOML if media_type == TOML else Form.JSON)

    def schema(self, ref_template: str) -> dict[str, Any]:
        """The plan's."""
        return Plan.model_json_schema(ref_template=ref_template)


class LoadWanted(Given):
    """A plan, as object or its TOML as text, and the load that is invented for it."""

    plan: Plan | str = Field(description="The plan, or its TOML as one text.")
    load: Load = Field(description="How many calls come when, and how patient everybody is.")


@dataclass(frozen=True, slots=True)
class LoadBody:
    """A whole plan and a load, as JSON. It is read where it is used, off the event loop."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """JSON alone."""
        return (JSON,)

    @property
    def max_octets(self) -> int:
        """Those of a plan."""
        return MAX_CHARACTERS

    def read(self, octets: bytes, _: str) -> object:
        """The text. Raises Refusal."""
        return Draft(text_of(octets), Form.JSON)

    def schema(self, ref_template: str) -> dict[str, Any]:
        """The model's, which nobody makes an object of here."""
        return LoadWanted.model_json_schema(ref_template=ref_template)


@dataclass(frozen=True, slots=True)
class IcalBody:
    """Events as iCalendar (RFC 5545). They are read where they are used, off the event loop."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """iCalendar alone."""
        return (ICAL,)

    @property
    def max_octets(self) -> int:
        """As many as are read."""
        return MAX_OCTETS

    def read(self, octets: bytes, _: str) -> object:
        """The octets as they came."""
        return octets

    def schema(self, _: str) -> dict[str, Any]:
        """It has no JSON form."""
        return {"type": "string", "description": "A VCALENDAR with VEVENTs (RFC 5545)."}


@dataclass(frozen=True, slots=True)
class WavBody:
    """A recording. It is read where it is used, off the event loop."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """The names that WAV goes by."""
        return (WAV, "audio/x-wav", "audio/wave", "audio/vnd.wave")

    @property
    def max_octets(self) -> int:
        """A minute in 48 kHz, 16 bit, stereo is 11.5 MB."""
        return MAX_RECORDING

    def read(self, octets: bytes, _: str) -> object:
        """The octets as they came."""
        return octets

    def schema(self, _: str) -> dict[str, Any]:
        """It has no JSON form."""
        return {"type": "string", "format": "binary", "description": "A WAV file."}


def text_of(octets: bytes) -> str:
    """The octets as text. Raises Refusal."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(Kind.MALFORMED, "the body must be text in UTF-8") from None
