"""Where the signalling of a leg stands."""

from enum import StrEnum


class State(StrEnum):
    """From the INVITE to the end. Sound flows while TALKING, or early."""

    SETUP = "setup"  # an INVITE without a final answer
    TALKING = "talking"  # a dialog
    CLOSING = "closing"  # we have asked for its end
    ENDED = "ended"
