"""The parameters of the operations: what may stand in the path and the query, and its bounds."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from routing.hours import STOCKHOLM
from routing.numbers import NumberFormat, normalise
from routing.plan_part import Name
from routing.working_days import MAX_WORKING_DAYS
from telephony.admin.values import PendingPolicy
from telephony.admin.wire import ALL_NUMBERS, MAX_PAGE
from telephony.call.facts import Outcome
from telephony.desk.member_state import State
from telephony.simulate.values import MAX_DAYS, MAX_SEED, Staff

DEFAULT_PAGE = 50
"""Items of a page unless asked for more or less."""

MAX_HOURS_DAYS = 400
"""Days of effective hours at once: a year and what lies over its ends."""

MAX_AHEAD = timedelta(days=400)
"""How far ahead a plan may be dated: as far as hours are looked at."""

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
"""What lies outside is a slip of the finger, and no calendar knows it."""

_MAX_TEXT = 64


def _number(text: object) -> object:
    """As people write it, made E.164. A + that was not escaped in a query arrives as a blank."""
    if not isinstance(text, str) or text == ALL_NUMBERS:
        return text
    if len(text) > _MAX_TEXT:
        raise ValueError(f"must be at most {_MAX_TEXT} characters")
    return normalise(f"+{text[1:]}" if text.startswith(" ") else text, NumberFormat.NATIONAL)


def _digits(text: object) -> object:
    """Only digits: `1.0` and `1_0` are numbers to pydantic."""
    if isinstance(text, str) and not (text.isascii() and text.isdigit()):
        raise ValueError("must be a whole number in digits")
    return text


def _time(text: object) -> object:
    """ISO 8601; without an offset it is local time. Numbers are no times."""
    if not isinstance(text, str):
        raise ValueError("must be text such as 2026-12-23T15:05+01:00")
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise ValueError("must be a time such as 2026-12-23T15:05+01:00, or local 2026-12-23T15:05") from None
    if not EARLIEST <= at.date() <= LATEST:
        raise ValueError(f"must be from {EARLIEST} to {LATEST}")
    return (at if at.tzinfo else at.replace(tzinfo=STOCKHOLM)).astimezone(UTC)


def _day(text: object) -> object:
    if isinstance(text, str):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError("must be a day such as 2026-12-23") from None
        if not EARLIEST <= day <= LATEST:
            raise ValueError(f"must be from {EARLIEST} to {LATEST}")
        return day
    return text


_PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$"
"""No control characters, and none that cannot be seen: those that turn the direction of writing make a reason
read as another."""

Number = Annotated[str, Field(min_length=1, max_length=_MAX_TEXT), BeforeValidator(_number)]
Key = Annotated[str, Field(min_length=1, max_length=_MAX_TEXT)]
Cursor = Annotated[str, Field(max_length=200)]
Limit = Annotated[int, Field(ge=1, le=MAX_PAGE), BeforeValidator(_digits)]
CalendarYear = Annotated[int, Field(ge=EARLIEST.year, le=LATEST.year), BeforeValidator(_digits)]
WorkingDays = Annotated[int, Field(ge=1, le=MAX_WORKING_DAYS), BeforeValidator(_digits)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(_digits)]
Reason = Annotated[str, Field(min_length=3, max_length=200, pattern=_PRINTABLE)]
Owner = Annotated[str, Field(min_length=1, max_length=200, pattern=_PRINTABLE)]
Time = Annotated[datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


def _said(words: str, default: Any = ..., **more: Any) -> Any:
    return Field(default, description=words, **more)


class Parameters(BaseModel):
    """None; what is not declared is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ListParameters(Parameters):
    """A page of a list."""

    limit: Limit = _said("The most items of a page.", DEFAULT_PAGE)
    cursor: Cursor = _said("`next` of the page before; the first page when left out.", "")


class NumberParameters(Parameters):
    """One number."""

    number: Number = _said("The number, such as +46853061000 or 08-53061000.")


class OverrideParameters(Parameters):
    """One number, or all."""

    number: Number = _said("The number, such as +46853061000 or 08-53061000, or `all` for all of them.")


class HoursParameters(NumberParameters):
    """A period of whole days."""

    first: Day | None = _said("First day, local; today when left out.", None, alias="from")
    last: Day | None = _said("Last day, included; six days after the first when left out.", None, alias="to")

    def days(self, today: date) -> tuple[date, date]:
        """First and last day. Raises ValueError when the period is none or too long."""
        first = self.first or today
        last = self.last or first + timedelta(days=6)
        if not timedelta(0) <= last - first < timedelta(days=MAX_HOURS_DAYS):
            raise ValueError(f"must be at or after `from`, and at most {MAX_HOURS_DAYS} days in all")
        return first, last


class YearParameters(NumberParameters):
    """A number's hours of a year."""

    year: CalendarYear = _said("The year, such as 2027.")


class DueParameters(NumberParameters):
    """What is to be done within some working days."""

    days: WorkingDays = _said("How many working days there are for it, such as 2.")
    since: Time | None = _said("From when; now when left out.", None, alias="from")


class ExplainParameters(Parameters):
    """A call that might come."""

    number: Number = _said("The number dialled.")
    caller: Number | None = _said("The caller's number; hidden when left out.", None, alias="from")
    phone: Key | None = _said(
        "The phone account that calls, in place of somebody outside.", None, alias="from_phone"
    )
    at: Time | None = _said(
        "When; then everybody is supposed to be there. Now, with who is there, when left out.", None
    )

    @model_validator(mode="after")
    def _has_one_caller(self) -> "ExplainParameters":
        if self.caller is not None and self.phone is not None:
            raise ValueError("give `from` or `from_phone`, not both")
        return self


