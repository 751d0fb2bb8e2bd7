"""Problem documents (RFC 9457): the one place where errors become answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from routing.errors import PlanInvalid, PlanRefused, RoutingError
from routing.rebase import RebaseConflict
from telephony.admin.errors import FieldError, Kind, NotAllowed, NotFound, NotKept, Refusal
from telephony.archive.errors import DatabaseError, VersionConflict, VersionWaits
from telephony.errors import Busy, VaxelnError

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "/api/v1/docs#"
"""A problem's type leads to its words on the API's page (RFC 9457 3.1.1 allows a relative reference)."""

AWAY_SECONDS = 5
"""When to ask again while the database is away: it is looked for about as often."""

MAX_ERRORS = 100
"""Values named in one problem: who has more wrong than this sends another document."""


@dataclass(frozen=True, slots=True)
class ProblemDocument:
    """Why a request was refused (RFC 9457). `errors` names every value that is not allowed."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...]


_EXAMPLES = {
    Kind.INVALID: (FieldError("?limit", "string", "Input should be less than or equal to 200"),),
    Kind.PLAN_INVALID: (FieldError("calendars.kontorstid.weekly.mon[0]", "08:00", "must be HH:MM-HH:MM"),),
    Kind.PLAN_REFUSED: (
        FieldError("groups.kontaktcenter.members[0]", "", 'there is no person "amina": add it under people'),
    ),
    Kind.PLAN_PENDING: (FieldError("?pending", "nothing", "what is to become of it: withdraw or rebase"),),
    Kind.PROMPT_USED: (FieldError("menus.vaxel.prompt", "", 'there is no prompt "meny"'),),
    Kind.REBASE_CONFLICT: (
        FieldError(
            "groups.bygglov.ring_seconds",
            "5.0",
            "it was 15.0, waits to be 30.0, and becomes 5.0; change one of them",
        ),
    ),
}
"""Values that problems of these kinds name, for the API's document."""

_DETAILS = {
    Kind.NOT_FOUND: "there is no number +46853061999 in the plan",
    Kind.RECORDING_REFUSED: "it is 75.2 s long; allowed are 0.1 to 60 s",
}

_ADAPTER = TypeAdapter(ProblemDocument)


def problem_response(refusal: Refusal) -> web.Response:
    """The answer that tells it."""
    kind = refusal.kind
    return web.Response(
        body=_ADAPTER.dump_json(
            ProblemDocument(
                f"{TYPE_BASE}{kind.slug}", kind.title, kind.status, str(refusal), refusal.errors[:MAX_ERRORS]
            )
        ),
        status=kind.status,
        headers={**refusal.headers, "Content-Type": MEDIA_TYPE},
    )


def example_of(kind: Kind) -> ProblemDocument:
    """A problem of this kind, as the API's document shows it."""
    errors = _EXAMPLES.get(kind, ())
    detail = _DETAILS.get(kind, "")
    return ProblemDocument(f"{TYPE_BASE}{kind.slug}", kind.title, kind.status, detail, errors)


def refusal_of(error: VaxelnError | RoutingError | TimeoutError | web.HTTPException) -> Refusal:
    """What an error means to who asked. An error that nobody foresaw is raised again."""
    match error:
        case Refusal():
            return error
        case NotFound():
            return Refusal(Kind.NOT_FOUND, str(error))
        case PlanInvalid(faults=faults):
            errors = [FieldError(fault.path, fault.value, fault.allowed) for fault in faults]
            return Refusal(Kind.PLAN_INVALID, _count(errors, error), errors)
        case PlanRefused(problems=problems):
            errors = [FieldError(p.path, p.message, p.advice) for p in problems]
            return Refusal(Kind.PLAN_REFUSED, _count(errors, error), errors)
        case VersionConflict(current=current):
            detail = f"version {current} is in force: read it, see what differs, and try again"
            return Refusal(Kind.LOST_RACE, detail, headers={"ETag": f'"{current}"'})
        case VersionWaits() | RebaseConflict():
            return _pending(error)
        case DatabaseError() | NotKept() | Busy() | TimeoutError():
            return _later(error)
        case NotAllowed(path=path):
            errors = [FieldError(path, "string", str(error))]
            return Refusal(Kind.INVALID, "the body has a value that is not allowed", errors)
        case web.HTTPMethodNotAllowed(allowed_methods=allowed):
            methods = ", ".join(sorted(allowed))
            return Refusal(Kind.METHOD, f"allowed are {methods}", headers={"Allow": methods})
        case web.HTTPNotFound():
            return Refusal(Kind.NOT_FOUND, "there is nothing at this address")
        case web.HTTPExpectationFailed():
            return Refusal(Kind.EXPECTATION, "allowed is 100-continue")
        case _:
            raise error


def too_often(seconds: float) -> Refusal:
    """Somebody asks too often; `seconds` is when they may again."""
    wait = max(1, round(seconds + 0.5))
    return Refusal(Kind.TOO_OFTEN, f"ask again in {wait} s", headers={"Retry-After": str(wait)})


def field_errors(refused: ValidationError, known: Iterable[str], *, of_body: bool) -> list[FieldError]:
    """What pydantic found, without the values. `known` are the names that may be given."""
    errors = []
    for error in refused.errors(include_url=False):
        path = _pointer(error["loc"]) if of_body else f"?{''.join(map(str, error['loc']))}"
        allowed = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            allowed = f"unknown here; known are {', '.join(known) or 'none'}"
        value = "nothing" if error["type"] == "missing" else _value_class(error["input"])
        errors.append(FieldError(path, value, allowed))
    return errors


def _later(error: DatabaseError | NotKept | Busy | TimeoutError) -> Refusal:
    match error:
        case DatabaseError():
            kind, detail = Kind.DATABASE_AWAY, "calls go on, and what needs no database works"
        case NotKept():
            kind, detail = Kind.NOT_KEPT, "nothing was changed; the service's log says what is wrong"
        case Busy():
            kind, detail = Kind.BUSY, f"{error}; nothing was changed"
        case _:
            kind, detail = Kind.BUSY, "it may still happen: look before you ask again"
    return Refusal(kind, detail, headers={"Retry-After": str(AWAY_SECONDS)})


def _pending(error: VersionWaits | RebaseConflict) -> Refusal:
    """The version that waits is in the way, and how."""
    match error:
        case VersionWaits(version=version, author=author, reason=reason, valid_from=at):
            when = at.isoformat() if at else "now"
            detail = f"version {version} by {author} comes into force at {when}: {reason}"
            errors = [FieldError("?pending", "nothing", "what is to become of it: withdraw or rebase")]
            return Refusal(Kind.PLAN_PENDING, detail, errors)
        case RebaseConflict(count=count, conflicts=conflicts):
            allowed = "it was {0.base}, waits to be {0.pending}, and becomes {0.applied}; change one of them"
            errors = [FieldError(at.path, at.applied, allowed.format(at)) for at in conflicts]
            detail = f"places that the version that waits changes too: {count}"
            return Refusal(Kind.REBASE_CONFLICT, detail, errors)


def _count(errors: Sequence[FieldError], error: RoutingError) -> str:
    """How many there are, and in what, where that was noted."""
    count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
    return " ".join([count, *getattr(error, "__notes__", ())])


def _pointer(location: Sequence[int | str]) -> str:
    """RFC 6901."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)


def _value_class(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", dict: "object", list: "array"}
    return names.get(type(value), "null")
