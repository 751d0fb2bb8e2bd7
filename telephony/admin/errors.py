"""What can go wrong when the service is administered.

AdminError(VaxelnError)
├── NotFound        there is no such number, phone, call or plan version
├── NotAllowed      a value that the service does not take
├── NotKept        the disk does not take what should be kept
├── Refusal         the request is answered with a problem document (RFC 9457), whose kind it carries
├── ServiceAway     seen by a client: no service answers
└── ServiceRefused  seen by a client: the service answered with a problem

Ports also raise `routing.errors.PlanInvalid` and `PlanRefused`, `routing.rebase.RebaseConflict`,
`telephony.archive.errors.DatabaseAway`, `VersionConflict` and `VersionWaits`. `problems.refusal_of` maps all
of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from telephony.errors import VaxelnError


class Kind(Enum):
    """A kind of problem: its name, which ends its `type`, the HTTP status and the title."""

    MALFORMED = ("malformed", 400, "The request cannot be read")
    NO_TOKEN = ("no-token", 401, "A token is needed")
    FORBIDDEN = ("forbidden", 403, "The token's role does not allow this")
    NOT_FOUND = ("not-found", 404, "There is no such thing")
    METHOD = ("method-not-allowed", 405, "This cannot be done here")
    NOT_ACCEPTABLE = ("not-acceptable", 406, "There is no such representation")
    SLOW = ("too-slow", 408, "The request did not arrive in time")
    PLAN_PENDING = ("plan-pending", 409, "A version of the plan waits for its time")
    PROMPT_USED = ("prompt-used", 409, "The plan names this prompt")
    REBASE_CONFLICT = ("rebase-conflict", 409, "Both plans change the same places")
    LOST_RACE = ("lost-race", 412, "Somebody else changed the plan first")
    TOO_LARGE = ("too-large", 413, "The body is too large")
    MEDIA_TYPE = ("media-type", 415, "The body is of another media type than can be read")
    EXPECTATION = ("expectation", 417, "The request expects what is not done here")
    INVALID = ("invalid", 422, "A value is not allowed")
    PLAN_INVALID = ("plan-invalid", 422, "The document is not a plan")
    PLAN_REFUSED = ("plan-refused", 422, "The plan has errors")
    RECORDING_REFUSED = ("recording-refused", 422, "The recording cannot be played")
    ICAL_REFUSED = ("ical-refused", 422, "The events cannot be deviations")
    NO_VERSION = ("if-match-needed", 428, "If-Match is needed")
    TOO_OFTEN = ("too-often", 429, "Too many requests")
    INTERNAL = ("internal", 500, "The service has a fault")
    DATABASE_AWAY = ("database-away", 503, "The database does not answer")
    NOT_KEPT = ("not-kept", 503, "The disk does not take it")
    BUSY = ("busy", 503, "The service did not answer in time")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title


@dataclass(frozen=True, slots=True)
class FieldError:
    """One value that is not allowed.

    `path` is a JSON pointer into the body (`/until`), `?` and the name of a parameter (`?limit`), or a place
    in the plan (`groups.kc.members`). `value` says what stands there: for a plan the value, shortened; else
    only its kind (`string`), for it may be a secret. `allowed` says what may stand there.
    """

    path: str
    value: str
    allowed: str


class AdminError(VaxelnError):
    """Base of the errors of `telephony.admin`."""


class NotFound(AdminError):
    """There is nothing of that name. The message says what of which kind there is not, such as `there is no
    number +46853061000 in the plan`."""


class NotAllowed(AdminError):
    """A value that the service does not take. `path` is a JSON pointer into the body; the message says what
    is allowed, and not the value."""

    def __init__(self, path: str, allowed: str) -> None:
        super().__init__(allowed)
        self.path = path


class NotKept(AdminError):
    """The disk does not take what should be kept: the service's log says why. Nothing was changed."""


class Refusal(AdminError):
    """The request is answered with a problem of this kind. The message is its detail and shows no secret."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


class ServiceAway(AdminError):
    """No service answers where a client looks for it. The message is one line that says where, and why."""


class ServiceRefused(AdminError):
    """The service answered with a problem, which the message tells in one line. `status` is HTTP's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
