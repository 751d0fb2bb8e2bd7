"""Errors of the call machine.

CallError(VaxelnError)
└── IllegalTransition    a decision that the phase of the call does not allow: a fault of ours
"""

from telephony.errors import VaxelnError


class CallError(VaxelnError):
    """Base of the errors of `telephony.call`."""


class IllegalTransition(CallError):
    """A decision was folded into a call whose phase does not allow it. The call is left as it was."""
