"""What can be wrong with an iCalendar.

VaxelnError
└── IcalError
    ├── IcalRefused    it, or an event in it, is nothing that a deviation can be
    └── NotEditable    the text of the plan cannot be changed without changing more
"""

from collections.abc import Sequence

from telephony.errors import VaxelnError


class IcalError(VaxelnError):
    """Base of the errors of `telephony.ical`."""


class IcalRefused(IcalError):
    """Each of `faults` names an event by its line and summary, and says what is wrong and what to do."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class NotEditable(IcalError):
    """The text of the plan cannot be edited; the message says what to do."""
