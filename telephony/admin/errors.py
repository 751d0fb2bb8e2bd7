"""What the service says to the HTTP side when it cannot do what was asked.

AdminError(VaxelnError)
└── NotFound       there is no such number, phone, call or plan version

Ports also raise `routing.errors.PlanInvalid` and `PlanRefused`, `telephony.archive.errors.DatabaseAway` and
`VersionConflict`. `problems.py` maps all of them to answers.
"""

from telephony.errors import VaxelnError


class AdminError(VaxelnError):
    """Base of the errors of `telephony.admin`."""


class NotFound(AdminError):
    """There is nothing of that name. The message says of what kind: `number`, `phone`, `call`, `version`."""
