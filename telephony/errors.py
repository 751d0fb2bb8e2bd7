"""The root of every error that Växeln raises on purpose.

VaxelnError
├── Misuse                           what cannot be understood, or a file that is not there
│   ├── telephony.config.ConfigError    a setting is wrong or unknown
│   ├── telephony.cli_text.UsageError   an argument of a command
│   ├── telephony.plan_start.PlanUnreadable
│   └── telephony.tokens.TokenImpossible
├── telephony.private_files.SecretsError   a password, a token or a file of them
├── telephony.admin.errors.AdminError  what the admin API is told
├── telephony.call.errors.CallError   a decision that the call does not allow
├── telephony.sip.errors.SipError   the SIP side
├── telephony.sdp.errors.SdpError   a session description
├── NoPortFree                       every media port is in use
├── Busy                             too much of a kind of work waits already
├── telephony.media.errors.MediaError
└── telephony.archive.errors.ArchiveError

`routing` stands alone and has its own root, `routing.errors.RoutingError`.
"""


class VaxelnError(Exception):
    """Base of the errors of `telephony`."""


class Misuse(VaxelnError):
    """What cannot be understood, or a file that is not there: whoever asked has to ask otherwise. What is
    understood and refused is no misuse."""


class NoPortFree(VaxelnError):
    """No pair of media ports in the range can be bound. Raised by `media`, answered by `legs`, which share
    only this."""


class Busy(VaxelnError):
    """Too much work of this kind waits already. Raised by `plan_worker`, answered by `admin`, which share
    only this."""
