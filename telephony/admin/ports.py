"""The running service as the HTTP side sees it.

`by` is who asks: the name of a token, or `local:USER` on the admin socket; the service journals it with every
change. Every method is a coroutine so that it may leave the event loop; those that must say so. A list is
given a page at a time: at most `limit` items, those that sort after the key `after` ("" is before all).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from routing.comparison import PlanComparison
from routing.decision import Decision
from routing.override import Override
from routing.problem import Problem
from telephony.admin.values import (
    Draft,
    Due,
    GroupState,
    HoursSpan,
    KeyFigures,
    Live,
    LiveListener,
    NumberState,
    Overrides,
    PendingPolicy,
    PhoneState,
    PlanMade,
    PlanWaiting,
    PromptState,
    Registration,
    ServiceStatus,
)
from telephony.archive.call_log import After, CallFilter
from telephony.archive.plan_store import ListedVersion, PlanHead, PlanVersion
from telephony.call.explained import Explained
from telephony.call.record import Record
from telephony.desk.member_change import Change
from telephony.desk.member_state import Member, State
from telephony.simulate.values import Staff


class Health(Protocol):
    """Whether the service does its work, and whether new calls should be sent to it."""

    def health(self) -> dict[str, object]:
        """The object of /healthz: `status` is `ok`, `draining` or `failing`, and what it is made of."""

    def readiness(self) -> dict[str, object]:
        """The object of /readyz: `status` is `ready`, `starting` or `draining`, and what it is made of."""

    def metrics_text(self) -> bytes:
        """The figures in Prometheus' text format."""


class PlanDesk(Protocol):
    """The plan in force and its versions (P1).

    A plan may be 2 MB, and reading, checking, comparing or compiling it takes seconds: whatever takes a
    `Draft` or makes tables does that off the event loop.
    """

    async def plan(self) -> PlanVersion:
        """The version in force, from memory: it does not need the database."""

    async def check_plan(self, draft: Draft) -> Sequence[Problem]:
        """All that is wrong or doubtful, errors first. Raises PlanInvalid. Off the loop."""

    async def diff_plan(self, draft: Draft, against: int | None) -> PlanComparison:
        """What applying the draft would change in the plan in force, or in that version of it. Raises
        PlanInvalid, and with a version NotFound and DatabaseAway. Off the loop."""

    async def diff_versions(self, before: int, after: int) -> PlanComparison:
        """What the second of two versions has another. Raises NotFound and DatabaseAway. Off the loop."""

    async def apply_plan(
        self,
        draft: Draft,
        *,
        expected: int,
        by: str,
        reason: str,
        valid_from: datetime | None = None,
        pending: PendingPolicy | None = None,
    ) -> PlanMade:
        """Store it as the next version and put it in force, at once or at `valid_from`; journalled. Compiled
        off the loop.

        Raises PlanInvalid, PlanRefused, VersionConflict when the version in force is not `expected`,
        VersionWaits when one waits and `pending` does not say what becomes of it, RebaseConflict, and
        DatabaseAway.
        """

    async def pending_plan(self) -> PlanWaiting:
        """The version that waits for its time. Raises NotFound. Compared off the loop."""

    async def withdraw_plan(self, *, expected: int, by: str, reason: str) -> PlanHead:
        """Withdraw it; journalled. Raises NotFound, VersionConflict when it is not `expected`, and
        DatabaseAway."""

    async def plan_versions(self, before: int | None, limit: int) -> Sequence[ListedVersion]:
        """Versions under `before`, the newest first. Raises DatabaseAway."""

    async def plan_version(self, version: int) -> PlanVersion:
        """One version. Raises NotFound and DatabaseAway."""

    async def roll_back(
        self,
        version: int,
        *,
        expected: int,
        by: str,
        reason: str,
        valid_from: datetime | None = None,
        pending: PendingPolicy | None = None,
    ) -> PlanMade:
        """Put the content of an old version in force as a new version; journalled. Compiled off the loop.

        Raises NotFound, and as `apply_plan`.
        """


class SimulationDesk(Protocol):
    """What a plan that is not in force would do. It works beside the service, one at a time, and stops when
    it is cancelled.

    Each gives the JSON of a `simulate.result.Simulation`, and raises PlanInvalid, PlanRefused, Busy, and
    Refusal for what cannot be simulated.
    """

    async def simulate_log(self, draft: Draft, first: date, last: date, staff: Staff, seed: int) -> str:
        """With the calls of the log of these days of local time. Raises DatabaseAway too."""

    async def simulate_load(self, text: str, seed: int) -> str:
        """With an invented load: `text` is JSON as `bodies.LoadWanted` has it."""


