"""Errors of the media side.

NoPortFree, no pair of ports in the range can be bound, is shared with `legs`, which answers it.

MediaError(VaxelnError)
├── LegAlreadyOpen   misuse by our own code: a leg gets its ports once
├── UnknownPrompt    a name that the catalogue does not have: the plan should have been checked against it
├── UnusablePrompt   at the start: a prompt's file cannot be read, or is not what can be played
└── UnusableSound    from outside: a recording that is no WAV file, or not of a form that can be read
"""

from telephony.errors import NoPortFree as NoPortFree
from telephony.errors import VaxelnError


class MediaError(VaxelnError):
    """Base of the errors of `telephony.media`."""


class LegAlreadyOpen(MediaError):
    """A leg was opened a second time without being closed."""


class UnknownPrompt(MediaError):
    """No prompt has this name."""


class UnusablePrompt(MediaError):
    """The message names the file, what is wrong with it and what is needed."""


class UnusableSound(MediaError):
    """The message says what is wrong with a recording, as "it ..." and what is needed."""