class GroupParameters(Parameters):
    """One group."""

    group: Key = _said("The group's key in the plan.")


class PromptParameters(Parameters):
    """One prompt."""

    prompt: Name = _said("The prompt's name, such as closed.")


class MemberParameters(Parameters):
    """One member of groups."""

    person: Key = _said("The person's name in the plan.")


class MembersParameters(ListParameters):
    """Which members of groups."""

    group: Key | None = _said("Members of this group.", None)
    state: State | None = _said("Members who are doing this now.", None)


class PhoneParameters(Parameters):
    """One phone account."""

    account: Key = _said("The account's name in the plan.")


class WhenParameters(Parameters):
    """When a plan comes into force, and what becomes of one that waits."""

    valid_from: Time | None = _said(
        f"When it comes into force, at most {MAX_AHEAD.days} days ahead; at once when left out.", None
    )
    pending: PendingPolicy | None = _said(
        "What becomes of a version that waits for its time: `withdraw` it, or `rebase` it, which makes it "
        "anew on top of this plan. While one waits, a change that does not say is refused.",
        None,
    )


class ApplyParameters(WhenParameters):
    """Why the plan is changed, and when."""

    reason: Reason = _said("Why, for whoever reads the versions later.")


class WithdrawParameters(Parameters):
    """Why the version that waits is withdrawn."""

    reason: Reason = _said("Why, for whoever reads the versions later.")


class VersionParameters(Parameters):
    """One version of the plan."""

    version: Version = _said("The version's number.")


class DiffParameters(Parameters):
    """What a plan is compared with."""

    against: Version | None = _said("A version of the plan; the one in force when left out.", None)


class VersionsParameters(Parameters):
    """Two versions of the plan."""

    before: Version = _said("The version that is compared with.", alias="from")
    after: Version = _said("The version that is compared.", alias="to")


class CalendarParameters(Parameters):
    """Days of a calendar."""

    calendar: Key = _said("The calendar's name in the plan.")
    first: Day | None = _said("First day; the first that it has when left out.", None, alias="from")
    last: Day | None = _said("Last day, included; the last that it has when left out.", None, alias="to")


class ImportParameters(Parameters):
    """Into which calendar events are put, and what becomes of its other days."""

    calendar: Key = _said("The calendar's name in the plan.")
    remove_others: bool = _said("Whether deviations of days that have no event are removed.", False)


class ImportReasonParameters(ImportParameters, WhenParameters):
    """The same, why, and when."""

    reason: Reason = _said("Why, for whoever reads the versions later.")


_REASON_TO_SEE = "Why callers of protected numbers must be shown: role operator, and it is journalled."


class CallParameters(Parameters):
    """One call."""

    call: Key = _said("The call's id.")
    reason: Reason | None = _said(_REASON_TO_SEE, None)


class CallsParameters(ListParameters):
    """Which calls."""

    number: Number | None = _said("Calls to this number of the plan.", None)
    outcome: Outcome | None = _said("Calls that ended so.", None)
    start: Time | None = _said("Calls that arrived then or later.", None, alias="from")
    end: Time | None = _said("Calls that arrived before then.", None, alias="to")
    answered_by: Key | None = _said("Calls that this person or trunk answered.", None)
    caller: Number | None = _said(
        "Calls from this number; those to protected numbers only with a `reason`.", None
    )
    reason: Reason | None = _said(_REASON_TO_SEE, None)

    @model_validator(mode="after")
    def _is_a_period(self) -> "CallsParameters":
        if self.start and self.end and self.end <= self.start:
            raise ValueError("`to` must be after `from`")
        return self


Seed = Annotated[int, Field(ge=0, le=MAX_SEED), BeforeValidator(_digits)]

_SEED = "Another seed gives another chance to all that is drawn; the same one always the same result."


class SimulationParameters(Parameters):
    """Which calls of the log are simulated, and how."""

    day: Day | None = _said("The calls of this day; in place of `from` and `to`.", None)
    first: Day | None = _said("The calls from this day on, local.", None, alias="from")
    last: Day | None = _said(f"To this day, included; at most {MAX_DAYS} days in all.", None, alias="to")
    staff: Staff = _said(
        "Whose phones are registered: everybody's, or those that were then, which the journal has to tell.",
        Staff.EVERYBODY,
    )
    seed: Seed = _said(_SEED, 1)

    @model_validator(mode="after")
    def _is_a_period(self) -> "SimulationParameters":
        if (self.day is None) == (self.first is None) or (self.first is None) != (self.last is None):
            raise ValueError("give `day`, or both `from` and `to`")
        if not timedelta(0) <= self.days()[1] - self.days()[0] < timedelta(days=MAX_DAYS):
            raise ValueError(f"`to` must be at or after `from`, and at most {MAX_DAYS} days in all")
        return self

    def days(self) -> tuple[date, date]:
        """First and last day."""
        first, last = self.day or self.first, self.day or self.last
        assert first is not None and last is not None  # it was validated
        return first, last


class LoadParameters(Parameters):
    """How an invented load is simulated."""

    seed: Seed = _said(_SEED, 1)


class DayParameters(Parameters):
    """A day of local time."""

    day: Day | None = _said("The day; today when left out.", None)