class NumberDesk(Protocol):
    """Numbers, their hours and their overrides (P9)."""

    async def numbers(self, after: str, limit: int) -> Sequence[NumberState]:
        """Numbers of the plan by number. Off the loop where it takes long."""

    async def number(self, number: str) -> NumberState:
        """One of them. Raises NotFound."""

    async def hours(self, number: str, start: datetime, end: datetime) -> Sequence[HoursSpan]:
        """When it is open by plan and overrides, without gaps. Raises NotFound. Off the loop.

        The period is at most `parameters.MAX_HOURS_DAYS`.
        """

    async def due(self, number: str, since: datetime, days: int) -> Due:
        """When something is due that has this many working days, by the number's calendar (P14). Raises
        NotFound. `days` is at most `working_days.MAX_WORKING_DAYS`. Off the loop."""

    async def overrides(self) -> Overrides:
        """All that are in force."""

    async def set_override(self, number: str, override: Override, *, by: str) -> None:
        """Put it in force in place of any other of this number, "" for all; journalled. Raises NotFound,
        and NotAllowed for an announcement that does not exist."""

    async def end_override(self, number: str, *, by: str) -> None:
        """End it; journalled. Raises NotFound when there is none."""

    async def explain(
        self, number: str, caller: str | None, at: datetime | None, phone: str | None = None
    ) -> Decision:
        """Where a call from outside would go, or one of this phone account; raises NotFound when the plan has
        none such. With `at` None: now, with who is there at this moment; else everybody is supposed to be
        there, and overrides count that are in force then."""


class StaffRoom(Protocol):
    """Groups, their members and the phones (P4, P11)."""

    async def groups(self, after: str, limit: int) -> Sequence[GroupState]:
        """Groups of the plan by key, with the live state of their members."""

    async def group(self, group: str) -> GroupState:
        """One of them. Raises NotFound."""

    async def phones(self, after: str, limit: int) -> Sequence[PhoneState]:
        """Phone accounts of the plan by account."""

    async def set_password(self, phone: str, password: str, *, by: str) -> None:
        """Keep a new password of a phone account; journalled without it. Raises NotFound. Off the loop."""

    async def registrations(self, after: str, limit: int) -> Sequence[Registration]:
        """Phones that can be reached now, by account."""


class PromptDesk(Protocol):
    """What callers hear, and recordings in its place."""

    async def prompts(self, after: str, limit: int) -> Sequence[PromptState]:
        """Prompts by name."""

    async def prompt(self, name: str) -> PromptState:
        """One of them. Raises NotFound."""

    async def prompt_sound(self, name: str) -> bytes:
        """What callers hear, as WAV file. Raises NotFound."""

    async def put_recording(self, name: str, octets: bytes, *, by: str) -> PromptState:
        """Make a prompt of a WAV file, in place of another or new; journalled. Converted off the loop. Raises
        Refusal for what cannot be played, DatabaseAway, NotKept and Busy."""

    async def remove_recording(self, name: str, *, by: str) -> None:
        """Have what it stood before heard again; journalled. Raises NotFound, Refusal when the plan in force
        names it and nothing stands behind it, DatabaseAway and NotKept."""


class MemberRoom(Protocol):
    """What the members of groups are doing."""

    async def members(
        self, after: str, limit: int, *, group: str | None = None, state: State | None = None
    ) -> Sequence[Member]:
        """Members by their key in the plan, of a group and in a state if these are given. Raises NotFound for
        the group."""

    async def member(self, person: str) -> Member:
        """One of them. Raises NotFound."""

    async def change_member(self, asked: Change) -> Member:
        """Make it so, journalled, and give what they are doing afterwards. Raises NotFound, and NotAllowed
        for a group or reason that is none of theirs or the plan's."""


class LiveRoom(Protocol):
    """What goes on now among members and waiting callers."""

    async def live(self) -> Live:
        """All of it, from memory."""

    async def listen(self) -> LiveListener:
        """Hear of it as it changes; the first event is all of it. Raises Busy."""


class CallDesk(Protocol):
    """The call log and what is counted in it (P5, P17). All raise DatabaseAway."""

    async def calls(self, asked: CallFilter, after: After | None, limit: int) -> Sequence[Record]:
        """Calls, the newest first, from after that place. The HTTP side masks them."""

    async def call(self, call: str) -> Record:
        """One call. Raises NotFound."""

    async def explain_call(self, call: str) -> tuple[Record, Explained]:
        """One call, what was decided in it, and what the plan in force would do. Raises NotFound. Off the
        loop where it takes long."""

    async def note_callers_shown(self, *, by: str, reason: str, asked: str) -> None:
        """Journal that callers of protected numbers are about to be shown; `asked` is the request's filter in
        words."""

    async def key_figures(self, day: date | None) -> KeyFigures:
        """The key figures of a day of local time; today when None."""


class Condition(Protocol):
    """How the service and what it leans on are doing."""

    async def status(self) -> ServiceStatus:
        """From memory: it does not need the database."""


class Administration(
    PlanDesk,
    SimulationDesk,
    NumberDesk,
    StaffRoom,
    MemberRoom,
    LiveRoom,
    PromptDesk,
    CallDesk,
    Condition,
    Protocol,
):
    """All that the admin API reaches."""
